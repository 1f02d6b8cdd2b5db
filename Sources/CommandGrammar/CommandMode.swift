// SPDX-License-Identifier: GPL-3.0-or-later

/// Which mode a line is typed in. A protocol that has sections of its own defines their modes beside its commands.
public struct CommandMode: Hashable, Sendable {
  /// What tells it from other modes; two modes may have the same prompt.
  public let name: String
  /// What the prompt shows behind the host name: `>`, `#`, `(config-if)#`.
  public let label: String

  /// A mode of configuration with the prompt `hub1(LABEL)#`, called `name` where that is not the label.
  public init(configuration label: String, name: String? = nil) { self.init(name: name ?? label, label: "(\(label))#") }

  private init(name: String, label: String) { (self.name, self.label) = (name, label) }

  /// `hub1>`
  public static let userExec = CommandMode(name: "exec", label: ">")
  /// `hub1#`
  public static let privilegedExec = CommandMode(name: "enable", label: "#")
  /// `hub1(config)#`
  public static let global = CommandMode(configuration: "config")
  /// `hub1(config-if)#`
  public static let interface = CommandMode(configuration: "config-if")
  /// `hub1(config-router)#`
  public static let router = CommandMode(configuration: "config-router")
  /// A section of another feature whose lines are stored and written back, not acted on.
  public static let kept = CommandMode(configuration: "config-kept")

  /// The modes that belong to no protocol.
  public static let standard = [userExec, privilegedExec, global, interface, router, kept]
}

extension CommandMode {
  /// The prompt of this mode, without a space behind it.
  public func prompt(hostname: String) -> String { hostname + label }

  /// Whether lines of this mode change the configuration.
  public var isConfiguration: Bool { label.hasPrefix("(") }
}
