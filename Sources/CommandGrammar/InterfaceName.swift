// SPDX-License-Identifier: GPL-3.0-or-later

/// Interface names as operators type them: `tu0`, `Tunnel 0`, `Gi0/0`, and Linux names such as `eth0`.
public enum InterfaceName {
  /// IOS kinds. Where an abbreviation fits several, the first one wins: `t0` is a tunnel, `f0/0` Fast Ethernet.
  static let kinds = [
    "Tunnel", "Loopback", "GigabitEthernet", "FastEthernet", "Ethernet", "Serial", "TenGigabitEthernet", "Vlan",
    "Port-channel", "Dialer", "Virtual-Template", "Virtual-Access", "BVI", "Null", "Cellular", "Multilink", "ATM", "Async",
    "TwoGigabitEthernet", "FiveGigabitEthernet", "TwentyFiveGigE", "FortyGigabitEthernet", "HundredGigE",
  ]

  /// Linux allows 15 characters (IFNAMSIZ less its NUL).
  static let linuxNameLimit = 15

  /// Kinds at the head of the list that one letter is enough for; `p1` and `h1` are too likely names of Linux.
  private static let oneLetterKinds = 6

  /// The full IOS spelling of `text` ("tu0" → "Tunnel0"); a Linux name unchanged; nil for what cannot name an interface.
  ///
  /// `eth0` without a slash stays Linux's own name, `lo` too; `tun0` and `lo0` are the IOS kinds.
  public static func normalize(_ text: String) -> String? {
    let trimmed = text.filter { !$0.isWhitespace }
    let letters = trimmed.prefix { $0.isASCII && ($0.isLetter || $0 == "-") }
    let tail = trimmed.dropFirst(letters.count)
    if trimmed.count == text.count, isLinuxOnly(letters, tail) { return trimmed }
    if let kind = kind(String(letters)), let number = number(String(tail)) { return kind + number }
    guard trimmed.count == text.count, isLinuxName(text) else { return nil }
    return text == "lo" || kind(text) == nil ? text : nil
  }

  /// The kind that `text` abbreviates, in full: "gi" → "GigabitEthernet".
  static func kind(_ text: String) -> String? {
    guard !text.isEmpty else { return nil }
    let low = text.lowercased()
    return kinds.prefix(low.count == 1 ? oneLetterKinds : kinds.count).first { $0.lowercased().hasPrefix(low) }
  }

  /// All kinds that begin with `text`, for Tab.
  static func kinds(startingWith text: String) -> [String] {
    let low = text.lowercased()
    return kinds.filter { $0.lowercased().hasPrefix(low) }
  }

  /// `0`, `0/1`, `0/0/0.100`, `1:15` without needless zeros; nil for anything else.
  static func number(_ text: String) -> String? {
    var out = "", digits = ""
    for c in text {
      if c.isASCII, c.isNumber { digits.append(c); continue }
      guard "/.:".contains(c), let n = UInt32(digits) else { return nil }
      out += "\(n)\(c)"
      digits = ""
    }
    guard let n = UInt32(digits) else { return nil }
    return out + String(n)
  }

  /// `eth0` and `eth0.100` are the kernel's; Ethernet ports of IOS have a slash or are abbreviated otherwise.
  private static func isLinuxOnly(_ letters: Substring, _ tail: Substring) -> Bool {
    letters == "eth" && !tail.isEmpty && !tail.contains("/") && number(String(tail)) != nil
  }

  private static func isLinuxName(_ text: String) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter, text.utf8.count <= linuxNameLimit else { return false }
    return !text.contains("::") && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.:@-".contains($0)) }
  }
}
