// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// Follows a saved session message by message, decrypting with the logged secrets, as an onlooker who has them.
struct SessionWalk {
  /// One message, understood.
  struct Step {
    var message: SavedSession.Message
    var header: IKEHeader
    var chain: ISAKMPPayloadChain
    /// What it was chained to; nil for a clear one.
    var vector: ISAKMPCipher.Vector?
    var exchange: Exchange
    /// How many messages of this exchange came before it.
    var index: Int
  }

  /// The messages of one exchange so far.
  struct Exchange {
    var keys: ISAKMPKeys?
    var cipher: ISAKMPCipher?
    var logged: SavedSession.Phase1?
    var phase1: [ISAKMPPayloadChain] = []
    var steps: [ISAKMPPayloadChain] = []
  }

  let session: SavedSession
  private(set) var steps: [Step] = []
  /// Messages that had been seen before, byte for byte.
  private(set) var duplicates = 0

  private struct Association {
    var chains: [ISAKMPPayloadChain] = []
    var vector: ISAKMPCipher.Vector = []
    var quick: [UInt32: (vector: ISAKMPCipher.Vector, chains: [ISAKMPPayloadChain])] = [:]
  }
  private var associations: [UInt64: Association] = [:]
  private var seen: Set<[UInt8]> = []

  init(_ session: SavedSession) throws {
    self.session = session
    for message in session.messages where !seen.contains(message.bytes) {
      seen.insert(message.bytes)
      steps.append(try step(message))
    }
    duplicates = session.messages.count - steps.count
  }

  private mutating func step(_ message: SavedSession.Message) throws -> Step {
    let decoded = try ISAKMPMessage(decoding: message.bytes), header = decoded.header
    var association = associations[header.initiatorSPI] ?? Association()
    defer { associations[header.initiatorSPI] = association }
    switch decoded.content {
    case .clear(let chain):
      association.chains.append(chain)
      let exchange = Exchange(phase1: association.chains, steps: association.chains)
      return Step(message: message, header: header, chain: chain, vector: nil, exchange: exchange, index: association.chains.count - 1)
    case .encrypted(let ciphertext): return try open(ciphertext, header, message, &association)
    }
  }

  private func open(
    _ ciphertext: [UInt8], _ header: IKEHeader, _ message: SavedSession.Message, _ association: inout Association
  ) throws -> Step {
    guard
      let logged = session.phase1.first(where: { $0.initiatorCookie == header.initiatorSPI && $0.responderCookie == header.responderSPI })
    else { throw WalkError.noSecrets }
    let keys = ISAKMPKeys(hash: session.hash, skeyid: logged.skeyid, sharedSecret: logged.sharedSecret, cookies: header.cookies)
    guard let cipher = ISAKMPCipher(session.encryption, keys: keys) else { throw WalkError.noSecrets }
    if association.vector.isEmpty { association.vector = logged.firstVector }
    let isPhase1 = header.messageID == 0
    var (vector, chains) =
      association.quick[header.messageID] ?? (cipher.vector(after: association.vector, messageID: header.messageID), [])
    if isPhase1 { (vector, chains) = (association.vector, association.chains) }
    let used = vector
    let chain = try cipher.open(ciphertext, first: ISAKMPPayloadType(rawValue: header.nextPayload), vector)
    vector = cipher.nextVector(of: ciphertext)
    chains.append(chain)
    if isPhase1 {
      (association.vector, association.chains) = (vector, chains)
    } else {
      association.quick[header.messageID] = (vector, chains)
    }
    let exchange = Exchange(keys: keys, cipher: cipher, logged: logged, phase1: association.chains, steps: chains)
    return Step(message: message, header: header, chain: chain, vector: used, exchange: exchange, index: chains.count - 1)
  }
}

enum WalkError: Error { case noSecrets, missing }
