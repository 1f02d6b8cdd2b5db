// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Lab
import ProtocolKit

/// What happens to a lab's cloud while it runs.
struct LabEvents: ParsableArguments {
  @Option(help: "Take the first hub off after this much time: 60s, 2m.") var killHub: DurationArgument?
  @Option(help: "Switch it on again after this much time, with its file and nothing else.") var returnHub: DurationArgument?
  @Option(help: "From this time on the first spoke's LAN comes and goes.") var flap: DurationArgument?
  @Option(help: "From one loss of that LAN to the next.") var flapEvery: DurationArgument = DurationArgument(.seconds(60))

  func validate() throws {
    if let returnHub {
      guard let killHub, killHub.duration < returnHub.duration else {
        throw ValidationError("--return-hub needs a --kill-hub before it")
      }
    }
    guard flapEvery.duration >= .seconds(2) else { throw ValidationError("--flap-every must be 2s or more") }
  }

  /// The same for the cloud.
  var scenario: LabScenario {
    var scenario = LabScenario()
    scenario.hubDies = killHub.map { .start + $0.duration }
    scenario.hubReturns = returnHub.map { .start + $0.duration }
    scenario.lanFlaps = flap.map { .start + $0.duration }
    scenario.flapPeriod = flapEvery.duration
    return scenario
  }
}
