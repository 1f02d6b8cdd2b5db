// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import NHRP
import ProtocolKit
import Wire

/// From `show …` to the family that shows it, and what all of them ask for.
extension Node {
  func show(_ what: ShowAction, _ call: ExecCall) -> ExecResult {
    switch what {
    case .dmvpn: showDMVPN(call)
    case .why: showWhy(call)
    case .nhrp, .nhrpEntry, .shortcuts: showMappings(what, call)
    case .nhs, .multicast, .nhrpTraffic, .summary, .redirects: showNHRPTables(what, call)
    case .routes, .nhrpRoutes, .overrides, .routeSummary, .routeOf, .cef: showRoutes(what, call)
    case .interfaces, .interfaceBrief: showInterfaces(what, call)
    case .runningConfig: showRunningConfig(call)
    case .crypto(let what): showCrypto(what, call)
    case .routing(let what): showRouting(what, call)
    case .bgp(let what): showBGP(what, call)
    default: .shown(showSystem(what, call))
    }
  }

  /// The time since `at`, as IOS writes ages.
  func age(_ at: Instant) -> String { AgeText.format(now - at) }

  /// NHRP's interfaces for one version of IP in the order of their names: all, or the one a command names.
  func nhrpInterfaces(_ name: String? = nil, _ family: IPFamily = .v4) -> [NHRPInterfaceSnapshot] {
    let all = nhrp.snapshot(of: family).filter { $0.config.isEnabled && (name == nil || $0.config.name == name) }
    return all.sorted { $0.config.name.isPrinted(before: $1.config.name) }
  }

  /// The addresses behind `peer {nbma|tunnel} A`; nil where the command names none.
  func peerCondition(_ a: Arguments) throws(ExecRefusal) -> PeerCondition? {
    for (word, isNBMA) in [("nbma", true), ("tunnel", false)] {
      guard let text = a[text: word] else { continue }
      guard let address = a.address(word) else { throw ExecRefusal(unknownHost(text)) }
      return PeerCondition(isNBMA: isNBMA, address: address)
    }
    return nil
  }
}

/// One peer a command is limited to.
struct PeerCondition: Equatable {
  var isNBMA: Bool
  var address: IPAddress

  func includes(nbma: IPAddress?, tunnel: IPAddress) -> Bool { isNBMA ? nbma == address : tunnel == address }
}

/// Why a command cannot be run; the operator reads it.
struct ExecRefusal: Error {
  var text: String
  init(_ text: String) { self.text = text }
}

extension Arguments {
  /// The version of IP that a line is about: `show ipv6 …` or another.
  var family: IPFamily { has("ipv6") ? .v6 : .v4 }
}
