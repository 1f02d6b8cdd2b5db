// SPDX-License-Identifier: GPL-3.0-or-later

/// The names of signature schemes on the wire: DER AlgorithmIdentifiers, as the AUTH payload of RFC 7427 §3 carries them. The encodings are
/// those of RFC 7427 §A and RFC 8420 §A.
extension SignatureScheme {
  private static let rsaPKCS1Arc: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01]  // 1.2.840.113549.1.1
  private static let ecdsaArc: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04]  // 1.2.840.10045.4
  private static let pssIdentifier: [UInt8] = rsaPKCS1Arc + [10]
  private static let mgf1Identifier: [UInt8] = rsaPKCS1Arc + [8]
  private static let ed25519Identifier: [UInt8] = [0x2b, 101, 112], ed448Identifier: [UInt8] = [0x2b, 101, 113]

  private static let pkcs1Identifiers: [(HashAlgorithm, [UInt8])] = [
    (.sha1, rsaPKCS1Arc + [5]), (.sha256, rsaPKCS1Arc + [11]), (.sha384, rsaPKCS1Arc + [12]), (.sha512, rsaPKCS1Arc + [13]),
  ]
  private static let ecdsaIdentifiers: [(HashAlgorithm, [UInt8])] = [
    (.sha1, ecdsaArc + [1]), (.sha256, ecdsaArc + [3, 2]), (.sha384, ecdsaArc + [3, 3]), (.sha512, ecdsaArc + [3, 4]),
  ]
  private static let hashIdentifiers: [(HashAlgorithm, [UInt8], count: UInt8)] = [
    (.sha1, [0x2b, 14, 3, 2, 26], 20), (.sha256, [0x60, 0x86, 0x48, 1, 101, 3, 4, 2, 1], 32),
    (.sha384, [0x60, 0x86, 0x48, 1, 101, 3, 4, 2, 2], 48), (.sha512, [0x60, 0x86, 0x48, 1, 101, 3, 4, 2, 3], 64),
  ]

  /// The DER AlgorithmIdentifier of RFC 7427; nil for schemes that only older authentication methods use (raw ECDSA, bare RSA, MD5).
  public var algorithmIdentifier: [UInt8]? {
    switch self {
    case .rsaPKCS1(let hash, isBare: false):
      guard let identifier = Self.pkcs1Identifiers.first(where: { $0.0.rawValue == hash })?.1 else { return nil }
      return DERReader.element(DERReader.sequence, DERReader.element(DERReader.objectIdentifier, identifier) + [DERReader.null, 0])
    case .ecdsa(let hash, isRaw: false):
      guard let identifier = Self.ecdsaIdentifiers.first(where: { $0.0.rawValue == hash })?.1 else { return nil }
      return Self.plain(identifier)
    case .rsaPSS(let hash): return Self.pssAlgorithm(hash)
    case .ed25519: return Self.plain(Self.ed25519Identifier)
    case .ed448: return Self.plain(Self.ed448Identifier)
    case .rsaPKCS1, .ecdsa: return nil
    }
  }

  /// The scheme of a DER AlgorithmIdentifier; nil where it is none of ours. Of RSASSA-PSS only what RFC 7427 §A.4 has: MGF1 with the same
  /// hash, and a salt as long as it.
  public init?(algorithmIdentifier: [UInt8]) {
    var outer = DERReader(algorithmIdentifier)
    guard let content = outer.read(DERReader.sequence), outer.isAtEnd else { return nil }
    var fields = DERReader(content)
    guard let identifier = fields.read(DERReader.objectIdentifier).map(Array.init) else { return nil }
    if identifier == Self.pssIdentifier {
      guard let parameters = fields.read(DERReader.sequence), fields.isAtEnd, let scheme = Self.pss(parameters) else { return nil }
      self = scheme
      return
    }
    // Some encode the absent parameters of the others as NULL.
    guard fields.isAtEnd || (fields.read(DERReader.null)?.isEmpty == true && fields.isAtEnd) else { return nil }
    guard let scheme = Self.scheme(of: identifier) else { return nil }
    self = scheme
  }

  private static func scheme(of identifier: [UInt8]) -> SignatureScheme? {
    if let hash = pkcs1Identifiers.first(where: { $0.1 == identifier })?.0 { return .rsaPKCS1(hash: hash.rawValue, isBare: false) }
    if let hash = ecdsaIdentifiers.first(where: { $0.1 == identifier })?.0 { return .ecdsa(hash: hash.rawValue, isRaw: false) }
    if identifier == ed25519Identifier { return .ed25519 }
    return identifier == ed448Identifier ? .ed448 : nil
  }

  private static func plain(_ identifier: [UInt8]) -> [UInt8] {
    DERReader.element(DERReader.sequence, DERReader.element(DERReader.objectIdentifier, identifier))
  }

  /// With the trailer field, which DER would omit, because RFC 7427 §A.4.3 prints it.
  private static func pssAlgorithm(_ hash: UInt16) -> [UInt8]? {
    guard let (algorithm, identifier, count) = hashIdentifiers.first(where: { $0.0.rawValue == hash }) else { return nil }
    let name = DERReader.element(DERReader.objectIdentifier, pssIdentifier)
    // SHA-1, MGF1 with SHA-1, a salt of 20 bytes and trailer 1 are the defaults (RFC 8017 §A.2.3), so nothing is left to say (§A.4.1).
    guard algorithm != .sha1 else { return DERReader.element(DERReader.sequence, name + [DERReader.sequence, 0]) }
    let hashAlgorithm = DERReader.element(
      DERReader.sequence, DERReader.element(DERReader.objectIdentifier, identifier) + [DERReader.null, 0])
    let maskGenerator = DERReader.element(
      DERReader.sequence, DERReader.element(DERReader.objectIdentifier, mgf1Identifier) + hashAlgorithm)
    let parameters =
      DERReader.element(DERReader.context(0), hashAlgorithm) + DERReader.element(DERReader.context(1), maskGenerator)
      + DERReader.element(DERReader.context(2), [DERReader.integer, 1, count])
      + DERReader.element(DERReader.context(3), [DERReader.integer, 1, 1])
    return DERReader.element(DERReader.sequence, name + DERReader.element(DERReader.sequence, parameters))
  }

  /// RSASSA-PSS-params (RFC 8017 §A.2.3).
  private static func pss(_ parameters: ArraySlice<UInt8>) -> SignatureScheme? {
    var fields = DERReader(parameters)
    var hash: [UInt8]? = hashIdentifiers.first?.1, maskHash = hash, salt: [UInt8]? = [20], trailer: [UInt8]? = [1]
    if let field = fields.read(DERReader.context(0)) { hash = hashIdentifier(field) }
    if let field = fields.read(DERReader.context(1)) { maskHash = maskGeneratorHash(field) }
    if let field = fields.read(DERReader.context(2)) { salt = integer(field) }
    if let field = fields.read(DERReader.context(3)) { trailer = integer(field) }
    guard fields.isAtEnd, let hash, maskHash == hash, trailer == [1],
      let (algorithm, _, count) = hashIdentifiers.first(where: { $0.1 == hash }), salt == [count]
    else { return nil }
    return .rsaPSS(hash: algorithm.rawValue)
  }

  private static func hashIdentifier(_ algorithm: ArraySlice<UInt8>) -> [UInt8]? {
    var outer = DERReader(algorithm)
    guard let content = outer.read(DERReader.sequence), outer.isAtEnd else { return nil }
    var fields = DERReader(content)
    guard let identifier = fields.read(DERReader.objectIdentifier) else { return nil }
    return fields.isAtEnd || (fields.read(DERReader.null)?.isEmpty == true && fields.isAtEnd) ? Array(identifier) : nil
  }

  private static func maskGeneratorHash(_ algorithm: ArraySlice<UInt8>) -> [UInt8]? {
    var outer = DERReader(algorithm)
    guard let content = outer.read(DERReader.sequence), outer.isAtEnd else { return nil }
    var fields = DERReader(content)
    guard fields.read(DERReader.objectIdentifier).map(Array.init) == mgf1Identifier else { return nil }
    return hashIdentifier(fields.remainder)
  }

  private static func integer(_ content: ArraySlice<UInt8>) -> [UInt8]? {
    var reader = DERReader(content)
    guard let value = reader.read(DERReader.integer), reader.isAtEnd else { return nil }
    return Array(value)
  }
}
