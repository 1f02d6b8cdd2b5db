// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import IKE
import Interfaces
import NHRP
import ProtocolKit
import Wire

/// What `show crypto …` shows.
enum CryptoShow: Sendable {
  case isakmpAssociations, isakmpPolicies
  case ikev2Associations, ikev2Sessions, ikev2Counters, proposals, policies, profiles
  case ipsecAssociations, transformSets, ipsecProfiles
  case sessions, sockets, trustpoints, certificates
}

/// `show crypto …`: the picture is gathered here, and written by `CryptoPicture`.
extension Node {
  /// Rows of one show; more is no reading.
  private static let cryptoRowLimit = 20_000

  func showCrypto(_ what: CryptoShow, _ call: ExecCall) -> ExecResult {
    let a = call.arguments
    if let text = a[text: "where"], a.address("where") == nil { return .failed(unknownHost(text)) }
    let picture = cryptoPicture()
    let isDetailed = a.has("detail") || a.has("detailed")
    switch what {
    case .isakmpAssociations:
      return .shown(
        Shown(
          lines: isDetailed ? picture.isakmpAssociationDetails() : picture.isakmpAssociations(), json: { picture.associationsJSON(.ikev1) })
      )
    case .ikev2Associations:
      return .shown(Shown(lines: picture.ikev2Associations(isDetailed: isDetailed), json: { picture.associationsJSON(.ikev2) }))
    case .ikev2Sessions: return .shown(Shown(lines: picture.ikev2Sessions(isDetailed: isDetailed), json: { picture.sessionsJSON() }))
    case .ikev2Counters: return .shown(ikeCounters())
    case .ipsecAssociations, .sessions, .sockets: return .shown(showPeers(what, picture, a, isDetailed))
    default:
      let name = a[text: "name"]
      return .shown(Shown(lines: self.configured(what, picture, name), json: { picture.settingsJSON(what, name) }))
    }
  }

  private func showPeers(_ what: CryptoShow, _ picture: CryptoPicture, _ a: Arguments, _ isDetailed: Bool) -> Shown {
    let (interface, peer) = (a[text: "if"], a.address("where"))
    switch what {
    case .ipsecAssociations:
      return Shown(
        lines: picture.ipsecAssociations(interface: interface, peer: peer, isDetailed: isDetailed),
        json: { picture.childrenJSON(interface: interface, peer: peer?.description) })
    case .sessions:
      return Shown(
        lines: picture.cryptoSessions(interface: interface, remote: peer, isDetailed: isDetailed),
        json: { picture.sessionsJSON(interface: interface, remote: peer?.description) })
    default: return Shown(lines: picture.sockets(), json: { picture.socketsJSON() })
    }
  }

  private func configured(_ what: CryptoShow, _ picture: CryptoPicture, _ name: String?) -> [String] {
    switch what {
    case .isakmpPolicies: picture.isakmpPolicies()
    case .proposals: picture.proposals(name)
    case .policies: picture.policies(name)
    case .profiles: picture.profiles(name)
    case .transformSets: picture.transformSets(name)
    case .ipsecProfiles: picture.ipsecProfiles(name)
    case .trustpoints: picture.trustpoints(name)
    default: picture.certificates(name)
    }
  }

  /// `show crypto ikev2 stats`
  private func ikeCounters() -> Shown {
    let s = ike.summary
    let rows: [(String, UInt64)] =
      [
        ("Total IKE associations active", UInt64(s.established)), ("Exchanges under way", UInt64(s.halfOpen)),
        ("Child pairs active", UInt64(s.children)),
        ("Handshakes completed", s.handshakes), ("Failures", s.failures), ("Rekeys", s.rekeys), ("Cookies demanded", s.cookiesDemanded),
      ] + s.refused.map { ("Refused: \($0.reason)", $0.count) }
    return Shown(
      lines: ["Crypto IKE statistics"] + rows.map { "  " + ($0.0 + ":").padded(34) + "\($0.1)" },
      json: { .object(rows.map { ($0.0, JSONValue($0.1)) }) })
  }

  // MARK: The picture

  /// All that the crypto shows are made of.
  func cryptoPicture() -> CryptoPicture {
    var picture = CryptoPicture(
      now: now, associations: ike.ikeRows(limit: Node.cryptoRowLimit), children: ike.childRows(limit: Node.cryptoRowLimit))
    (picture.inbound, picture.outbound) = (counters.inboundAssociations, counters.outboundAssociations)
    picture.announcements = announcementRows
    (picture.settings, picture.material) = (settings.crypto.withoutKeys, ikeMaterial)
    picture.wallText = { ClockText(seconds: $0).longWithoutMilliseconds }
    for name in settings.interfaceNames {
      guard let c = settings.interfaces[name], let profile = c.interface.tunnel.protectionProfile else { continue }
      picture.tunnels[id(of: name)] = cryptoTunnel(name, c, profile)
    }
    return picture
  }

  private func cryptoTunnel(_ name: String, _ c: InterfaceConfiguration, _ profile: String) -> CryptoPicture.Tunnel {
    let id = id(of: name)
    var tunnel = CryptoPicture.Tunnel(name: name, profile: profile)
    tunnel.isShared = c.interface.tunnel.protectionIsShared
    tunnel.source = tunnels[id]?.forwarding.source
    if case .interface(let source)? = c.interface.tunnel.source {
      tunnel.underlay = source
      tunnel.underlayMTU = hostInterfaces[settings.platformName(of: source)]?.mtu ?? tunnel.underlayMTU
    }
    let peers = nhrp.snapshot().first { $0.id == id }.map { $0.mappings.compactMap(\.nbma) + $0.servers.compactMap(\.nbma) } ?? []
    tunnel.wanted = Set(peers).filter { ike.pendingLayer(of: $0, on: id) != nil }.sorted()
    return tunnel
  }

  // MARK: Clearing

  func clearCrypto(_ what: CryptoClear, _ a: Arguments) throws(ExecRefusal) {
    if let text = a[text: "where"], a.address("where") == nil { throw ExecRefusal(unknownHost(text)) }
    let remote = a.address("where"), number = a.int("number").flatMap(UInt32.init(exactly:))
    let scope: IKEClearScope =
      switch what {
      case .children: .children(remote: remote)
      case .sessions: .sessions(remote: remote)
      case .ikev2: .associations(.ikev2, number: number)
      case .isakmp: .associations(.ikev1, number: number)
      }
    let id = record(JournalRecord(.commandRun, a: remote ?? .anyV4))
    enqueue(ike: .clear(scope), because: id)
  }
}

/// What `clear crypto …` clears.
enum CryptoClear: Sendable { case children, sessions, ikev2, isakmp }
