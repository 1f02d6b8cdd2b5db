// SPDX-License-Identifier: GPL-3.0-or-later

/// Prints each figure with its spread: `Speed [outbound] [hairpin] [registrations]`, all of them without arguments.
@main
enum Speed {
  /// Runs of each benchmark; the first warms up and is not counted.
  private static let runs = 8

  static func main() {
    let wanted = CommandLine.arguments.dropFirst()
    func shows(_ name: String) -> Bool { wanted.isEmpty || wanted.contains(name) }
    if shows("outbound") { report("outbound, 64 byte inner packets, batches of 64", "packets/s", Forwarding.outbound) }
    if shows("hairpin") { report("hairpin at the hub, 64 byte inner packets, batches of 64", "packets/s", Forwarding.hairpin) }
    if shows("registrations") {
      report("registrations of 10,000 clients at a server, decoded and answered", "registrations/s", Registrations.refresh)
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
    rates.sort()
    print(
      "\(what): median \(Int(rates[rates.count / 2])) \(unit), least \(Int(rates[0])), greatest \(Int(rates[rates.count - 1])), of \(rates.count)"
    )
  }
}
