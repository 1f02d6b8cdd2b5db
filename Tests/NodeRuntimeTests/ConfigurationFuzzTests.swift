// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing

@Suite struct ConfigurationFuzzTests {
  /// xorshift64*, so that a failure can be repeated.
  struct Dice {
    var state: UInt64
    mutating func roll(_ n: Int) -> Int {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % max(n, 1)
    }
    mutating func pick(_ all: [String]) -> String { all[roll(all.count)] }
  }

  static let words = [
    "no", "default", "interface", "Tunnel0", "tu 1", "Gi0/0", "ip", "address", "nhrp", "map", "multicast", "dynamic", "nhs", "nbma",
    "10.0.0.1", "255.255.255.0", "0.0.0.0",
    "network-id", "1", "-1", "4294967296", "99999999999999999999", "tunnel", "mode", "gre", "multipoint", "source", "key", "route",
    "router", "ospf", "exit", "end", "!", "#", "hostname", "banner", "^C", "line",
    "address-family", "description", "crypto", "{{", "\u{1b}[0m", "a#b#c", "\u{e9}\u{301}", "\u{1f468}\u{200d}\u{1f469}", "host",
    "priority", "cluster", "max-connections", "::1/64", "10.0.0.1/33", "shutdown", "R1(config)#", "mtu", "\t", "do", "range", "type",
    "isakmp", "ikev2", "ipsec", "keyring", "profile", "peer", "pre-shared-key", "key", "policy 10", "proposal", "transform-set", "esp-aes", "256",
    "esp-gcm", "set", "pfs", "identity", "remote", "local", "authentication", "pre-share", "encryption", "aes-cbc-256", "pki", "trustpoint", "file",
    "hex", "00ff", "lifetime", "fqdn", "any", "0",
    "tunnel", "R1>", "vrf", "secondary", "Null0", "track", "|", "'", "\"", "\\",
  ]

  static func line(_ dice: inout Dice) -> String {
    let indent = String(repeating: " ", count: dice.roll(4))
    return indent + (0...dice.roll(7)).map { _ in dice.pick(words) }.joined(separator: dice.roll(9) == 0 ? "  " : " ")
  }

  @Test("5,000 random lines typed one by one never trap, and what they leave reads back as itself", arguments: [1, 2, 3, 4, 5])
  func typed(seed: Int) {
    var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
    var typist = Typist()
    for count in 0..<1_000 {
      if dice.roll(3) == 0 { typist.type("interface Tunnel\(dice.roll(3))") }
      let line = Self.line(&dice)
      _ = ConfigurationEditor.help(line, in: typist.context)
      typist.type(line)
      typist.outcomes.removeAll()
      if count % 50 == 0 { expectSameAgain(typist.settings) }
    }
    expectSameAgain(typist.settings)
  }

  @Test("random files never trap, and what they leave reads back as itself", arguments: 1...20)
  func files(seed: Int) {
    var dice = Dice(state: UInt64(seed) &* 0xD1B5_4A32_D192_ED03)
    let text = (0..<250).map { _ in Self.line(&dice) }.joined(separator: dice.roll(2) == 0 ? "\n" : "\r\n")
    expectSameAgain(ConfigurationLoader.load(text, file: "random").settings)
  }

  @Test("broken pieces of real files never trap, and what they leave reads back as itself", arguments: 1...40)
  func mutated(seed: Int) {
    var dice = Dice(state: UInt64(seed) &* 0x94D0_49BB_1331_11EB)
    var characters = Array(seed % 2 == 0 ? ConfigurationFixtures.dump : RoutingConfigurationFixtures.hub)
    for _ in 0..<40 {
      let at = dice.roll(characters.count)
      switch dice.roll(3) {
      case 0: characters.remove(at: at)
      case 1: characters.insert(contentsOf: " " + dice.pick(Self.words), at: at)
      default: characters[at] = Character(Unicode.Scalar(UInt8(dice.roll(256))))
      }
    }
    expectSameAgain(ConfigurationLoader.load(String(characters), file: "broken").settings)
  }
}
