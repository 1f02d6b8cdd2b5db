// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar

/// Settings → text: the body of `show running-config`, and the file that `write memory` writes.
public enum ConfigurationWriter {
  /// The lines that make these settings again, `!` between the parts, `end` last. Defaults are left out but for
  /// `includeDefaults` (`show running-config all`).
  public static func text(_ settings: NodeSettings, includeDefaults: Bool = false) -> String {
    var parts = Assembly.head.flatMap { $0.write(settings) }
    parts += settings.interfaceNames.compactMap { settings.interfaces[$0] }.map { interface($0, includeDefaults) }
    parts += Assembly.tail.flatMap { $0.write(settings) }
    parts += kept(settings.kept)
    let body = parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n!\n" }
    return "!\n" + body.joined() + "end\n"
  }

  /// The section of one interface, as `show running-config interface NAME` prints it; empty for one that is not configured.
  public static func lines(ofInterface name: String, in settings: NodeSettings, includeDefaults: Bool = false) -> [String] {
    settings.interfaces[name].map { interface($0, includeDefaults) } ?? []
  }

  private static func interface(_ configuration: InterfaceConfiguration, _ includeDefaults: Bool) -> [String] {
    let head = "interface \(configuration.interface.name)" + (configuration.headSuffix.map { " " + $0 } ?? "")
    var lines = (Assembly.interfaceHead + Assembly.interfaceProtocols + Assembly.interfaceRouting).flatMap { $0.write(configuration) }
    lines += configuration.kept
    lines += (Assembly.interfaceTail + Assembly.interfaceIPv6 + Assembly.interfaceProtocolsV6).flatMap { $0.write(configuration) }
    lines += (Assembly.tunnel + Assembly.unsupportedTunnel).flatMap { $0.write(configuration) }
    if includeDefaults { lines += Assembly.defaultLines(configuration) }
    return [head] + lines.map { " " + $0 }
  }

  /// Sections stand apart; single lines of one feature (the first word) stand together.
  private static func kept(_ all: [KeptLine]) -> [[String]] {
    var parts: [[String]] = []
    var feature: Substring?
    for line in all {
      let first = line.text.split(separator: " ").first
      let lines = [line.text] + line.children.map { " " + $0 }
      if line.children.isEmpty, first == feature, !parts.isEmpty {
        parts[parts.count - 1] += lines
      } else {
        parts.append(lines)
      }
      feature = line.children.isEmpty ? first : nil
    }
    return parts
  }
}
