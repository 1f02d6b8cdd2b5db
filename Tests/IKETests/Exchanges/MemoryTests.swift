// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv2: memory", .serialized)
struct MemoryTests {
  /// Bytes of the heap in use, by what the C library says of it; nil elsewhere.
  private var memory: Int? {
    typealias Report = @convention(c) (CInt, UnsafeMutableRawPointer) -> CInt
    guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "malloc_info"), let file = tmpfile() else { return nil }
    defer { fclose(file) }
    _ = unsafeBitCast(symbol, to: Report.self)(0, UnsafeMutableRawPointer(file))
    rewind(file)
    var text = "", line = [CChar](repeating: 0, count: 512)
    while fgets(&line, 512, file) != nil { text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    let tail = text.components(separatedBy: "</heap>").last ?? ""
    func size(_ marker: String) -> Int {
      guard let row = tail.components(separatedBy: "\n").first(where: { $0.contains(marker) }) else { return 0 }
      return row.components(separatedBy: "size=\"").last.flatMap { Int($0.prefix { $0 != "\"" }) } ?? 0
    }
    return size("system type=\"current\"") - size("total type=\"fast\"") - size("total type=\"rest\"") + size("total type=\"mmap\"")
  }

  @Test("a peer costs less than 12 kB at a hub: association, child, timers, tables")
  func perPeer() throws {
    // The heap is the process's: beside other tests the figure would be theirs. `scripts/bench ike` measures it in a process of its own.
    guard ProcessInfo.processInfo.environment["DMVPN_TEST_MEMORY"] != nil else {
      return print("skipped: memory per peer needs a process of its own: DMVPN_TEST_MEMORY=1 swift test --filter MemoryTests")
    }
    let world = World(seed: 2)
    let hub = world.add(Situation.hub, keys: .simulated)
    hub.handle(.configure([Situation.policy(Situation.hub)], IKEGlobalSettings()))
    world.run(.milliseconds(10))
    func join(_ count: Int, from base: UInt32) {
      for n in 0..<UInt32(count) {
        let address = IPAddress(v4: base + n * 7)
        let spoke = world.add(address, keys: .simulated)
        spoke.handle(.configure([Situation.policy(address)], IKEGlobalSettings()))
        spoke.handle(.protect(Situation.tunnel, remote: Situation.hub))
        world.run(.milliseconds(150))
        world.remove(address)
        world.sent = []
      }
    }
    var rounds: [Int] = []
    join(100, from: 0x0a00_0001)
    for round in 0..<5 {
      hub.forgetHistory()
      guard let before = memory else { return print("skipped: the C library does not say how much of the heap is in use") }
      join(200, from: 0x0b00_0001 + UInt32(round) << 20)
      hub.forgetHistory()
      world.run(.seconds(40))
      rounds.append(((memory ?? 0) - before) / 200)
    }
    // The mean: in some rounds tables double, and all peers bear that.
    let each = rounds.reduce(0, +) / rounds.count
    print("memory: \(each) bytes a peer at the hub, with the test's own packet path (rounds: \(rounds))")
    #expect(hub.engine.summary.established == 1_100 && hub.engine.summary.children == 1_100)
    #expect(each < 12_288)
  }
}
