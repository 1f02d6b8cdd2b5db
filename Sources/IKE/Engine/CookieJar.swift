// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// Cookies (RFC 7296 §2.6): what a sender can only know if our answer reached it. Nothing is kept of the request; all that matters of it
/// is in the cookie, by a secret that is renewed every minute and good for two.
struct CookieJar: Sendable {
  private var secret: SecretBytes?
  private var formerSecret: SecretBytes?
  private var generation: UInt8 = 0

  /// Whether cookies can be made.
  var isReady: Bool { secret != nil }

  /// Takes a new secret; the one before is accepted still.
  mutating func renew(_ fresh: SecretBytes) { (formerSecret, secret, generation) = (secret, fresh, generation &+ 1) }

  /// The cookie of a request; nil before there is a secret.
  func cookie(initiatorSPI: UInt64, nonce: [UInt8], _ endpoints: AssociationEndpoints) -> [UInt8]? {
    secret.map { Self.make($0, generation, initiatorSPI, nonce, endpoints) }
  }

  /// Whether a request brings the cookie it was given.
  func accepts(_ cookie: [UInt8], initiatorSPI: UInt64, nonce: [UInt8], _ endpoints: AssociationEndpoints) -> Bool {
    let made = [(secret, generation), (formerSecret, generation &- 1)].compactMap { pair in
      pair.0.map { Self.make($0, pair.1, initiatorSPI, nonce, endpoints) }
    }
    return made.contains { SecretBytes($0) == SecretBytes(cookie) }
  }

  /// The secret's number, and a hash of nonce, address, port and SPI.
  private static func make(
    _ secret: SecretBytes, _ generation: UInt8, _ initiatorSPI: UInt64, _ nonce: [UInt8], _ endpoints: AssociationEndpoints
  ) -> [UInt8] {
    var writer = ByteWriter(capacity: 64)
    writer.put(nonce)
    writer.put(endpoints.remote.bytes)
    writer.u16(endpoints.remotePort)
    writer.u64(initiatorSPI)
    return [generation] + Array(HashAlgorithm.sha256.hmac(secret, writer.bytes).exposed.prefix(20))
  }
}
