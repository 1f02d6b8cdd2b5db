// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// `key chain NAME` and its keys.
extension PolicyCommands {
  /// `key chain NAME`
  static let keyChain: CommandSection<PolicySettings> = {
    var shape = SectionShape<KeyChain>(headLine: { "key chain \($0.name)" }, lines: [description(.keyChain, \.text)])
    shape.parts = [chainKey]
    shape.precedes = { NameOrder.precedes($0.name, $1.name) }
    return CommandSection(
      "key chain <name:word>", in: .global, mode: .keyChain, help: help(["key": "Key management", "chain": "Key-chain management"]),
      at: \.keyChains, shape: shape)
  }()

  /// `key N`
  private static let chainKey: CommandSection<KeyChain> = {
    var shape = SectionShape<ChainKey>(
      headLine: { "key \($0.number)" },
      lines: [keyString, lifetime("accept-lifetime", \.acceptLifetime), lifetime("send-lifetime", \.sendLifetime), keyAlgorithm])
    shape.name = { $0.int("number").map { "\($0)" } }
    shape.precedes = { $0.number < $1.number }
    return CommandSection<KeyChain>(
      "key <number:int(0-2147483647)>", in: .keyChain, mode: .keyChainKey,
      help: help(["key": "Configure a key", "number": "Key identifier"]),
      at: \.keys, shape: shape)
  }()

  // Whole: `key 2` among the lines of a key is the next one.
  private static let keyString = Command<ChainKey>(
    "=key-string {0 <key:line>|6 <cipher:line>|7 <hidden:word>|file <path:line>|<key:line>}", modes: [.keyChainKey],
    help: help([
      "key-string": "Set key string", "0": "The key follows in clear", "6": "An encrypted key follows", "7": "A hidden key follows",
      "file": "The key is the first line of a file", "path": "Path of the file", "key": "The key", "cipher": "The encrypted key",
      "hidden": "The hidden key",
    ]), no: .words(1),
    apply: { (key: inout ChainKey, input: CommandInput) throws(CommandRefusal) in
      key.secret = input.negated ? nil : try KeyWords.secret(input.arguments)
    },
    write: { $0.secret.map { ["key-string " + KeyWords.text($0)] } ?? [] })

  private static let keyAlgorithm = Command<ChainKey>(
    "cryptographic-algorithm {md5|hmac-sha-1|hmac-sha-256|hmac-sha-384|hmac-sha-512}", modes: [.keyChainKey],
    help: help([
      "cryptographic-algorithm": "Set cryptographic authentication algorithm", "md5": "Keyed MD5", "hmac-sha-1": "HMAC-SHA-1",
      "hmac-sha-256": "HMAC-SHA-256", "hmac-sha-384": "HMAC-SHA-384", "hmac-sha-512": "HMAC-SHA-512",
    ]), no: .words(1),
    apply: { key, input in key.algorithm = input.negated ? nil : input.arguments.keywords.last.flatMap(KeyAlgorithm.init(rawValue:)) },
    write: { $0.algorithm.map { ["cryptographic-algorithm \($0.rawValue)"] } ?? [] })

  private static func lifetime(_ word: String, _ path: WritableKeyPath<ChainKey, KeyLifetime> & Sendable) -> Command<ChainKey> {
    Command<ChainKey>(
      """
      \(word) [local] <start:word> <startA:word> <startB:word> <startYear:int(1993-2035)> \
      {infinite|duration <seconds:int(1-2147483646)>|<end:word> <endA:word> <endB:word> <endYear:int(1993-2035)>}
      """,
      modes: [.keyChainKey],
      help: help([
        word: "Set when the key holds", "local": "Times are local ones; here they are UTC", "start": "Time to start (hh:mm:ss)",
        "startA": "Month or day", "startB": "Day or month", "startYear": "Year", "infinite": "Never expires",
        "duration": "Set key lifetime",
        "seconds": "Seconds", "end": "Time to stop (hh:mm:ss)", "endA": "Month or day", "endB": "Day or month", "endYear": "Year",
      ]), no: .words(1),
      apply: { (key: inout ChainKey, input: CommandInput) throws(CommandRefusal) in
        key[keyPath: path] = input.negated ? .always : try KeyWords.lifetime(input.arguments)
      },
      write: { $0[keyPath: path] == .always ? [] : ["\(word) " + KeyWords.text($0[keyPath: path])] })
  }
}

