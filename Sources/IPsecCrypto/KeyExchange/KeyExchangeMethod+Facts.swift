// SPDX-License-Identifier: GPL-3.0-or-later

extension KeyExchangeMethod {
  /// As `show` prints it; the number of one that nobody here knows.
  public var name: String {
    switch self {
    case .none: "none"
    case .modp1024: "MODP-1024"
    case .modp1536: "MODP-1536"
    case .modp2048: "MODP-2048"
    case .modp3072: "MODP-3072"
    case .modp4096: "MODP-4096"
    case .modp8192: "MODP-8192"
    case .ecp256: "ECP-256"
    case .ecp384: "ECP-384"
    case .ecp521: "ECP-521"
    case .modp2048s256: "MODP-2048-256"
    case .curve25519: "Curve25519"
    case .curve448: "Curve448"
    default: "group \(rawValue)"
    }
  }

  /// Bytes of a public value in a KE payload; nil where it is not supported.
  public var publicValueBytes: Int? {
    switch self {
    case .modp1024: 128
    case .modp1536: 192
    case .modp2048, .modp2048s256: 256
    case .modp3072: 384
    case .modp4096: 512
    case .modp8192: 1024
    case .ecp256: 64
    case .ecp384: 96
    case .ecp521: 132
    case .curve25519: 32
    case .curve448: 56
    default: nil
    }
  }

  /// Bytes of the shared secret; nil where it is not supported. A point has two coordinates, of which the secret is one (RFC 5903 §7).
  public var sharedSecretBytes: Int? {
    switch self {
    case .ecp256, .ecp384, .ecp521: publicValueBytes.map { $0 / 2 }
    default: publicValueBytes
    }
  }

  /// Whether RFC 8247 §2.4 advises against it.
  public var isWeak: Bool { self == .modp1024 || self == .modp1536 || self == .modp2048s256 }

  /// Whether this build has it; `none` does not count.
  public var isSupported: Bool { publicValueBytes != nil }
}
