// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import Wire

// What exchanges ask of a message. Where a payload may stand once only, a second one makes the message unfit.
extension [IKEPayload] {
  private func one<T>(_ pick: (IKEPayload) -> T?) -> T? {
    let found = compactMap(pick)
    return found.count == 1 ? found.first : nil
  }

  var securityAssociation: SecurityAssociationPayload? { one { if case .securityAssociation(let p) = $0 { p } else { nil } } }
  var keyExchange: KeyExchangePayload? { one { if case .keyExchange(let p) = $0 { p } else { nil } } }
  var nonce: [UInt8]? { one { if case .nonce(let p) = $0 { p.nonce } else { nil } } }
  var initiatorIdentification: IdentificationPayload? { one { if case .initiatorIdentification(let p) = $0 { p } else { nil } } }
  var responderIdentification: IdentificationPayload? { one { if case .responderIdentification(let p) = $0 { p } else { nil } } }
  var authentication: AuthenticationPayload? { one { if case .authentication(let p) = $0 { p } else { nil } } }
  var initiatorSelectors: TrafficSelectorPayload? { one { if case .initiatorSelectors(let p) = $0 { p } else { nil } } }
  var responderSelectors: TrafficSelectorPayload? { one { if case .responderSelectors(let p) = $0 { p } else { nil } } }

  /// All notifies, in order.
  var notifies: [NotifyPayload] { compactMap { if case .notify(let p) = $0 { p } else { nil } } }
  /// All deletes, in order.
  var deletes: [DeletePayload] { compactMap { if case .delete(let p) = $0 { p } else { nil } } }
  /// The first notify of this type.
  func notify(_ type: NotifyType) -> NotifyPayload? { notifies.first { $0.type == type } }
  /// Whether there is one.
  func has(_ type: NotifyType) -> Bool { notify(type) != nil }
  /// The first error there is.
  var error: NotifyPayload? { notifies.first { $0.type.isError } }

  /// Hash functions of SIGNATURE_HASH_ALGORITHMS (RFC 7427 §4); nil where the peer sent none.
  var signatureHashes: Set<UInt16>? {
    guard let value = notify(.signatureHashAlgorithms)?.value else { return nil }
    var reader = ByteReader(value)
    var hashes: Set<UInt16> = []
    while let hash = try? reader.u16() { hashes.insert(hash) }
    return hashes
  }

  /// The group an INVALID_KE_PAYLOAD asks for.
  var wantedGroup: KeyExchangeMethod? {
    guard let value = notify(.invalidKEPayload)?.value, value.count == 2 else { return nil }
    return KeyExchangeMethod(rawValue: UInt16(value[0]) << 8 | UInt16(value[1]))
  }
}
