// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// A peer with which security associations exist, as far as NHRP acts on it.
public struct NHRPProtectedPeer: Sendable, Equatable {
  /// Its name among protected peers.
  public var id: ProtectionID
  /// Its NBMA address as we see it.
  public var nbma: IPAddress
  /// What it proved to be, where that tells it from all others (a certificate's subject); nil for a key that many hold.
  public var identity: [UInt8]?
  /// The tunnel addresses its certificate lets it register; nil for any.
  public var addresses: [IPAddress]?
  /// The prefixes its certificate lets it announce; nil for any.
  public var prefixes: [IPPrefix]?

  /// A peer that may say anything of itself unless its certificate limits it.
  public init(id: ProtectionID, nbma: IPAddress, identity: [UInt8]? = nil, addresses: [IPAddress]? = nil, prefixes: [IPPrefix]? = nil) {
    (self.id, self.nbma, self.identity, self.addresses, self.prefixes) = (id, nbma, identity, addresses, prefixes)
  }

  /// Whether it may register `address`; link-local ones are in no certificate.
  func mayRegister(_ address: IPAddress) -> Bool { address.isLinkLocal || addresses.map { $0.contains(address) } ?? true }
  /// Whether it may say that `prefix` is behind it.
  func mayAnnounce(_ prefix: IPPrefix) -> Bool { prefixes.map { $0.contains { $0.covers(prefix) } } ?? true }
}

/// The protected peers of one interface, by name and by NBMA address. Bounded by IKE, which makes them.
struct ProtectedNeighbours: Sendable {
  private var byID: [ProtectionID: NHRPProtectedPeer] = [:]
  private var byNBMA: [IPAddress: [ProtectionID]] = [:]
  /// Answers that wait until their peer is protected, by its NBMA address.
  private var waiting: [IPAddress: [NHRPEngine.Answer]] = [:]
  private(set) var waitingCount = 0

  subscript(_ id: ProtectionID) -> NHRPProtectedPeer? { byID[id] }

  /// The peer at an address; none where nobody, or more than one (behind one NAT), is there.
  func only(at nbma: IPAddress) -> ProtectionID {
    guard let all = byNBMA[nbma], all.count == 1, let one = all.first else { return .none }
    return one
  }

  mutating func insert(_ peer: NHRPProtectedPeer) {
    if let old = byID[peer.id] { forget(old) }
    byID[peer.id] = peer
    byNBMA[peer.nbma, default: []].append(peer.id)
  }

  mutating func remove(_ id: ProtectionID) -> NHRPProtectedPeer? {
    guard let old = byID.removeValue(forKey: id) else { return nil }
    forget(old)
    return old
  }

  private mutating func forget(_ old: NHRPProtectedPeer) {
    byNBMA[old.nbma]?.removeAll { $0 == old.id }
    if byNBMA[old.nbma]?.isEmpty ?? false { byNBMA[old.nbma] = nil }
  }

  /// Whether an answer about `target` waits.
  func isWaiting(for target: IPAddress) -> Bool { waitingCount > 0 && waiting.values.contains { $0.contains { $0.open.target == target } } }

  /// Keeps an answer; false when there is no room.
  mutating func wait(_ answer: NHRPEngine.Answer) -> Bool {
    guard waitingCount < NHRPLimits.answersAwaitingProtection else { return false }
    waiting[answer.nbma, default: []].append(answer)
    waitingCount += 1
    return true
  }

  /// The answers that wait for an address, in the order they came.
  mutating func takeWaiting(at nbma: IPAddress) -> [NHRPEngine.Answer] {
    let all = waiting.removeValue(forKey: nbma) ?? []
    waitingCount -= all.count
    return all
  }
}
