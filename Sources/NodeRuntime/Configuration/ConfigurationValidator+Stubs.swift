// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Interfaces
import ODR
import Policy
import RIP

/// `router rip`, `router odr` and what interfaces say of them.
extension ConfigurationValidator {
  static func checkStubProtocols(_ settings: NodeSettings, _ findings: inout Findings) {
    if let rip = settings.rip.router { checkRIP(rip, settings, &findings) }
    if let odr = settings.odr.router {
      findings.section = SectionPlace(ODRCommands.mode, [odr.name])
      checkReferences(references(odr.distributeLists), settings.policy, &findings)
    }
    findings.section = nil
    for configuration in settings.interfaceNames.compactMap({ settings.interfaces[$0] }) {
      findings.interface = configuration.interface.name
      checkInterface(configuration, settings, &findings)
    }
    findings.interface = nil
  }

  private static func checkRIP(_ rip: RIPRouter, _ settings: NodeSettings, _ findings: inout Findings) {
    findings.section = SectionPlace(RIPCommands.mode, [rip.name])
    if rip.networks.isEmpty { findings.warn("router rip", "RIP runs nowhere: no 'network'") }
    if rip.version != 2 { findings.warn("version", "RIP sends version 1, which has no masks: 'version 2' is missing") }
    var all = references(rip.distributeLists)
    all += rip.offsetLists.compactMap { list in list.accessList.map { (list.iosLine, .accessList($0, isV4: true)) } }
    all += rip.distances.compactMap { rule in rule.list.map { ("distance \(rule.distance)", .accessList($0, isV4: true)) } }
    all += rip.redistributions.compactMap { line in line.routeMap.map { ("redistribute \(line.source)", .routeMap($0)) } }
    if let map = rip.defaultOrigination?.routeMap { all.append(("default-information originate", .routeMap(map))) }
    checkReferences(all, settings.policy, &findings)
  }

  private static func checkInterface(_ configuration: InterfaceConfiguration, _ settings: NodeSettings, _ findings: inout Findings) {
    let name = configuration.interface.name, rip = configuration.rip
    if let chain = rip.keyChain {
      checkReferences([("ip rip authentication key-chain", .keyChain(chain))], settings.policy, &findings)
    } else if rip.authenticationMode != nil {
      findings.warn("ip rip authentication mode", "updates on \(name) are not authenticated: no 'ip rip authentication key-chain'")
    }
    // Phase 2: the spokes' routes keep their next hops, and only those lead from spoke to spoke.
    if configuration.isHubWithoutRedirect, !rip.splitHorizon, settings.rip.router != nil {
      let why = "\(name) has no 'ip nhrp redirect' and no split horizon (phase 2): spokes reach each other by the hub for ever"
      if !rip.summaries.isEmpty { findings.warn("ip summary-address rip", "'ip summary-address rip' hides the spokes' next hops; \(why)") }
      if rip.nextHopSelf { findings.warn("ip next-hop-self rip", "'ip next-hop-self rip' hides the spokes' next hops; \(why)") }
    }
    let nhrp = configuration.nhrp, isSpoke = configuration.interface.tunnel.mode == .multipoint && !nhrp.servers.isEmpty
    if configuration.interface.isTunnel, configuration.cdp.isEnabled, isSpoke, !nhrp.shortcut, settings.odr.router == nil {
      findings.warn(
        "cdp enable", "ODR gives \(name) a default route by the hub; without 'ip nhrp shortcut' no other spoke is reached directly")
    }
  }
}
