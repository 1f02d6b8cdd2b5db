// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IKEParts
import ProtocolKit
import Wire

/// First exchanges of IKEv2 between engines in one process, until both ends are protected. Only the responder's processor counts.
enum Handshakes {
  private static let responder = IPAddress(198, 51, 100, 1)

  /// Initiators one after the other, each new. Time goes on by a millisecond each, so that the responder's timers run too.
  final class Meeting {
    let engine: RunningEngine
    private let group: MeasuredGroup
    private(set) var done = 0
    private(set) var responderSeconds = 0.0

    init(_ group: MeasuredGroup) {
      self.group = group
      engine = RunningEngine(.benchmark(responder, group), seed: 1, installs: true)
    }

    func run(_ count: Int) {
      for _ in 0..<count { meet() }
    }

    private func meet() {
      done += 1
      let address = IPAddress.initiator(done), now = Instant(nanoseconds: Int64(done) * 1_000_000)
      let initiator = RunningEngine(.benchmark(address, group), seed: UInt64(done), installs: false)
      initiator.handle(.protect(InterfaceID(1), remote: responder), at: now)
      count { engine.expire(at: now) }
      while !initiator.outbox.isEmpty {
        let sent = initiator.outbox
        initiator.outbox.removeAll()
        count { for (ends, bytes) in sent { engine.handle(.message(ends.reversed, bytes: bytes, isKnown: false), at: now) } }
        let answers = engine.outbox
        engine.outbox.removeAll()
        for (ends, bytes) in answers { initiator.handle(.message(ends.reversed, bytes: bytes, isKnown: false), at: now) }
      }
      precondition(initiator.protectedPeers == 1, "initiator \(done) is not protected: \(String(describing: initiator.failure))")
    }

    private func count(_ work: () -> Void) {
      let began = ProcessFigures.threadSeconds
      work()
      responderSeconds += ProcessFigures.threadSeconds - began
    }
  }

  /// Handshakes per second of the responder's processor, `count` after a few that warm up.
  static func rate(_ group: MeasuredGroup, _ count: Int) -> Double {
    let meeting = Meeting(group)
    meeting.run(20)
    let before = meeting.responderSeconds
    meeting.run(count)
    return Double(count) / (meeting.responderSeconds - before)
  }

  /// Bytes that each of `count` peers takes: engine and packet path, and what the passed initiators left in pieces.
  static func memory(_ group: MeasuredGroup, _ count: Int) -> Int {
    let meeting = Meeting(group)
    meeting.run(200)
    let before = ProcessFigures.residentBytes(of: "self") ?? 0
    meeting.run(count)
    return ((ProcessFigures.residentBytes(of: "self") ?? 0) - before) / count
  }
}

extension AssociationEndpoints {
  /// As the other end has them.
  fileprivate var reversed: AssociationEndpoints {
    AssociationEndpoints(local: remote, remote: local, localPort: remotePort, remotePort: localPort)
  }
}
