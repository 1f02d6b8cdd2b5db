// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import NHRP
import ProtocolKit
import Wire

/// `clear …`: each leaves a record, the cause of what follows from it.
extension Node {
  func clear(_ what: ClearAction, _ call: ExecCall) -> ExecResult {
    do throws(ExecRefusal) {
      switch what {
      case .nhrp: try clearNHRP(call.arguments)
      case .sessions: try clearSessions(call.arguments)
      case .statistics: clearStatistics()
      case .routes: try clearRoutes(call.arguments)
      case .counters: clearCounters()
      case .crypto(let what): try clearCrypto(what, call.arguments)
      case .bgp: try clearBGP(call.arguments)
      case .cdp: enqueue(odr: .clearNeighbours, because: record(JournalRecord(.commandRun)))
      case .logging: operators.loggingFrom = journal.nextNumber
      }
      return .text("")
    } catch { return .failed(error.text) }
  }

  /// The tunnel that a command names; nil where it names none.
  func interface(_ a: Arguments) throws(ExecRefusal) -> InterfaceID? {
    guard let name = a[text: "if"] else { return nil }
    guard let id = interfaceIDs[name], tunnels[id] != nil else { throw ExecRefusal("% Interface \(name) does not exist") }
    return id
  }

  private func clearNHRP(_ a: Arguments) throws(ExecRefusal) {
    var scope = NHRPClearScope()
    scope.family = a.family
    scope.interface = try interface(a)
    (scope.shortcutsOnly, scope.countersOnly) = (a.has("shortcut"), a.has("counters"))
    if let text = a[text: "where"] {
      guard let address = a.address("where") else { throw ExecRefusal(unknownHost(text)) }
      let length = a.address("mask").flatMap { IPPrefix.length(ofMask: $0) } ?? address.bitWidth
      scope.address = IPPrefix(address, length: length)
    }
    perform(scope)
  }

  private func perform(_ scope: NHRPClearScope) {
    let id = record(JournalRecord(.commandRun, interface: scope.interface ?? .none, a: scope.address?.address ?? .anyV4))
    enqueue(.clear(scope), because: id)
  }

  private func clearSessions(_ a: Arguments) throws(ExecRefusal) {
    var scope = NHRPClearScope()
    scope.interface = try interface(a)
    scope.includesStatic = a.has("static")
    guard let peer = try peerCondition(a) else { return perform(scope) }
    for address in tunnelAddresses(of: peer) {
      scope.address = IPPrefix(host: address)
      perform(scope)
    }
  }

  /// One NBMA address may stand for several peers.
  func tunnelAddresses(of peer: PeerCondition) -> [IPAddress] {
    guard peer.isNBMA else { return [peer.address] }
    return Set(nhrp.snapshot().flatMap(\.mappings).filter { $0.nbma == peer.address }.map(\.via)).sorted()
  }

  private func clearStatistics() {
    var scope = NHRPClearScope()
    scope.countersOnly = true
    perform(scope)
    clearCounters()
  }

  private func clearCounters() {
    counters = DataPlaneCounters()
    effects.append(.dataPlane(.clearCounters))
  }

  /// Statics are offered anew, shortcuts that cover the address are dropped (the next redirect brings them back), RIP asks its neighbours
  /// again, and ODR offers what its own table holds. The table here keeps what BGP offered; `clear ip bgp` asks its neighbours.
  private func clearRoutes(_ a: Arguments) throws(ExecRefusal) {
    var scope = NHRPClearScope()
    scope.shortcutsOnly = true
    scope.family = a.family
    if let text = a[text: "where"] {
      guard let address = a.address("where") else { throw ExecRefusal(unknownHost(text)) }
      scope.address = prefix(a) ?? IPPrefix(host: address)
    }
    let learned = scope.address.map { prefix(a) ?? networkInUse(for: $0.address) }
    perform(scope)
    refreshInterfaces()
    reinstallStatics()
    guard scope.family == .v4 else { return }
    enqueue(rip: .clear(learned))
    enqueue(odr: .clearRoutes(learned))
  }

  /// Without a mask the network is meant that packets to the address follow.
  private func networkInUse(for address: IPAddress) -> IPPrefix {
    table.longestMatch(for: address, vrf: .default)?.prefix ?? IPPrefix(host: address)
  }

  private func clearBGP(_ a: Arguments) throws(ExecRefusal) {
    guard settings.bgp.settings != nil else { throw ExecRefusal("% BGP not active") }
    if let address = a.address("address"), bgp.neighborSnapshot(address) == nil { throw ExecRefusal("%BGP: Unknown neighbor - \"\(address)\"") }
    enqueue(bgp: .clear(BGPExec.scope(a)), because: record(JournalRecord(.commandRun)))
  }
}
