// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import Policy
import Routing

/// What a line names that must stand elsewhere. IOS takes a name that nobody defined in silence; what it means then is said here.
enum ListReference {
  case routeMap(String)
  case prefixList(String, isV4: Bool)
  case accessList(String, isV4: Bool)
  case pathList(String)
  case keyChain(String)

  /// Why the name leads nowhere; nil where it is defined.
  func problem(in policy: PolicySettings) -> String? {
    switch self {
    case .routeMap(let name):
      guard !policy.hasRouteMap(name) else { return nil }
      return lack("route-map", name, "it denies everything") + ConfigurationValidator.meant(name, policy.routeMapEntries.map(\.map))
    case .prefixList(let name, let isV4):
      return policy.hasPrefixList(name, isV4: isV4) ? nil : lack("prefix-list", name, "it permits everything")
    case .accessList(let name, let isV4):
      return policy.hasAccessList(name, isV4: isV4) ? nil : lack("access-list", name, "it permits everything")
    case .pathList(let name): return policy.asPathLists[name] != nil ? nil : lack("AS path access-list", name, "it permits everything")
    case .keyChain(let name):
      guard let chain = policy.keyChain(name) else {
        return lack("key chain", name, "nothing is authentic") + ConfigurationValidator.meant(name, policy.keyChains.map(\.name))
      }
      return chain.keys.contains { $0.secret != nil } ? nil : "key chain '\(name)' has no key with a key-string: nothing is authentic"
    }
  }

  private func lack(_ kind: String, _ name: String, _ meaning: String) -> String { "\(kind) '\(name)' is not defined: \(meaning)" }
}

/// Lists, route-maps, key chains and tracked objects.
extension ConfigurationValidator {
  static func checkPolicy(_ settings: NodeSettings, _ findings: inout Findings) {
    for lack in settings.policy.undefinedLists {
      findings.section = SectionPlace(.routeMap, [lack.entry])
      let meaning = lack.line.contains("comm") ? "matches nothing" : "permits everything"
      findings.warn(lack.line, "'\(lack.line) \(lack.list)': '\(lack.list)' is not defined: it \(meaning)")
    }
    for entry in settings.policy.routeMapEntries {
      findings.section = SectionPlace(.routeMap, [entry.name])
      for line in entry.kept where line.hasPrefix("match ") {
        findings.warn(line, "'\(line)' is not acted on: route-map \(entry.map) \(entry.sequence) matches as if it were not there")
      }
    }
    for chain in settings.policy.keyChains where !chain.keys.contains(where: { $0.secret != nil }) {
      findings.section = SectionPlace(.keyChain, [chain.name])
      findings.warn("key chain", "key chain '\(chain.name)' has no key with a key-string")
    }
    for object in settings.tracks { checkTrack(object, settings, &findings) }
    findings.section = nil
  }

  private static func checkTrack(_ object: TrackedObject, _ settings: NodeSettings, _ findings: inout Findings) {
    findings.section = SectionPlace(.track, [object.name])
    switch object.subject {
    case nil: findings.warn("track ", "object \(object.number) tracks nothing: it is down")
    case .lineProtocol(let name)?, .routing(let name, _)?:
      guard settings.interfaces[name] == nil, settings.platformNames[name] == nil else { return }
      findings.warn("track ", "object \(object.number) waits for interface \(name), which is not in this configuration")
    case .route?: break
    case .list(let rule)?: checkList(object, rule, settings, &findings)
    }
  }

  private static func checkList(_ list: TrackedObject, _ rule: TrackedListRule, _ settings: NodeSettings, _ findings: inout Findings) {
    if list.members.isEmpty { findings.warn("track ", "list \(list.number) has no objects: it is down") }
    if rule.hasThreshold, list.threshold.up == nil {
      findings.warn("track ", "list \(list.number) has no '\(rule.rawValue) up': it is down")
    }
    for member in list.members where !settings.tracks.contains(where: { $0.number == member.number }) {
      findings.warn("object \(member.number)", "object \(member.number), which list \(list.number) holds, is not defined: it never counts")
    }
  }

  /// Warns of each name that is not there.
  static func checkReferences(_ references: [(about: String, what: ListReference)], _ policy: PolicySettings, _ findings: inout Findings) {
    for reference in references {
      guard let problem = reference.what.problem(in: policy) else { continue }
      findings.warn(reference.about, problem)
    }
  }

  /// What the distribute-lists of a protocol name.
  static func references(_ lists: [DistributeList]) -> [(about: String, what: ListReference)] {
    lists.flatMap { list -> [(String, ListReference)] in
      let about = list.iosLine
      switch list.filter {
      case .accessList(let name): return [(about, .accessList(name, isV4: true))]
      case .routeMap(let name): return [(about, .routeMap(name))]
      case .prefixList(let name, let gateway):
        return [name, gateway].compactMap { $0 }.map { (about, .prefixList($0, isV4: true)) }
      }
    }
  }
}
