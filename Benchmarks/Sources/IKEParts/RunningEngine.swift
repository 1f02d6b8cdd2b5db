// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// An IKE engine that is run to the end of each input: its key jobs are done at once and in this thread, as on a node with one core.
public final class RunningEngine {
  private var engine = IKEEngine()
  private let keys = OpenSSLKeyProvider()
  private let core: ForwardingCore?
  private var random: RandomSource
  private var firstRecord: UInt64 = 1
  /// Datagrams to be sent, in order; whoever sends them empties it.
  public var outbox: [(endpoints: AssociationEndpoints, bytes: [UInt8])] = []
  /// Peers that are protected.
  public private(set) var protectedPeers = 0
  /// Why it is not protected, as last said.
  public private(set) var failure: IKEFailure?

  /// With `installs`, its associations are installed in a packet path, as on a node; one without only negotiates.
  public init(_ policy: ProtectionPolicy, seed: UInt64, installs: Bool) {
    random = RandomSource(seed: seed)
    core = installs ? ForwardingCore() : nil
    var tunnel = TunnelForwarding()
    (tunnel.source, tunnel.key, tunnel.protectionGroup) = (policy.local, 42, policy.group)
    core?.apply(.tunnel(policy.interface, tunnel), at: .start)
    handle(.wallClock(startSeconds: 1_800_000_000), at: .start)
    handle(.configure([policy], IKEGlobalSettings()), at: .start)
    outbox.removeAll()
  }

  /// Gives the engine an input, and does what it wants until it wants nothing more.
  public func handle(_ input: IKEEngine.Input, at now: Instant) {
    var turn = newTurn(now)
    engine.handle(input, &turn)
    finish(turn)
  }

  /// Runs the timers that are due.
  public func expire(at now: Instant) {
    while let deadline = engine.nextDeadline, deadline <= now {
      var turn = newTurn(now)
      engine.expire(&turn)
      finish(turn)
    }
  }

  /// When `expire` wants to be called next.
  public var nextDeadline: Instant? { engine.nextDeadline }

  private func newTurn(_ now: Instant) -> Turn<IKEEngine.Output> {
    Turn(now: now, cause: .none, random: random, routes: NoRoutes(), firstRecord: EventID(firstRecord))
  }

  private func finish(_ turn: consuming Turn<IKEEngine.Output>) {
    random = turn.random
    firstRecord += UInt64(turn.records.count)
    for output in turn.outputs.map(\.output) {
      switch output {
      case .send(let endpoints, let bytes): outbox.append((endpoints, bytes))
      case .compute(let number, let job): handle(.computed(number, keys.perform(job)), at: turn.now)
      case .dataPlane(let change): core?.apply(change, at: turn.now)
      case .protectionUp: protectedPeers += 1
      case .protectionDown(_, _, _, let reason), .protectionFailed(_, _, let reason): failure = reason
      case .peerMoved: break
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
