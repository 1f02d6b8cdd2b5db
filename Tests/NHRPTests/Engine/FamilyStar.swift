// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import ProtocolKit
import Testing
import Wire

/// The star of `Star`, for one version of IP in another.
struct FamilyStar: CustomTestStringConvertible, Sendable {
  var overlay: IPFamily
  var underlay: IPFamily
  /// Whether stations have a link-local address besides.
  var hasLinkLocal = false
  var testDescription: String { "\(overlay.name) over \(underlay.name)" }
  static let all = IPFamily.allCases.flatMap { o in IPFamily.allCases.map { FamilyStar(overlay: o, underlay: $0) } }
  static let v6 = FamilyStar(overlay: .v6, underlay: .v4, hasLinkLocal: true)

  func inner(_ n: UInt8) -> IPAddress { overlay == .v4 ? IPAddress(10, 0, 0, n) : ip("2001:db8:0:1::\(n)") }
  func outer(_ n: UInt8) -> IPAddress { underlay == .v4 ? IPAddress(198, 51, 100, n) : ip("2001:db8:ff::\(n)") }
  func host(_ n: UInt8, _ h: UInt8 = 2) -> IPAddress { overlay == .v4 ? IPAddress(192, 168, n, h) : ip("2001:db8:\(n)::\(h)") }
  func local(_ n: UInt8) -> IPAddress { ip("fe80::\(n)") }
  /// The network behind a spoke, the whole of them, the tunnel's own.
  func lan(_ n: UInt8) -> String { overlay == .v4 ? "192.168.\(n).0/24" : "2001:db8:\(n)::/48" }
  var everybody: String { overlay == .v4 ? "192.168.0.0/16" : "2001:db8::/32" }
  var cloudNetwork: String { overlay == .v4 ? "10.0.0.0/24" : "2001:db8:0:1::/64" }
  var underlayNetwork: String { underlay == .v4 ? "198.51.100.0/24" : "2001:db8:ff::/64" }
  var hostLength: UInt8 { UInt8(overlay.bitWidth) }

  func server(_ n: UInt8) -> NextHopServerSettings {
    NextHopServerSettings(address: inner(n), nbma: .address(outer(n)), multicast: true)
  }

  func station(_ n: UInt8, _ settings: NHRPSettings) -> Station {
    let s = Station("station\(n)", address: inner(n), nbma: outer(n), firstRequestID: UInt32(n) * 1000, settings)
    if hasLinkLocal { s.config.furtherAddresses = [local(n)] }
    s.routes.add(cloudNetwork, tunnel)
    s.routes.add(underlayNetwork, wan)
    s.routes.add(lan(n), NHRPTests.lan)
    return s
  }

  /// Hub 1 and spokes 11, 12, in a cloud of their own.
  func build(hub hubChange: (inout NHRPSettings) -> Void = { _ in }, spoke change: (inout NHRPSettings) -> Void = { _ in }) -> (cloud: Cloud, hub: Station, a: Station, b: Station) {
    let cloud = Cloud(seed: 1)
    let hub = cloud.add(station(1, settings { $0.redirect = true; hubChange(&$0) }))
    let spokes = ([11, 12] as [UInt8]).map { n in
      hub.routes.add(lan(n), tunnel, via: inner(n))
      let spoke = station(n, settings { $0.servers = [server(1)]; change(&$0) })
      spoke.routes.add(everybody, tunnel, via: inner(1))
      return cloud.add(spoke)
    }
    return (cloud, hub, spokes[0], spokes[1])
  }

  func packet(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
    overlay == .v4
      ? ipPacket(from: source, to: destination)
      : [0x60, 0, 0, 0, 0, 44, 58, 62] + source.bytes + destination.bytes + [UInt8](repeating: 0x55, count: 44)
  }
}

func start(_ cloud: Cloud) {
  for s in cloud.stations { cloud.configure(s) }
  cloud.run(for: .milliseconds(100))
}
