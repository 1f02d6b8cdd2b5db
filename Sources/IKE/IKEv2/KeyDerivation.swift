// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit
import Wire

/// What both ends put into the keys of one exchange.
package struct Nonces: Sendable, Hashable {
  package var initiator: [UInt8]
  package var responder: [UInt8]

  package init(initiator: [UInt8], responder: [UInt8]) { (self.initiator, self.responder) = (initiator, responder) }

  /// Ni | Nr
  var joined: [UInt8] { initiator + responder }

  /// The lower of the two, compared byte by byte as RFC 7296 §2.8.1 compares them: a shorter one that begins a longer one is lower.
  package var lowest: [UInt8] { initiator.lexicographicallyPrecedes(responder) ? initiator : responder }
}

/// Keys of one IKE SA (RFC 7296 §2.14).
package struct IKEKeys: Sendable, Hashable {
  /// SK_d: children's keys and those of the next IKE SA come from it.
  package var d: SecretBytes
  /// SK_a: integrity of messages.
  package var ai: SecretBytes, ar: SecretBytes
  /// SK_e: encryption of messages.
  package var ei: SecretBytes, er: SecretBytes
  /// SK_p: proofs of the identities.
  package var pi: SecretBytes, pr: SecretBytes

  /// Keys of a first IKE SA: SKEYSEED = prf(Ni | Nr, g^ir).
  package init(suite: IKESuite, secret: SecretBytes, nonces: Nonces, initiatorSPI: UInt64, responderSPI: UInt64) {
    let seed = suite.prf.compute(Self.nonceKey(suite.prf, nonces), secret.exposed)
    self.init(suite: suite, seed: seed, nonces: nonces, initiatorSPI: initiatorSPI, responderSPI: responderSPI)
  }

  /// Keys of an IKE SA that follows another (§2.18): SKEYSEED = prf(SK_d of the old, g^ir | Ni | Nr), with the old one's function.
  package init(
    following old: IKEKeys, _ oldPRF: PseudoRandomFunction, suite: IKESuite, secret: SecretBytes, nonces: Nonces, initiatorSPI: UInt64,
    responderSPI: UInt64
  ) {
    let seed = oldPRF.compute(old.d, secret.exposed, nonces.joined)
    self.init(suite: suite, seed: seed, nonces: nonces, initiatorSPI: initiatorSPI, responderSPI: responderSPI)
  }

  /// {SK_d | SK_ai | SK_ar | SK_ei | SK_er | SK_pi | SK_pr} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr)
  private init(suite: IKESuite, seed: SecretBytes, nonces: Nonces, initiatorSPI: UInt64, responderSPI: UInt64) {
    let prf = suite.prf.keyBytes, integrity = suite.integrity.keyBytes
    let encryption = suite.encryption.algorithm.keyBytes(keyBits: suite.encryption.keyBits) ?? 0
    var writer = ByteWriter(capacity: 96)
    writer.put(nonces.joined)
    writer.u64(initiatorSPI)
    writer.u64(responderSPI)
    let all = suite.prf.expand(seed, seed: writer.bytes, count: 3 * prf + 2 * integrity + 2 * encryption)
    var cutter = SecretCutter(all)
    d = cutter.next(prf)
    (ai, ar) = (cutter.next(integrity), cutter.next(integrity))
    (ei, er) = (cutter.next(encryption), cutter.next(encryption))
    (pi, pr) = (cutter.next(prf), cutter.next(prf))
  }

  /// Two functions with keys of 128 bits take the first 64 bits of each nonce (§2.14); the others take all.
  private static func nonceKey(_ prf: PseudoRandomFunction, _ nonces: Nonces) -> SecretBytes {
    prf == .aesXCBC || prf == .aesCMAC
      ? SecretBytes(nonces.initiator.prefix(8) + nonces.responder.prefix(8)) : SecretBytes(nonces.joined)
  }
}

/// Keys of a child (RFC 7296 §2.17).
package struct ChildKeys: Sendable, Hashable {
  /// For packets of the exchange's initiator, and of its responder.
  package var initiator: SecretBytes, responder: SecretBytes

  /// KEYMAT = prf+(SK_d, [g^ir |] Ni | Nr); nil where the suite is unknown.
  package init?(suite: ESPSuite, prf: PseudoRandomFunction, d: SecretBytes, secret: SecretBytes?, nonces: Nonces) {
    guard let count = PacketCipher.keyBytes(of: suite) else { return nil }
    var cutter = SecretCutter(prf.expand(d, seed: (secret?.exposed ?? []) + nonces.joined, count: 2 * count))
    (initiator, responder) = (cutter.next(count), cutter.next(count))
  }
}

/// What an end signs or keys to prove who it is (RFC 7296 §2.15).
package enum SignedOctets {
  /// The first message this end sent, the other's nonce, and prf(SK_p of this end, its identification without the generic header).
  package static func of(
    message: [UInt8], otherNonce: [UInt8], identification: IdentificationPayload, prf: PseudoRandomFunction, p: SecretBytes
  ) -> [UInt8] {
    message + otherNonce + prf.compute(p, identification.body).exposed
  }

  /// AUTH = prf(prf(Shared Secret, "Key Pad for IKEv2"), octets)
  package static func sharedKeyProof(_ octets: [UInt8], key: SecretBytes, prf: PseudoRandomFunction) -> SecretBytes {
    prf.compute(prf.compute(key, IKEFigures.keyPad), octets)
  }
}

/// Cuts a secret into pieces, from the front.
struct SecretCutter {
  private let all: SecretBytes
  private var position = 0

  init(_ all: SecretBytes) { self.all = all }

  mutating func next(_ count: Int) -> SecretBytes {
    defer { position += count }
    return all.part(position, count)
  }
}

extension SecretBytes {
  /// A plain copy, for functions that take bytes. It dies with the expression it stands in, but is not zeroed: never keep it.
  var exposed: [UInt8] { withBytes { Array($0) } }
}
