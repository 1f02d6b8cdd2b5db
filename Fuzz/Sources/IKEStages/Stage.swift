// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// An engine at one moment of a conversation, and the message that it would hear next.
public struct Stage: Sendable {
  let engine: StagedEngine
  let message: [UInt8]
  private let endpoints: AssociationEndpoints
  private let now: Instant
  /// What comes of the message when nothing else was heard.
  private let expected: StagedEngine.Outcome
  /// Whether only the peer could have made the message: what others say must not change what it leads to.
  private let isProtected: Bool

  fileprivate init(_ engine: StagedEngine, _ message: [UInt8], _ endpoints: AssociationEndpoints, at now: Instant) {
    (self.engine, self.message, self.endpoints, self.now) = (engine, message, endpoints, now)
    var alone = engine
    alone.handle(.message(endpoints, bytes: message, isKnown: true), at: now)
    expected = alone.outcome
    // Version 2, and not IKE_SA_INIT.
    isProtected = message.count > 18 && message[17] >> 4 == 2 && message[18] != 34
  }

  /// Lets a copy of the engine hear `bytes`, then some of its timers, then the message.
  public func hear(_ bytes: [UInt8]) {
    var copy = engine
    copy.handle(.message(endpoints, bytes: bytes, isKnown: false), at: now)
    copy.handle(.message(endpoints, bytes: bytes, isKnown: true), at: now)
    var next = copy
    copy.handle(.message(endpoints, bytes: message, isKnown: true), at: now)
    if isProtected, bytes != message {
      precondition(copy.outcome.ups >= expected.ups && copy.outcome.downs <= expected.downs, "a forged message had an effect")
    }
    for _ in 0..<4 {
      guard let deadline = next.nextDeadline else { break }
      next.expire(at: deadline)
    }
  }

  /// What the bytes of a fuzzer's input make of the stage's message. The first says how: itself not at all; its header kept; single bytes
  /// changed; its beginning kept. Lengths are made right, except in the first way.
  public func variant(_ input: ArraySlice<UInt8>) -> [UInt8] {
    guard let way = input.first else { return [] }
    let rest = Array(input.dropFirst())
    switch way & 3 {
    case 0: return rest
    case 1: return withLength(message.prefix(16) + rest.prefix(4) + message.dropFirst(20).prefix(8) + rest.dropFirst(4))
    case 2: return edited(rest, keepsLength: way & 4 != 0)
    default:
      let kept = rest.first.map { Int($0) * message.count / 255 } ?? 0
      return withLength(message.prefix(max(28, kept)) + rest.dropFirst())
    }
  }

  /// Changes the bytes at the places that three bytes each name: where (two) and what.
  private func edited(_ edits: [UInt8], keepsLength: Bool) -> [UInt8] {
    var bytes = message
    for i in stride(from: 0, to: edits.count - 2, by: 3) where !bytes.isEmpty {
      let place = (Int(edits[i]) << 8 | Int(edits[i + 1])) % bytes.count
      bytes[place] = edits[i + 2]
    }
    return keepsLength ? bytes : withLength(bytes[...])
  }

  private func withLength(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var bytes = Array(bytes)
    guard bytes.count >= 28 else { return bytes }
    for i in 0..<4 { bytes[24 + i] = UInt8(truncatingIfNeeded: bytes.count >> (24 - 8 * i)) }
    return bytes
  }
}

/// Two engines that speak with each other; every message that one of them gets makes a stage.
public enum Conversation {
  private static let tunnel = InterfaceID(1)
  private static let initiator = IPAddress(198, 51, 100, 11), responder = IPAddress(198, 51, 100, 1)
  /// More would only be the same once more.
  private static let stages = 32

  /// All stages from the first message until children and associations were renewed and deleted.
  public static func stages(_ change: (inout ProtectionPolicy) -> Void) -> [Stage] {
    var ends = [
      initiator: StagedEngine(policy(initiator, change), seed: 1), responder: StagedEngine(policy(responder, change), seed: 2),
    ]
    var stages: [Stage] = [], now = Instant(nanoseconds: 1_000_000)
    ends[initiator]?.handle(.protect(tunnel, remote: responder), at: now)
    deliver(&ends, &stages, at: now)
    for _ in 0..<200 where stages.count < Self.stages - 4 {
      guard let next = ends.values.compactMap(\.nextDeadline).min() else { break }
      now = max(now, next)
      for address in [initiator, responder] { ends[address]?.expire(at: now) }
      deliver(&ends, &stages, at: now)
    }
    ends[initiator]?.handle(.clear(.sessions(remote: nil)), at: now)
    deliver(&ends, &stages, at: now)
    return stages
  }

  private static func deliver(_ ends: inout [IPAddress: StagedEngine], _ stages: inout [Stage], at now: Instant) {
    var isQuiet = false
    while !isQuiet, stages.count < Self.stages {
      isQuiet = true
      for address in [initiator, responder] {
        let sent = ends[address]?.outbox ?? []
        ends[address]?.outbox.removeAll()
        for (from, message) in sent {
          guard message.count >= 28, let engine = ends[from.remote] else { continue }
          isQuiet = false
          let to = AssociationEndpoints(local: from.remote, remote: from.local, localPort: from.remotePort, remotePort: from.localPort)
          stages.append(Stage(engine, message, to, at: now))
          ends[from.remote]?.handle(.message(to, bytes: message, isKnown: true), at: now)
        }
      }
    }
  }

  private static func policy(_ local: IPAddress, _ change: (inout ProtectionPolicy) -> Void) -> ProtectionPolicy {
    var policy = ProtectionPolicy(interface: tunnel, group: 1, profileName: "fuzz", local: local, version: .ikev2)
    policy.ikeProposals = [
      IKEProposal(encryption: [.init(.aesGCM16, keyBits: 128)], prf: [.hmacSHA256], integrity: [], groups: [.curve25519, .ecp256]),
      IKEProposal(encryption: [.init(.aesCBC, keyBits: 256)], prf: [.hmacSHA256], integrity: [.hmacSHA256], groups: [.modp2048]),
    ]
    policy.isakmpPolicies = [
      ISAKMPPolicy(encryption: .init(.aesCBC, keyBits: 128), hash: .sha256, method: .preSharedKey, group: .modp1024, lifetimeSeconds: 86_400)
    ]
    policy.espSuites = [
      ESPSuite(encryption: EncryptionAlgorithm.aesGCM16.rawValue, keyBits: 128),
      ESPSuite(encryption: EncryptionAlgorithm.aesCBC.rawValue, keyBits: 128, integrity: IntegrityAlgorithm.hmacSHA256.rawValue),
    ]
    policy.preSharedKeys = [PreSharedKey(local: SecretBytes(Array("fuzz-throwaway".utf8)))]
    policy.deadPeerSeconds = 600
    change(&policy)
    return policy
  }
}
