// SPDX-License-Identifier: GPL-3.0-or-later
import IKEParts

/// Prints each figure with its spread: `Speed [outbound] [hairpin] [registrations] [esp] [handshakes] [memory]`, all without arguments.
/// `Speed once KIND BYTES ROUNDS` and `Speed meet GROUP COUNT` do one thing and print nothing, for profilers.
@main
enum Speed {
  /// Runs of each benchmark; the first warms up and is not counted.
  private static let runs = 8

  static func main() {
    let wanted = Array(CommandLine.arguments.dropFirst())
    if profiles(wanted) { return }
    func shows(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    if shows("outbound") { report("outbound, 64 byte inner packets, batches of 64", "packets/s", Forwarding.outbound) }
    if shows("hairpin") { report("hairpin at the hub, 64 byte inner packets, batches of 64", "packets/s", Forwarding.hairpin) }
    if shows("registrations") {
      report("registrations of 10,000 clients at a server, decoded and answered", "registrations/s", Registrations.refresh)
    }
    if shows("esp") { reportProtection() }
    if shows("handshakes") { reportHandshakes() }
    if shows("memory") {
      print("memory of a protected peer, engine and packet path, 10,000 peers: \(Handshakes.memory(.curve25519, 10_000)) bytes")
    }
  }

  private static func profiles(_ wanted: [String]) -> Bool {
    guard wanted.count >= 3 else { return false }
    if wanted[0] == "meet", let group = MeasuredGroup(rawValue: wanted[1]), let count = Int(wanted[2]) {
      _ = Handshakes.rate(group, count)
      return true
    }
    if wanted[0] == "once", wanted.count == 4, let kind = Protection.Kind.allCases.first(where: { "\($0)" == wanted[1] }),
      let bytes = Int(wanted[2]), let rounds = Int(wanted[3])
    {
      _ = Protection.nanoseconds(kind, bytes: bytes, rounds: rounds)
      return true
    }
    return false
  }

  private static func reportProtection() {
    for bytes in [64, 1_400] {
      for kind in Protection.Kind.allCases {
        let figures = (0..<runs).map { _ in Protection.nanoseconds(kind, bytes: bytes, rounds: 1_000) }.dropFirst()
        let what = "\(kind.rawValue), \(bytes) byte inner packets"
        print("\(what), out of the hub: \(spread(figures.map(\.out))) ns/packet")
        print("\(what), into the hub: \(spread(figures.map(\.into))) ns/packet")
      }
    }
  }

  private static func reportHandshakes() {
    var rates: [MeasuredGroup: [Double]] = [:]
    for run in 0..<runs {
      for group in MeasuredGroup.allCases {
        let rate = Handshakes.rate(group, group == .modp2048 ? 200 : 500)
        if run > 0 { rates[group, default: []].append(rate) }
      }
    }
    for group in MeasuredGroup.allCases {
      print("IKEv2 PSK AES-128 \(group) handshakes a second of the responder's processor: \(spread(rates[group] ?? []))")
    }
  }

  /// Runs a benchmark that gives back how much it did.
  private static func report(_ what: String, _ unit: String, _ work: () -> Int) {
    var rates: [Double] = []
    for run in 0..<runs {
      var done = 0
      let took = ContinuousClock().measure { done = work() }
      if run > 0 { rates.append(Double(done) / (Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)) }
    }
    print("\(what): \(spread(rates)) \(unit)")
  }

  private static func spread(_ figures: [Double]) -> String {
    let sorted = figures.sorted()
    guard let least = sorted.first, let greatest = sorted.last else { return "nothing" }
    return "median \(Int(sorted[sorted.count / 2])), least \(Int(least)), greatest \(Int(greatest)), of \(sorted.count)"
  }
}
