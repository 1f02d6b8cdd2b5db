// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL

/// Trust anchors and revocation lists as OpenSSL read them.
final class TrustStore: @unchecked Sendable {
  // Not changed after `init`; OpenSSL locks its own caches.
  private let pointer: OpaquePointer
  let requiresRevocationList: Bool
  let checksRevocation: Bool

  init(_ anchors: TrustAnchors) throws(CryptoError) {
    guard anchors.roots.count <= KeyLimits.certificatesInFile, anchors.revocationLists.count <= KeyLimits.certificatesInFile else {
      throw .untrusted("more than \(KeyLimits.certificatesInFile) trusted certificates or revocation lists")
    }
    let store = try Owned(X509_STORE_new(), X509_STORE_free, or: .failed("out of memory"))
    for root in anchors.roots {
      let certificate = try Certificate(der: root)
      guard certificate.withPointer({ X509_STORE_add_cert(store.pointer, $0) }) == 1 else { throw .openSSL("a trusted certificate") }
    }
    for list in anchors.revocationLists {
      guard let object = DEREncoding.object(list, X509_CRL_free, d2i_X509_CRL) else { throw .unreadable("no revocation list") }
      guard X509_STORE_add_crl(store.pointer, object.pointer) == 1 else { throw .openSSL("a revocation list") }
    }
    X509_STORE_up_ref(store.pointer)
    pointer = store.pointer
    requiresRevocationList = anchors.requiresRevocationList
    checksRevocation = anchors.requiresRevocationList || !anchors.revocationLists.isEmpty
  }

  deinit { X509_STORE_free(pointer) }

  /// Lends the store for the length of the call.
  func withPointer<R, E: Error>(_ body: (OpaquePointer) throws(E) -> R) throws(E) -> R { try body(pointer) }

  private static let recent = RecentlyUsed<TrustAnchors, TrustStore>(limit: KeyLimits.trustStores)

  /// The store of these anchors, parsed at their first use.
  static func of(_ anchors: TrustAnchors) throws(CryptoError) -> TrustStore {
    try recent.value(for: anchors) { () throws(CryptoError) in try TrustStore(anchors) }
  }
}