/// How keys and their times are typed and written. No refusal repeats a key.
enum KeyWords {
  private static let words = ["0", "6", "7", "file"]

  static func secret(_ arguments: Arguments) throws(CommandRefusal) -> KeySecret {
    if arguments[text: "cipher"] != nil {
      throw CommandRefusal(
        "type 6 keys are encrypted by their router's master key and cannot be read here: type the key itself, or 'file PATH'")
    }
    if let path = arguments[text: "path"] { return .file(path, nil) }
    if let hidden = arguments[text: "hidden"] {
      guard let bytes = HiddenKey.reveal(hidden) else { throw CommandRefusal("Invalid encrypted key") }
      return .text(KeyBytes(bytes))
    }
    guard let key = arguments[text: "key"], arguments.has("0") || !words.contains(key.lowercased()) else {
      throw CommandRefusal("the key is missing; a key that is the word 'file' or a single number is typed behind '0'")
    }
    guard key.utf8.count <= Limits.keyBytes else { throw CommandRefusal("the key is longer than \(Limits.keyBytes) bytes") }
    return .text(KeyBytes(key.utf8))
  }

  /// A key whose first word could be read as a keyword, also abbreviated, stands behind `0`.
  static func text(_ secret: KeySecret) -> String {
    switch secret {
    case .hidden: return KeySecret.placeholder
    case .file(let path, _): return "file \(path)"
    case .text(let bytes):
      let key = bytes.withBytes { String(decoding: $0, as: UTF8.self) }
      let first = key.prefix { !$0.isWhitespace }.lowercased()
      return (words.contains { $0.hasPrefix(first) } ? "0 " : "") + key
    }
  }

  static func lifetime(_ arguments: Arguments) throws(CommandRefusal) -> KeyLifetime {
    let start = try time(arguments, "start")
    if arguments.has("infinite") { return KeyLifetime(start: start, end: .infinite, isLocal: arguments.has("local")) }
    if let seconds = arguments.int("seconds") {
      return KeyLifetime(start: start, end: .duration(Int64(seconds)), isLocal: arguments.has("local"))
    }
    let end = try time(arguments, "end")
    guard end > start else { throw CommandRefusal("the end lies before the beginning") }
    return KeyLifetime(start: start, end: .time(end), isLocal: arguments.has("local"))
  }

  private static func time(_ arguments: Arguments, _ name: String) throws(CommandRefusal) -> Int64 {
    let words = [name, name + "A", name + "B"].map { arguments[text: $0] ?? "" }
    guard let year = arguments.int(name + "Year"), let time = WallTime.read(words[0], words[1], words[2], year: year) else {
      throw CommandRefusal("expected a time and a date: hh:mm:ss Month day year")
    }
    return time
  }

  static func text(_ lifetime: KeyLifetime) -> String {
    let end =
      switch lifetime.typedEnd {
      case .infinite: "infinite"
      case .duration(let seconds): "duration \(seconds)"
      case .time(let end): WallTime.text(end)
      }
    return (lifetime.isLocal ? "local " : "") + WallTime.text(lifetime.start ?? 0) + " " + end
  }
}

/// Keys behind `7`: exclusive-or with a constant that everybody knows, against glances over the shoulder.
enum HiddenKey {
  private static let constant = Array("dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87".utf8)

  /// Two decimal digits say where the constant begins; then hexadecimal. Nil for anything else.
  static func reveal(_ text: String) -> [UInt8]? {
    let digits = Array(text)
    guard digits.count > 2, digits.count.isMultiple(of: 2), digits.count <= 2 * Limits.keyBytes,
      let start = Int(String(digits[..<2])), (0...15).contains(start)
    else { return nil }
    var out: [UInt8] = []
    for (i, at) in stride(from: 2, to: digits.count, by: 2).enumerated() {
      guard let byte = UInt8(String(digits[at...(at + 1)]), radix: 16) else { return nil }
      out.append(byte ^ constant[(start + i) % constant.count])
    }
    return out
  }
}
