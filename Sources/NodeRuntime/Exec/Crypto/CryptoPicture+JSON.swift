// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit

/// The same rows for `| json`.
extension CryptoPicture {
  func associationsJSON(_ version: ProtectionPolicy.Version) -> JSONValue {
    .table(associations.filter { $0.version == version }.map(json))
  }

  private func json(_ row: IKESARow) -> JSONValue {
    let state = row.version == .ikev1 ? CryptoNames.isakmpState(row.state) : CryptoNames.ikev2State(row.state).status
    return .object([
      ("number", JSONValue(Int(row.number))), ("version", JSONValue(Int(row.version.rawValue))), ("state", .string(state)),
      ("interface", .string(tunnel(row.interface).name)), ("profile", .string(row.profileName)), ("session", JSONValue(Int(row.peer.rawValue))),
      ("local", .string("\(row.endpoints.local)")), ("localPort", JSONValue(Int(row.endpoints.localPort))),
      ("remote", .string("\(row.endpoints.remote)")), ("remotePort", JSONValue(Int(row.endpoints.remotePort))),
      ("localSPI", .string(CryptoNames.hex(row.localSPI, digits: 16))), ("remoteSPI", .string(CryptoNames.hex(row.remoteSPI, digits: 16))),
      ("localIdentity", .string(CryptoNames.identity(row.localIdentity))), ("remoteIdentity", .string(CryptoNames.identity(row.remoteIdentity))),
      ("encryption", JSONValue(row.encryption.map { CryptoNames.encryption($0.algorithm) })), ("keyBits", JSONValue(Int(row.encryption?.keyBits ?? 0))),
      ("prf", JSONValue(row.prf.map(CryptoNames.prf))), ("integrity", JSONValue(row.integrity.map(CryptoNames.integrity))),
      ("hash", JSONValue(row.hash?.name)), ("group", JSONValue(Int(row.group?.rawValue ?? 0))),
      ("authSign", .string(CryptoNames.method(row.localMethod))), ("authVerify", .string(CryptoNames.method(row.remoteMethod))),
      ("lifetimeSeconds", JSONValue(row.lifetimeSeconds)), ("activeSeconds", JSONValue(secondsSince(row.establishedAt))),
      ("isInitiator", .bool(row.isInitiator)), ("isNATDetected", .bool(row.isNATDetected)), ("rekeys", JSONValue(Int(row.rekeys))),
    ])
  }

  func childrenJSON(interface: String? = nil, peer: String? = nil) -> JSONValue {
    let wanted = children.filter { child in
      (interface == nil || tunnel(child.interface).name == interface) && (peer == nil || child.endpoints.remote.description == peer)
    }
    return .table(wanted.map(json))
  }

  private func json(_ child: ChildSARow) -> JSONValue {
    let (inbound, outbound) = counters(child)
    return .object([
      ("interface", .string(tunnel(child.interface).name)), ("session", JSONValue(Int(child.peer.rawValue))), ("ike", JSONValue(Int(child.ikeNumber))),
      ("local", .string("\(child.endpoints.local)")), ("remote", .string("\(child.endpoints.remote)")),
      ("isEncapsulated", .bool(child.endpoints.isEncapsulated)), ("inboundSPI", JSONValue(Int(child.inboundSPI))),
      ("outboundSPI", JSONValue(Int(child.outboundSPI))), ("transform", .string(CryptoNames.transform(child.suite))),
      ("mode", .string(child.mode == .transport ? "transport" : "tunnel")), ("isCurrent", .bool(child.isCurrent)), ("usesESN", .bool(child.usesESN)),
      ("pfsGroup", child.perfectForwardSecrecy.map { JSONValue(Int($0.rawValue)) } ?? .null), ("replayWindow", JSONValue(child.replayWindow)),
      ("secondsLeft", JSONValue(secondsLeft(child.lifetimeSeconds, from: child.installedAt))),
      ("kilobytesLeftInbound", kilobytesLeft(child, used: inbound.bytes).map { JSONValue($0) } ?? .null),
      ("kilobytesLeftOutbound", kilobytesLeft(child, used: outbound.bytes).map { JSONValue($0) } ?? .null),
      ("packetsIn", JSONValue(inbound.packets)), ("bytesIn", JSONValue(inbound.bytes)), ("packetsOut", JSONValue(outbound.packets)),
      ("bytesOut", JSONValue(outbound.bytes)), ("replays", JSONValue(inbound.replays)), ("forgeries", JSONValue(inbound.forgeries)),
      ("errorsIn", JSONValue(inbound.errors)), ("errorsOut", JSONValue(outbound.errors)),
    ])
  }

  func sessionsJSON(interface: String? = nil, remote: String? = nil) -> JSONValue {
    let wanted = sessions.filter { session in
      (interface == nil || tunnel(session.interface).name == interface) && (remote == nil || session.endpoints.remote.description == remote)
    }
    return .table(
      wanted.map { session in
        .object([
          ("interface", .string(tunnel(session.interface).name)), ("profile", JSONValue(ikeProfile(session))), ("status", .string(session.status)),
          ("session", JSONValue(Int(session.peer.rawValue))), ("local", .string("\(session.endpoints.local)")),
          ("remote", .string("\(session.endpoints.remote)")), ("remotePort", JSONValue(Int(session.endpoints.remotePort))),
          ("identity", .string(CryptoNames.identity(session.associations.compactMap(\.remoteIdentity).last))),
          ("ikeAssociations", JSONValue(session.associations.count)), ("childPairs", JSONValue(session.children.count)),
        ])
      })
  }
}
