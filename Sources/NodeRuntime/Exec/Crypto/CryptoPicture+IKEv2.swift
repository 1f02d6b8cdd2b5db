// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto

/// `show crypto ikev2 sa`, `show crypto ikev2 session`.
extension CryptoPicture {
  private static let titles = "Tunnel-id Local                 Remote                fvrf/ivrf            Status"

  /// `show crypto ikev2 sa [detailed]`
  package func ikev2Associations(isDetailed: Bool) -> [String] {
    let rows = associations.filter { $0.version == .ikev2 }
    guard !rows.isEmpty else { return [] }
    var lines = [" IPv4 Crypto IKEv2  SA", ""]
    for row in rows { lines += [Self.titles] + association(row, isDetailed: isDetailed) + [""] }
    return lines + [" IPv6 Crypto IKEv2  SA", ""]
  }

  private func association(_ row: IKESARow, isDetailed: Bool) -> [String] {
    let ends = row.endpoints
    let local = "\(ends.local)/\(ends.localPort)".padded(21), remote = "\(ends.remote)/\(ends.remotePort)".padded(21)
    let columns = ["\(row.number)".padded(9), local, remote, "none/none".padded(20), CryptoNames.ikev2State(row.state).status]
    var below = [algorithms(row), "Life/Active Time: \(row.lifetimeSeconds)/\(secondsSince(row.establishedAt)) sec"]
    if isDetailed { below += details(row) }
    return [columns.joined(separator: " ")] + below.map(indented)
  }

  private func indented(_ line: String) -> String { "      " + line }

  private func algorithms(_ row: IKESARow) -> String {
    let encryption = row.encryption.map { CryptoNames.encryption($0.algorithm) + ", keysize: \($0.keyBits)" } ?? "Unknown - 0"
    let prf = row.prf.map(CryptoNames.prf) ?? "Unknown - 0", hash = CryptoNames.integrity(row.integrity ?? .none)
    return "Encr: \(encryption), PRF: \(prf), Hash: \(hash), DH Grp:\(row.group?.rawValue ?? 0), "
      + "Auth sign: \(CryptoNames.method(row.localMethod)), Auth verify: \(CryptoNames.method(row.remoteMethod))"
  }

  private func details(_ row: IKESARow) -> [String] {
    func pair(_ word: String, _ local: UInt32, _ remote: UInt32) -> String {
      ("Local \(word)".padded(19) + "\(local)").padded(34) + "Remote \(word)".padded(20) + "\(remote)"
    }
    return [
      "CE id: 0, Session-id: \(row.peer.rawValue)", "Status Description: \(CryptoNames.ikev2State(row.state).description)",
      "Local spi: \(CryptoNames.hex(row.localSPI, digits: 16))       Remote spi: \(CryptoNames.hex(row.remoteSPI, digits: 16))",
      "Local id: \(CryptoNames.identity(row.localIdentity))", "Remote id: \(CryptoNames.identity(row.remoteIdentity))",
      pair("req msg id:", row.nextSentID, row.nextReceivedID), pair("next msg id:", row.nextSentID, row.nextReceivedID),
      pair("req queued:", row.nextSentID, row.nextReceivedID), pair("window:", 1, 1),
      "DPD configured for \(row.deadPeerSeconds ?? 0) seconds, retry \(deadPeerRetry(row))",
      row.fragmentsMessages ? "IETF Std Fragmentation  enabled." : "Fragmentation not  configured.", "Dynamic Route Update: disabled",
      "Extended Authentication not configured.", row.isNATDetected ? "NAT-T is detected outside" : "NAT-T is not detected",
      "Cisco Trust Security SGT is disabled", "Initiator of SA : \(row.isInitiator ? "Yes" : "No")",
    ]
  }

  private func deadPeerRetry(_ row: IKESARow) -> Int {
    guard row.deadPeerSeconds != nil else { return 0 }
    let name = settings.ipsecProfile(row.profileName)?.ikev2Profile
    let profile = settings.ikev2Profiles.first { $0.name == name }
    return (profile?.deadPeer ?? settings.ikev2DeadPeer)?.retrySeconds ?? 0
  }

  /// `show crypto ikev2 session [detailed]`
  package func ikev2Sessions(isDetailed: Bool) -> [String] {
    let all = sessions.filter { $0.associations.contains { $0.version == .ikev2 } }
    guard !all.isEmpty else { return [] }
    let lines = all.flatMap { session($0, isDetailed: isDetailed) }
    return [" IPv4 Crypto IKEv2 Session", ""] + lines + [" IPv6 Crypto IKEv2 Session", ""]
  }

  private func session(_ session: CryptoSession, isDetailed: Bool) -> [String] {
    let rows = session.associations.filter { $0.version == .ikev2 }
    let counts = "IKE count:\(rows.count), CHILD count:\(session.children.count)"
    var lines = ["Session-id:\(session.peer.rawValue), Status:\(session.status), \(counts)", ""]
    for row in rows { lines += [Self.titles] + association(row, isDetailed: isDetailed) }
    for pair in session.children { lines += child(pair, isDetailed: isDetailed) }
    return lines + [""]
  }

  private func child(_ child: ChildSARow, isDetailed: Bool) -> [String] {
    let (local, remote) = (child.endpoints.local, child.endpoints.remote)
    let lines = [
      "Child sa: local selector  \(local)/0 - \(local)/65535", "          remote selector \(remote)/0 - \(remote)/65535",
      "          ESP spi in/out: 0x\(CryptoNames.hex(UInt64(child.inboundSPI)))/0x\(CryptoNames.hex(UInt64(child.outboundSPI)))",
    ]
    guard isDetailed else { return lines }
    let encryption = CryptoNames.encryption(EncryptionAlgorithm(rawValue: child.suite.encryption))
    let integrity = CryptoNames.integrity(IntegrityAlgorithm(rawValue: child.suite.integrity))
    return lines + [
      "          AH spi in/out: 0x0/0x0", "          CPI in/out: 0x0/0x0",
      "          Encr: \(encryption), keysize: \(child.suite.keyBits), esp_hmac: \(integrity)",
      "          ah_hmac: None, comp: IPCOMP_NONE, mode \(child.mode == .transport ? "transport" : "tunnel")",
    ]
  }
}
