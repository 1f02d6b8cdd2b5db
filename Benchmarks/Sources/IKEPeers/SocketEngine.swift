// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IKEParts
import ProtocolKit
import Wire

/// The ports of IKE (RFC 7296 §2, RFC 3948 §2.2).
enum Port {
  static let ike: UInt16 = 500
  static let natTraversal: UInt16 = 4_500
}

/// An engine behind UDP ports 500 and 4500 of an address.
final class SocketEngine {
  let engine: RunningEngine
  let address: IPAddress
  private let ends: [DatagramEnd]

  init(_ policy: ProtectionPolicy, seed: UInt64, installs: Bool) {
    address = policy.local
    engine = RunningEngine(policy, seed: seed, installs: installs)
    ends = [DatagramEnd(address, Port.ike), DatagramEnd(address, Port.natTraversal)]
  }

  var descriptors: [Int32] { ends.map(\.descriptor) }

  /// Takes what came, and sends what follows from it.
  func receive(at now: Instant) {
    for end in ends {
      while let (bytes, remote, port) = end.receive() {
        let isMarked = end.port == Port.natTraversal
        guard !isMarked || bytes.starts(with: [0, 0, 0, 0]) else { continue }
        let endpoints = AssociationEndpoints(local: address, remote: remote, localPort: end.port, remotePort: port)
        engine.handle(.message(endpoints, bytes: isMarked ? Array(bytes.dropFirst(4)) : bytes, isKnown: false), at: now)
        send()
      }
    }
  }

  func expire(at now: Instant) {
    engine.expire(at: now)
    send()
  }

  func send() {
    for (endpoints, bytes) in engine.outbox {
      ends[endpoints.localPort == Port.natTraversal ? 1 : 0].send(bytes, to: endpoints.remote, endpoints.remotePort)
    }
    engine.outbox.removeAll(keepingCapacity: true)
  }
}

extension Instant {
  private static let began = ContinuousClock.now

  /// The time since the process began.
  static var current: Instant { .start + (ContinuousClock.now - began) }
}
