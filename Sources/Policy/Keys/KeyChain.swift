// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `key chain NAME`: the keys with which a protocol proves its messages, each with the times when it holds.
public struct KeyChain: SectionSettings {
  /// What it is called.
  public let name: String
  /// `description`
  public var text: String?
  /// Its keys by number.
  public var keys: [ChainKey] = []
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// A chain without keys.
  public init(name: String) { self.name = name }

  /// The key to send with at a time (seconds since 1970, UTC): of those that hold then, the one with the lowest number, as on IOS. Nil
  /// where none holds; a key without key-string, or whose file is not read yet, does not count.
  public func sendKey(at wallSeconds: Int64) -> ChainKey? {
    keys.first { $0.secret?.bytes != nil && $0.sendLifetime.contains(wallSeconds) }
  }

  /// The keys to accept at a time, by number.
  public func acceptKeys(at wallSeconds: Int64) -> [ChainKey] {
    keys.filter { $0.secret?.bytes != nil && $0.acceptLifetime.contains(wallSeconds) }
  }

  /// When a key begins or ceases to hold next, after `wallSeconds`; nil for never.
  public func nextChange(after wallSeconds: Int64) -> Int64? {
    let lifetimes = keys.flatMap { [$0.sendLifetime, $0.acceptLifetime] }
    return lifetimes.flatMap { [$0.start, $0.end.map { $0 + 1 }] }.compactMap { $0 }.filter { $0 > wallSeconds }.min()
  }
}

/// `key N` of a chain.
public struct ChainKey: SectionSettings {
  /// Its number; the protocols put its low octet into their messages.
  public let number: UInt32
  /// `key-string`
  public var secret: KeySecret?
  /// `cryptographic-algorithm`; nil leaves it to the protocol.
  public var algorithm: KeyAlgorithm?
  /// `send-lifetime`
  public var sendLifetime = KeyLifetime.always
  /// `accept-lifetime`
  public var acceptLifetime = KeyLifetime.always
  /// Lines that nobody acts on.
  public var kept: [String] = []

  /// The key with the number `name`.
  public init(name: String) { number = UInt32(name) ?? 0 }
  /// The number.
  public var name: String { "\(number)" }
}

/// `cryptographic-algorithm`, in its words.
public enum KeyAlgorithm: String, Sendable, Hashable, CaseIterable {
  case md5 = "md5"
  case hmacSHA1 = "hmac-sha-1"
  case hmacSHA256 = "hmac-sha-256"
  case hmacSHA384 = "hmac-sha-384"
  case hmacSHA512 = "hmac-sha-512"
}

/// When a key holds, both ends included, in seconds since 1970, UTC.
public struct KeyLifetime: Sendable, Hashable {
  /// How the end was typed; it is written back so.
  public enum End: Sendable, Hashable {
    case infinite
    /// `duration N`: so many seconds from the start.
    case duration(Int64)
    case time(Int64)
  }

  /// The first second; nil for ever since.
  public var start: Int64?
  /// The end as typed.
  public var typedEnd: End
  /// Whether `local` was typed; it is written back, and the times are UTC all the same.
  public var isLocal: Bool

  /// From `start` to `end`.
  public init(start: Int64?, end: End, isLocal: Bool = false) { (self.start, typedEnd, self.isLocal) = (start, end, isLocal) }

  /// Where nothing is said.
  public static let always = KeyLifetime(start: nil, end: .infinite)

  /// The last second; nil for ever.
  public var end: Int64? {
    switch typedEnd {
    case .infinite: nil
    case .time(let end): end
    case .duration(let seconds): (start ?? 0) + seconds
    }
  }

  /// Whether the key holds at a time.
  public func contains(_ wallSeconds: Int64) -> Bool {
    wallSeconds >= start ?? .min && wallSeconds <= end ?? .max
  }
}

extension PolicySettings {
  /// The files that hold keys, in order, each once: the host reads them.
  public var keyFiles: [String] {
    let paths = keyChains.flatMap(\.keys).compactMap { if case .file(let path, _)? = $0.secret { path } else { nil } }
    return Set(paths).sorted()
  }

  /// The same settings with what the host read from the files; nil leaves a key without its bytes.
  public func withKeys(fromFile read: (String) -> KeyBytes?) -> PolicySettings {
    changingSecrets { if case .file(let path, _) = $0 { .file(path, read(path)) } else { $0 } }
  }

  /// The same settings with a placeholder for each key: what shows are made of.
  public var withoutKeys: PolicySettings { changingSecrets(\.withoutKey) }

  /// Whether a key itself stands in the configuration: then its file must be its owner's alone.
  public var holdsKeys: Bool {
    keyChains.contains { $0.keys.contains { if case .text? = $0.secret { true } else { false } } }
  }

  private func changingSecrets(_ change: (KeySecret) -> KeySecret) -> PolicySettings {
    var copy = self
    for i in copy.keyChains.indices {
      for j in copy.keyChains[i].keys.indices { copy.keyChains[i].keys[j].secret = copy.keyChains[i].keys[j].secret.map(change) }
    }
    return copy
  }
}
