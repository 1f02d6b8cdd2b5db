// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// What the headers of a tunnel leave of the underlay's MTU.
public enum EncapsulationOverhead {
  /// The largest inner packet, in bytes, that fits whole into an underlay packet of `underlayMTU`: the tunnel's MTU where `ip mtu` says
  /// none. 0 where nothing fits.
  ///
  /// - Parameters:
  ///   - key: Whether GRE carries a key (RFC 2890).
  ///   - suite: How ESP protects; nil for GRE alone, and then `mode` and `udp` mean nothing.
  ///   - mode: Whether a second IP header is inside.
  ///   - udp: Whether ESP travels in UDP (RFC 3948); where a NAT may turn up, say yes.
  ///   - checksum: Whether GRE carries a checksum.
  ///   - sequence: Whether GRE carries sequence numbers.
  ///   - isOverV6: Whether the outer header, and in tunnel mode the second one, is IPv6.
  public static func largestInner(
    underlayMTU: Int, key: Bool, suite: ESPSuite?, mode: IPsecMode = .transport, udp: Bool = false, checksum: Bool = false,
    sequence: Bool = false, isOverV6: Bool = false
  ) -> Int {
    let header = isOverV6 ? 40 : 20
    let gre = 4 + (key ? 4 : 0) + (checksum ? 4 : 0) + (sequence ? 4 : 0)
    let behindOuter = min(max(underlayMTU, 0), 65_535) - header
    guard let suite else { return max(0, behindOuter - gre) }
    let encryption = EncryptionAlgorithm(rawValue: suite.encryption)
    let text = behindOuter - (udp ? 8 : 0) - 8 - encryption.ivBytes - suite.icvBytes
    guard text > 0 else { return 0 }
    // Whole blocks, of which the last two bytes are the padding's length and the next header (RFC 4303 §2.4).
    return max(0, text - text % encryption.blockBytes - 2 - (mode == .tunnel ? header : 0) - gre)
  }
}

extension ESPSuite {
  /// Bytes of the ICV at the end of a packet.
  fileprivate var icvBytes: Int {
    let encryption = EncryptionAlgorithm(rawValue: encryption), integrity = IntegrityAlgorithm(rawValue: integrity)
    if encryption.isCombined { return encryption.icvBytes }
    return integrity == .hmacSHA256 && truncatesSHA256To96 ? 12 : integrity.icvBytes
  }
}
