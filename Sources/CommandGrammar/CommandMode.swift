// SPDX-License-Identifier: GPL-3.0-or-later

/// Which mode a line is typed in.
public enum CommandMode: Hashable, Sendable, CaseIterable {
  /// `hub1>`
  case userExec
  /// `hub1#`
  case privilegedExec
  /// `hub1(config)#`
  case global
  /// `hub1(config-if)#`
  case interface
  /// `hub1(config-router)#`
  case router
  /// A section of another feature whose lines are stored and written back, not acted on.
  case kept
}

extension CommandMode {
  /// The prompt of this mode, without a space behind it.
  public func prompt(hostname: String) -> String {
    switch self {
    case .userExec: hostname + ">"
    case .privilegedExec: hostname + "#"
    case .global: hostname + "(config)#"
    case .interface: hostname + "(config-if)#"
    case .router: hostname + "(config-router)#"
    case .kept: hostname + "(config-kept)#"
    }
  }

  /// Whether lines of this mode change the configuration.
  public var isConfiguration: Bool {
    switch self {
    case .userExec, .privilegedExec: false
    case .global, .interface, .router, .kept: true
    }
  }
}
