// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// `show crypto ipsec sa`
extension CryptoPicture {
  /// `show crypto ipsec sa [interface IF | peer A] [detail]`: a block for each peer, below the heading of its tunnel.
  package func ipsecAssociations(interface: String? = nil, peer: IPAddress? = nil, isDetailed: Bool = false) -> [String] {
    let wanted = sessions.filter { session in
      !session.children.isEmpty && (interface == nil || tunnel(session.interface).name == interface) && (peer == nil || session.endpoints.remote == peer)
    }
    var lines: [String] = []
    var above: InterfaceID?
    for session in wanted {
      let tunnel = tunnel(session.interface)
      if above != session.interface {
        lines += ["", "interface: \(tunnel.name)", "    Crypto map tag: \(tunnel.name)-head-0, local addr \(session.endpoints.local)"]
      }
      above = session.interface
      lines += block(session, tunnel, isDetailed)
    }
    return lines
  }

  private func block(_ session: CryptoSession, _ tunnel: Tunnel, _ isDetailed: Bool) -> [String] {
    let ends = session.endpoints
    let (inbound, outbound) = counters(session.children)
    let port = ends.isEncapsulated ? ends.remotePort : 500
    let identities = [
      "", "   protected vrf: (none)", "   local  ident (addr/mask/prot/port): (\(ends.local)/255.255.255.255/47/0)",
      "   remote ident (addr/mask/prot/port): (\(ends.remote)/255.255.255.255/47/0)", "   current_peer \(ends.remote) port \(port)",
      "     PERMIT, flags={origin_is_acl,}",
      "    #pkts encaps: \(outbound.packets), #pkts encrypt: \(outbound.packets), #pkts digest: \(outbound.packets)",
      "    #pkts decaps: \(inbound.packets), #pkts decrypt: \(inbound.packets), #pkts verify: \(inbound.packets)",
      "    #pkts compressed: 0, #pkts decompressed: 0", "    #pkts not compressed: 0, #pkts compr. failed: 0",
      "    #pkts not decompressed: 0, #pkts decompress failed: 0",
    ]
    return [identities, errors(inbound, outbound, isDetailed), endpoints(session, tunnel), associations(session, tunnel)].flatMap { $0 }
  }

  private func errors(_ inbound: AssociationCounters, _ outbound: AssociationCounters, _ isDetailed: Bool) -> [String] {
    let refused = inbound.replays &+ inbound.forgeries &+ inbound.errors
    guard isDetailed else { return ["    #send errors \(outbound.errors), #recv errors \(refused)"] }
    return [
      "    #pkts no sa (send) 0, #pkts invalid sa (rcv) 0", "    #pkts encaps failed (send) \(outbound.errors), #pkts decaps failed (rcv) \(inbound.errors)",
      "    #pkts invalid prot (recv) 0, #pkts verify failed: \(inbound.forgeries)", "    #pkts invalid identity (recv) 0, #pkts invalid len (rcv) 0",
      "    #pkts replay rollover (send): 0, #pkts replay rollover (rcv) 0", "    ##pkts replay failed (rcv): \(inbound.replays)",
      "    #pkts internal err (send): 0, #pkts internal err (recv) 0",
    ]
  }

  private func endpoints(_ session: CryptoSession, _ tunnel: Tunnel) -> [String] {
    let ends = session.endpoints, path = tunnel.underlayMTU
    let group = session.current?.perfectForwardSecrecy.map { "group\($0.rawValue)" }
    return [
      "", "     local crypto endpt.: \(ends.local), remote crypto endpt.: \(ends.remote)",
      "     plaintext mtu \(session.current.map { Self.plaintextMTU($0, path: path) } ?? path), path mtu \(path), ip mtu \(path), ip mtu idb \(tunnel.underlay)",
      "     current outbound spi: \(CryptoNames.spi(session.current?.outboundSPI ?? 0))",
      "     PFS (Y/N): \(group == nil ? "N" : "Y"), DH group: \(group ?? "none")", "",
    ]
  }

  /// The largest packet, header included, whose ESP fits into `path` bytes (RFC 4303 §2).
  static func plaintextMTU(_ child: ChildSARow, path: Int) -> Int {
    let cipher = EncryptionAlgorithm(rawValue: child.suite.encryption), integrity = IntegrityAlgorithm(rawValue: child.suite.integrity)
    let check = cipher.isCombined ? cipher.icvBytes : child.suite.truncatesSHA256To96 ? 12 : integrity.icvBytes
    let around = 20 + (child.endpoints.isEncapsulated ? 8 : 0) + 8 + cipher.ivBytes + check
    let text = max(0, path - around) / cipher.blockBytes * cipher.blockBytes
    // The last two bytes are pad length and next header; in transport mode the header in front counts with the packet.
    return max(0, text - 2) + (child.mode == .transport ? 20 : 0)
  }

  private func associations(_ session: CryptoSession, _ tunnel: Tunnel) -> [String] {
    func list(_ direction: SecurityAssociation.Direction) -> [String] {
      session.children.flatMap { one($0, direction, tunnel) + [""] }
    }
    let others = { (word: String) in ["     \(word) ah sas:", "", "     \(word) pcp sas:"] }
    var lines = ["     inbound esp sas:"] + list(.inbound) + others("inbound")
    lines += ["", "     outbound esp sas:"] + list(.outbound)
    return lines + others("outbound")
  }

  private func one(_ child: ChildSARow, _ direction: SecurityAssociation.Direction, _ tunnel: Tunnel) -> [String] {
    let spi = direction == .inbound ? child.inboundSPI : child.outboundSPI
    let used = direction == .inbound ? counters(child).inbound.bytes : counters(child).outbound.bytes
    let mode = (child.mode == .transport ? "Transport" : "Tunnel") + (child.endpoints.isEncapsulated ? " UDP-Encaps" : "")
    let replay = direction == .inbound && child.replayWindow == 0 ? "N" : "Y"
    let status = direction == .inbound || child.isCurrent ? "ACTIVE(ACTIVE)" : "INACTIVE(INACTIVE)"
    var lines = [
      "      spi: \(CryptoNames.spi(spi))", "        transform: \(CryptoNames.transform(child.suite)) ,", "        in use settings ={\(mode), }",
      "        conn id: \(child.ikeNumber), flow_id: SW:\(child.peer.rawValue), sibling_flags 80000000, crypto map: \(tunnel.name)-head-0",
      "        sa timing: remaining key lifetime \(lifetime(child, used: used))",
      "        IV size: \(EncryptionAlgorithm(rawValue: child.suite.encryption).ivBytes) bytes", "        replay detection support: \(replay)",
    ]
    if child.usesESN { lines.append("        esn support: Y") }
    return lines + ["        Status: \(status)"]
  }

  /// `(k/sec): (4607999/3191)`, `(sec): 3191` where the volume has no limit.
  private func lifetime(_ child: ChildSARow, used: UInt64) -> String {
    let seconds = secondsLeft(child.lifetimeSeconds, from: child.installedAt)
    return kilobytesLeft(child, used: used).map { "(k/sec): (\($0)/\(seconds))" } ?? "(sec): \(seconds)"
  }

  /// Kilobytes that are left; nil where there is no limit.
  func kilobytesLeft(_ child: ChildSARow, used: UInt64) -> Int? { child.lifetimeKilobytes.map { max(0, $0 - Int(clamping: used / 1_024)) } }
}
