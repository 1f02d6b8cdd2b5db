// SPDX-License-Identifier: GPL-3.0-or-later

extension PolicyShows {
  /// `show key chain [NAME]` at a time (seconds since 1970, UTC). Where IOS prints the key, a placeholder stands, or its file's path.
  public static func keyChains(_ settings: PolicySettings, named name: String? = nil, at wallSeconds: Int64) -> [String] {
    settings.keyChains.filter { name == nil || $0.name == name }.flatMap { chain in
      ["Key-chain \(chain.name):"] + chain.keys.flatMap { lines($0, wallSeconds) }
    }
  }

  private static func lines(_ key: ChainKey, _ now: Int64) -> [String] {
    let text =
      switch key.secret {
      case nil: "(unset)"
      case .file(let path, let bytes)?: "file \"\(path)\"" + (bytes == nil ? " (not read)" : "")
      case .text?, .hidden?: "text \"\(KeySecret.placeholder)\""
      }
    var out = ["    key \(key.number) -- \(text)"]
    if let algorithm = key.algorithm { out.append("        cryptographic-algorithm: \(algorithm.rawValue)") }
    out.append("        accept lifetime " + lifetime(key.acceptLifetime, now))
    out.append("        send lifetime " + lifetime(key.sendLifetime, now))
    return out
  }

  private static func lifetime(_ lifetime: KeyLifetime, _ now: Int64) -> String {
    let isValid = lifetime.contains(now) ? " [valid now]" : ""
    guard let start = lifetime.start else { return "(always valid) - (always valid)" + isValid }
    let end =
      switch lifetime.typedEnd {
      case .infinite: "(infinite)"
      case .duration(let seconds): "(duration \(seconds) seconds)"
      case .time(let end): "(\(WallTime.text(end)))"
      }
    return "(\(WallTime.text(start))) - " + end + isValid
  }
}
