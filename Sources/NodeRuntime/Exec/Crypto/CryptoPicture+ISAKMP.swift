// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import Wire

/// `show crypto isakmp sa`, `show crypto isakmp policy`.
extension CryptoPicture {
  /// `show crypto isakmp sa`: the responder is the destination.
  package func isakmpAssociations() -> [String] {
    let rows = associations.filter { $0.version == .ikev1 }
    let lines = rows.map { row -> String in
      let ends = row.isInitiator ? (row.endpoints.remote, row.endpoints.local) : (row.endpoints.local, row.endpoints.remote)
      let status = row.state == .deleting ? "ACTIVE (deleted)" : "ACTIVE"
      return "\(ends.0)".padded(15) + " " + "\(ends.1)".padded(15) + " " + CryptoNames.isakmpState(row.state).padded(15) + "\(row.number)".rightAligned(7) + " "
        + status
    }
    return ["IPv4 Crypto ISAKMP SA", "dst             src             state          conn-id status"] + lines + ["", "IPv6 Crypto ISAKMP SA", ""]
  }

  /// `show crypto isakmp sa detail`
  package func isakmpAssociationDetails() -> [String] {
    let rows = associations.filter { $0.version == .ikev1 }
    let codes = [
      "Codes: C - IKE configuration mode, D - Dead Peer Detection", "       K - Keepalives, N - NAT-traversal",
      "       T - cTCP encapsulation, X - IKE Extended Authentication", "       psk - Preshared key, rsig - RSA signature",
      "       renc - RSA encryption", "IPv4 Crypto ISAKMP SA", "",
      "C-id  Local           Remote          I-VRF  Status Encr Hash   Auth DH Lifetime Cap.", "",
    ]
    return codes + rows.flatMap(detail) + ["IPv6 Crypto ISAKMP SA", ""]
  }

  private func detail(_ row: IKESARow) -> [String] {
    let names = CryptoNames.isakmp(row)
    let status = row.state == .deleting ? "DELETE" : "ACTIVE"
    let life = Self.clock(secondsLeft(row.lifetimeSeconds, from: row.establishedAt))
    let algorithms = names.encryption.padded(5) + names.hash.padded(7) + names.method.padded(5) + "\(row.group?.rawValue ?? 0)".padded(3)
    let line = "\(row.number)".padded(5) + " " + "\(row.endpoints.local)".padded(16) + "\(row.endpoints.remote)".padded(16) + "       " + status + " "
      + algorithms + life + " " + capabilities(row)
    return [line.trimmedEnd, "       Engine-id:Conn-id =  SW:\(row.number)", ""]
  }

  /// D N F, as the codes above them say.
  func capabilities(_ row: IKESARow) -> String {
    (row.deadPeerSeconds == nil ? "" : "D") + (row.isNATDetected ? "N" : "") + (row.fragmentsMessages ? "F" : "")
  }

  // MARK: Policies

  /// `show crypto isakmp policy`
  package func isakmpPolicies() -> [String] {
    let configured = settings.isakmpPolicies.flatMap { ["Protection suite of priority \($0.number)"] + suite($0.policy) }
    let builtIn = settings.usedISAKMPPolicies.flatMap { ["Default protection suite"] + suite($0) }
    return ["", "Global IKE policy"] + (settings.isakmpPolicies.isEmpty ? builtIn : configured)
  }

  private func suite(_ policy: ISAKMPPolicy) -> [String] {
    let bits: [KeyExchangeMethod: Int] = [
      .modp1024: 1024, .modp1536: 1536, .modp2048: 2048, .modp3072: 3072, .modp4096: 4096, .modp8192: 8192, .ecp256: 256, .ecp384: 384, .ecp521: 521,
      .modp2048s256: 2048, .curve25519: 255, .curve448: 448,
    ]
    return [
      ("encryption algorithm:", encryption(policy.encryption)), ("hash algorithm:", hash(policy.hash)), ("authentication method:", method(policy.method)),
      ("Diffie-Hellman group:", "#\(policy.group.rawValue) (\(bits[policy.group] ?? 0) bit)"),
      ("lifetime:", "\(policy.lifetimeSeconds) seconds, no volume limit"),
    ].map { "        " + $0.0.padded(24) + $0.1 }
  }

  private func encryption(_ encryption: IKEProposal.Encryption) -> String {
    encryption.algorithm == .tripleDES
      ? "Three key triple DES" : "AES - Advanced Encryption Standard (\(encryption.keyBits) bit keys)."
  }

  private func hash(_ hash: HashAlgorithm) -> String {
    switch hash {
    case .md5: "Message Digest 5"
    case .sha1: "Secure Hash Standard"
    default: "Secure Hash Standard 2 (\(hash.digestBytes * 8) bit)"
    }
  }

  private func method(_ method: AuthenticationMethod) -> String {
    switch method {
    case .preSharedKey: "Pre-Shared Key"
    case .rsaSignature: "Rivest-Shamir-Adleman Signature"
    case .ecdsaSignature: "Elliptic Curve Digital Signature"
    }
  }
}
