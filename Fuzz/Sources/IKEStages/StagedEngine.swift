// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// An engine whose key jobs are done at once by the provider of simulations. A value: a copy goes on from where the original is.
public struct StagedEngine: Sendable {
  private var engine = IKEEngine()
  private var random: RandomSource
  private var jobs: UInt64
  /// Messages to be sent, without the marker of port 4500; whoever sends them empties it.
  var outbox: [(endpoints: AssociationEndpoints, message: [UInt8])] = []
  /// What came of it so far.
  public private(set) var outcome = Outcome()

  /// What others see of an engine's doings.
  public struct Outcome: Sendable, Equatable {
    /// How often a peer was said to be protected, or no longer to be.
    public var ups = 0, downs = 0
  }

  init(_ policy: ProtectionPolicy, seed: UInt64) {
    (random, jobs) = (RandomSource(seed: seed), seed << 32)
    var globals = IKEGlobalSettings()
    globals.acceptsIKEv1 = policy.version == .ikev1
    handle(.wallClock(startSeconds: 1_800_000_000), at: .start)
    handle(.configure([policy], globals), at: .start)
    outbox.removeAll()
  }

  var nextDeadline: Instant? { engine.nextDeadline }

  mutating func handle(_ input: IKEEngine.Input, at now: Instant) {
    var turn = newTurn(now)
    engine.handle(input, &turn)
    finish(turn)
  }

  mutating func expire(at now: Instant) {
    var turn = newTurn(now)
    engine.expire(&turn)
    finish(turn)
  }

  private func newTurn(_ now: Instant) -> Turn<IKEEngine.Output> {
    Turn(now: now, cause: .none, random: random, routes: NoRoutes(), firstRecord: EventID(1))
  }

  private mutating func finish(_ turn: Turn<IKEEngine.Output>) {
    random = turn.random
    for output in turn.outputs.map(\.output) {
      switch output {
      case .send(let endpoints, let bytes):
        outbox.append((endpoints, endpoints.localPort == 4_500 ? Array(bytes.dropFirst(4)) : bytes))
      case .compute(let number, let job):
        jobs += 1
        handle(.computed(number, DeterministicKeyProvider(seed: jobs).perform(job)), at: turn.now)
      case .protectionUp: outcome.ups += 1
      case .protectionDown: outcome.downs += 1
      case .dataPlane, .protectionFailed, .peerMoved: break
      }
    }
  }
}

/// An engine that asks for no routes.
private struct NoRoutes: RouteView {
  func longestMatch(for destination: IPAddress, vrf: VRFID) -> RouteMatch? { nil }
  func hasRoute(exactly prefix: IPPrefix, vrf: VRFID) -> Bool { false }
  func clippedLength(of prefix: IPPrefix, around address: IPAddress, vrf: VRFID) -> Int { Int(prefix.length) }
}
