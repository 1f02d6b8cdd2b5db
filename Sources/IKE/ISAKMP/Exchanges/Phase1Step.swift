// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto

/// What a phase 1 exchange wants done; the association does it.
enum Phase1Step: Sendable {
  /// A job whose result comes back to `computed`.
  case compute(KeyJob)
  /// Our cookie is drawn: messages with it are for us.
  case claimCookie
  /// A message in clear.
  case send([ISAKMPPayload])
  /// An encrypted one.
  case sendEncrypted([ISAKMPPayload])
  /// Both ends have proven who they are.
  case establish
  /// What came is not for this state, or not authentic: it changes nothing.
  case refuse(IKERefusal)
  /// As `refuse`; if nothing better comes, this is why it failed.
  case suspect(IKERefusal, IKEFailure)
  /// It cannot succeed any more; the peer is told by a notify where we share keys.
  case fail(IKEFailure, ISAKMPNotifyType?)

  /// Whether what came is to be forgotten as if it had not come.
  var isRefusal: Bool {
    switch self {
    case .refuse, .suspect: true
    default: false
    }
  }
}

/// A message that came for a phase 1 exchange.
struct Phase1Message: Sendable {
  var header: IKEHeader
  var chain: ISAKMPPayloadChain
  var isEncrypted: Bool
  /// Bytes of the whole message: an answer to a stranger must not be longer.
  var byteCount: Int
  /// For certificates.
  var wallSeconds: Int64

  /// The only payload of this type, where its length is one that makes sense for it.
  func body(of type: ISAKMPPayloadType, _ lengths: ClosedRange<Int>) -> [UInt8]? {
    chain.body(of: type).flatMap { lengths.contains($0.count) ? $0 : nil }
  }

  /// The peer's nonce (RFC 2409 §5: 8 to 256 bytes).
  var nonce: [UInt8]? { body(of: .nonce, 8...256) }
  /// The peer's public value; its group's length is looked at where it is used.
  var publicValue: [UInt8]? { body(of: .keyExchange, 1...2_048) }
  /// Whether INITIAL-CONTACT is in it (RFC 2407 §4.6.3.3).
  var hasInitialContact: Bool { chain.notifications.contains { $0.type == .initialContact } }
}

// MARK: Proofs, alike in both modes

extension Phase1 {
  /// Bytes of our nonces.
  static let nonceBytes = 32

  /// What a peer's proof is worth.
  enum Check: Sendable {
    /// The hash is right.
    case authentic
    /// A signature, which a job must look at.
    case verify(KeyJob)
    case wrong(Phase1Step)
  }

  /// Looks at the proof in a message, when `noteIdentity` has been told of it.
  func check(_ message: Phase1Message) -> Check {
    guard let keys else { return .wrong(.refuse(.unexpected)) }
    let expected = remoteHash(keys)
    guard isSigned else {
      guard let hash = message.chain.body(of: .hash) else { return .wrong(.refuse(.unexpected)) }
      return hash.isSame(as: expected) ? .authentic : .wrong(.suspect(.notAuthentic, .authenticationFailed))
    }
    let chain = Array(message.chain.certificates.prefix(IKELimits.certificates))
    guard let signature = message.chain.body(of: .signature), !chain.isEmpty, let anchors = policy?.anchors, let scheme else {
      return .wrong(.suspect(.unexpected, .authenticationFailed))
    }
    return .verify(
      .verify(chain: chain, anchors, wallSeconds: message.wallSeconds, scheme, message: expected, signature: signature))
  }

  /// Our proof: the hash itself, or a job that signs it.
  func prove() -> (payload: ISAKMPPayload?, job: KeyJob?) {
    guard let keys else { return (nil, nil) }
    let hash = localHash(keys)
    guard isSigned else { return (.hash(hash), nil) }
    guard let key = policy?.signingKey, let scheme else { return (nil, nil) }
    return (nil, .sign(key, scheme, message: hash))
  }

  /// RFC 2409 §5.1: the hash is signed as it is.
  private var scheme: SignatureScheme? {
    agreement.map { .rsaPKCS1(hash: $0.hash.rawValue, isBare: true) }
  }

  /// Why the proof of a peer that we cannot accept failed.
  func failure(_ error: CryptoError) -> Phase1Step {
    error == .wrongSignature
      ? .fail(.authenticationFailed, .authenticationFailed) : .fail(.certificateRefused(error), .authenticationFailed)
  }

  /// Why a peer that has proven who it is cannot be accepted.
  var identityRefused: Phase1Step {
    .fail(remoteIdentity.map { .identityRefused($0) } ?? .authenticationFailed, .invalidIDInformation)
  }

  /// INITIAL-CONTACT.
  var initialContact: ISAKMPPayload {
    .notification(ISAKMPNotification(protocolID: .isakmp, spi: cookies, type: .initialContact))
  }
}

extension [UInt8] {
  /// Takes the same time wherever two of one length differ.
  func isSame(as other: [UInt8]) -> Bool {
    count == other.count && zip(self, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
