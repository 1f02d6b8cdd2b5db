// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import IKE
import IKEParts
import ProtocolKit
import Wire

/// IKE over real sockets.
///
///   IKEPeers respond ADDRESS GROUP                             answers until it is ended
///   IKEPeers begin ADDRESS GROUP FIRST COUNT ABREAST PROCESS   first exchanges of initiators FIRST … with the responder at ADDRESS,
///     ABREAST of them at a time; prints what each cost process PROCESS: microseconds of processor and bytes of memory
@main
enum IKEPeers {
  static func main() {
    let words = Array(CommandLine.arguments.dropFirst())
    guard words.count >= 3, let address = IPAddress(words[1]), let group = MeasuredGroup(rawValue: words[2]) else { usage() }
    if words[0] == "respond" { return respond(address, group) }
    guard words[0] == "begin", words.count == 7, let first = Int(words[3]), let count = Int(words[4]), let abreast = Int(words[5]),
      let process = Int32(words[6])
    else {
      usage()
    }
    begin(address, group, first..<(first + count), abreast: max(1, abreast), process: process)
  }

  private static func usage() -> Never {
    fail("usage: IKEPeers respond ADDRESS GROUP | begin ADDRESS GROUP FIRST COUNT ABREAST PROCESS", status: 2)
  }

  private static func fail(_ text: String, status: Int32 = 1) -> Never {
    let line = Array((text + "\n").utf8)
    _ = write(2, line, line.count)
    exit(status)
  }

  private static func respond(_ address: IPAddress, _ group: MeasuredGroup) {
    let node = SocketEngine(.benchmark(address, group), seed: 1, installs: true)
    while true {
      let wait = node.engine.nextDeadline.map { max(0, min(1_000, ($0 - .current).nanoseconds / 1_000_000 + 1)) } ?? 1_000
      _ = waitForAny(node.descriptors, milliseconds: Int32(wait))
      let now = Instant.current
      node.receive(at: now)
      node.expire(at: now)
    }
  }

  private static func begin(_ responder: IPAddress, _ group: MeasuredGroup, _ numbers: Range<Int>, abreast: Int, process: Int32) {
    var waiting = numbers.makeIterator(), running: [SocketEngine] = [], done = 0
    guard let seconds = ProcessFigures.seconds(of: process), let bytes = ProcessFigures.residentBytes(of: String(process)) else {
      fail("IKEPeers: there is no process \(process)")
    }
    while true {
      while running.count < abreast, let n = waiting.next() {
        let node = SocketEngine(.benchmark(.initiator(n), group), seed: UInt64(n), installs: false)
        node.engine.handle(.protect(InterfaceID(1), remote: responder), at: .current)
        node.send()
        running.append(node)
      }
      if running.isEmpty { break }
      let ready = waitForAny(running.flatMap(\.descriptors), milliseconds: 100), now = Instant.current
      for (i, node) in running.enumerated() {
        if ready[2 * i] || ready[2 * i + 1] { node.receive(at: now) }
        node.expire(at: now)
        if let failure = node.engine.failure { fail("IKEPeers: \(node.address) is not protected: \(failure)") }
      }
      done += running.count
      running.removeAll { $0.engine.protectedPeers > 0 }
      done -= running.count
    }
    // What the responder still has to do for the last ones.
    usleep(300_000)
    let cost = ((ProcessFigures.seconds(of: process) ?? 0) - seconds) / Double(done)
    let memory = ((ProcessFigures.residentBytes(of: String(process)) ?? 0) - bytes) / max(1, done)
    print("\(Int(cost * 1e6)) \(memory)")
  }
}
