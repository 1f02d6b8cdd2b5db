// SPDX-License-Identifier: GPL-3.0-or-later

extension EncryptionAlgorithm {
  private var row: EncryptionRow? { .row(self) }
  /// As `show` prints it; the number of one that nobody here knows.
  public var name: String { row?.name ?? "encryption \(rawValue)" }
  /// Whether it authenticates too, so that no integrity algorithm goes with it.
  public var isCombined: Bool { if case .combined = row?.method { true } else { false } }
  /// Whether this build has it with a Key Length attribute of `keyBits`; 0 for none.
  public func isSupported(keyBits: UInt16) -> Bool { keyBytes(keyBits: keyBits) != nil }
  /// What is proposed where nobody says a key length, in bits; nil where there is only one.
  public var defaultKeyBits: UInt16? { row?.keyBits.first }
  /// Bytes of KEYMAT it takes, its salt included (RFC 4106 §8.1); nil where it is not supported.
  public func keyBytes(keyBits: UInt16) -> Int? { row?.keyBytes(keyBits: keyBits) }
  /// Bytes of the IV in a packet.
  public var ivBytes: Int { row?.ivBytes ?? 0 }
  /// What ESP pads to a multiple of, in bytes: at least 4 (RFC 4303 §2.4).
  public var blockBytes: Int { max(4, row?.textBlockBytes ?? 0) }
  /// Bytes of the ICV of a combined algorithm; 0 for others.
  public var icvBytes: Int { row?.icvBytes ?? 0 }
  /// Whether RFC 8221 or RFC 8247 advise against it.
  public var isWeak: Bool { row?.isWeak ?? false }
  /// Whether IKE's own messages may be encrypted with it (RFC 7296 §3.14); the others are for ESP.
  public var protectsMessages: Bool { row?.protectsMessages ?? false }
}

extension IntegrityAlgorithm {
  private var row: IntegrityRow? { .row(self) }
  /// As `show` prints it; the number of one that nobody here knows.
  public var name: String { self == .none ? "none" : row?.name ?? "integrity \(rawValue)" }
  /// Bytes of the key; 0 for none.
  public var keyBytes: Int { row?.keyBytes ?? 0 }
  /// Bytes of the ICV; 0 for none.
  public var icvBytes: Int { row?.icvBytes ?? 0 }
  /// Whether RFC 8221 or RFC 8247 advise against it.
  public var isWeak: Bool { row?.isWeak ?? false }
  /// Whether this build has it; `none` counts as such.
  public var isSupported: Bool { self == .none || row != nil }
}

extension HashAlgorithm {
  private var row: HashRow? { .row(self) }
  /// As `show` prints it; the number of one that nobody here knows.
  public var name: String { self == .identity ? "identity" : row?.name ?? "hash \(rawValue)" }
  /// Bytes of a digest; 0 for `identity` and unknown ones.
  public var digestBytes: Int { row?.digestBytes ?? 0 }
  /// The pseudorandom function that is HMAC with this hash.
  public var hmacPRF: PseudoRandomFunction? { row?.hmacPRF }
}
