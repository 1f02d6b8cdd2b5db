// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Routing
import Wire

/// Objects that static routes depend on.
extension Node {
  /// Takes the objects of a new configuration. They are judged by the routes that stand now; what that lets in or takes out follows.
  func configureTracks(_ objects: [TrackedObject]) {
    var tracks = tracks
    tracks.configure(objects, at: now) { isSo($0) }
    self.tracks = tracks
    reinstallStatics()
  }

  /// Asks what is so, after each change of routes and interfaces and when a delay ends. True where static routes may have come or gone.
  func followTracks() -> Bool {
    guard !tracks.states.isEmpty else { return false }
    var tracks = tracks
    let changed = tracks.update(at: now) { isSo($0) }
    self.tracks = tracks
    for state in tracks.states where changed.contains(state.object.number) { record(TrackedRecord.record(state, id(of:))) }
    guard settings.staticRoutes.contains(where: { $0.track.map(changed.contains) ?? false }) else { return false }
    reinstallStatics()
    return true
  }

  private func isSo(_ subject: TrackedObject.Subject) -> Bool {
    switch subject {
    case .lineProtocol(let name): addresses(ofUp: name) != nil
    case .routing(let name, let isV4): addresses(ofUp: name)?.contains { $0.isV4 == isV4 } ?? false
    case .route(let prefix): table.hasRoute(exactly: prefix, vrf: .default)
    // The table of tracked objects knows what its own objects come to.
    case .list: false
    }
  }

  /// The addresses of an interface that is up; nil for others.
  private func addresses(ofUp name: String) -> [IPAddress]? {
    if let tunnel = interfaceIDs[name].flatMap({ tunnels[$0] }) { return tunnel.isUp ? tunnel.forwarding.addresses : nil }
    guard let host = hostInterfaces[settings.platformName(of: name)], host.exists, host.isUp else { return nil }
    return host.addresses.map(\.address)
  }
}

/// How a journal record keeps what a tracked object watches, for text that is made long after: `y` is the state in bit 0, the kind of
/// subject in bits 1–3 and the network's length, or the rule of a list, in the bits from 8 on.
struct TrackedRecord {
  private let record: JournalRecord

  init(_ record: JournalRecord) { self.record = record }

  static func record(_ state: TrackTable.State, _ id: (String) -> InterfaceID) -> JournalRecord {
    var record = JournalRecord(.trackedObjectChanged, x: UInt32(clamping: state.object.number), y: state.isUp ? 1 : 0)
    switch state.object.subject {
    case nil: break
    case .lineProtocol(let name)?:
      record.interface = id(name)
      record.y |= 1 << 1
    case .routing(let name, let isV4)?:
      record.interface = id(name)
      record.y |= (isV4 ? 2 : 3) << 1
    case .route(let prefix)?:
      record.a = prefix.address
      record.y |= 4 << 1 | UInt32(prefix.length) << 8
    case .list(let rule)?: record.y |= 5 << 1 | UInt32(TrackedListRule.allCases.firstIndex(of: rule) ?? 0) << 8
    }
    return record
  }

  /// `ip route 10.0.0.0/8 reachability Up -> Down`
  func text(_ interface: String) -> String {
    let change = record.y & 1 == 1 ? "Down -> Up" : "Up -> Down"
    let subject =
      switch record.y >> 1 & 7 {
      case 1: "interface \(interface) line-protocol"
      case 2: "interface \(interface) ip routing"
      case 3: "interface \(interface) ipv6 routing"
      case 5: "list \(TrackedListRule.allCases[Int(record.y >> 8) % TrackedListRule.allCases.count].rawValue)"
      case 4: "\(record.a.isV4 ? "ip" : "ipv6") route \(record.a)/\(record.y >> 8) reachability"
      default: "state"
      }
    return "\(subject) \(change)"
  }
}
