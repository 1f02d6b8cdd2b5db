// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import CommandGrammar
import IKE
import Interfaces
import NHRP
import ODR
import Policy
import RIP
import Routing

/// What a line of a configuration asks for.
enum LineAction: Sendable {
  /// A line of the node.
  case global(Command<NodeSettings>)
  /// A line of an interface; some make sense on tunnels only, and not all are acted on.
  case interface(Command<InterfaceConfiguration>, isForTunnels: Bool, isActedOn: Bool)
  /// `interface NAME`
  case enterInterface
  /// The head of a section with settings of its own.
  case enterSection(CommandSection<NodeSettings>)
  /// A line of such a section.
  case section(SectionCommand<NodeSettings>)
  /// The line that ends a section, read behind its end: nothing is left to do.
  case closed
  /// A line of another feature.
  case kept(KeptShape)
  case exit
  case end
}

/// Where the protocols' lines are mounted in the node's settings. A new protocol adds its lists here and nowhere else.
enum Assembly {
  /// Lines and sections of the node, printed above the interfaces.
  static let head: [CommandPart<NodeSettings>] =
    GlobalCommands.all.map { .line($0) } + PolicyCommands.head.map { $0.mounted(at: \.policy) }
    + [.section(TrackCommands.section.mounted(at: \.tracks))] + CryptoCommands.all.map { $0.mounted(at: \.crypto) }
  /// Lines and sections of the node, printed below the interfaces.
  static let tail: [CommandPart<NodeSettings>] =
    ODRCommands.all.map { $0.mounted(at: \.odr) } + RIPCommands.all.map { $0.mounted(at: \.rip) } + BGPCommands.all.map { $0.mounted(at: \.bgp) } + StaticRouteCommands.all.map { .line($0.mounted(at: \.staticRoutes)) }
    + PolicyCommands.tail.map { $0.mounted(at: \.policy) }

  /// Lines of every interface, printed above the protocols'.
  static let interfaceHead = InterfaceCommands.head.map { $0.mounted(at: \InterfaceConfiguration.interface) }
  /// The routing protocols' lines.
  static let interfaceRouting =
    RIPInterfaceCommands.all.map { $0.mounted(at: \InterfaceConfiguration.rip) } + ODRCommands.interface.map { $0.mounted(at: \.cdp) }
  /// The lines of tunnels' protocols.
  static let interfaceProtocols = NHRPCommands.all.map { $0.mounted(at: \InterfaceConfiguration.nhrp) }
  /// Their lines for IPv6, and those of every interface, printed below those for IPv4.
  static let interfaceIPv6 = IPv6Commands.all.map { $0.mounted(at: \InterfaceConfiguration.interface) }
  static let interfaceProtocolsV6 = NHRPCommands.allV6.map { $0.mounted(at: \InterfaceConfiguration.nhrpV6) }
  /// Lines of every interface, printed below the protocols' and the kept ones.
  static let interfaceTail = InterfaceCommands.tail.map { $0.mounted(at: \InterfaceConfiguration.interface) }
  /// Tunnels' own lines.
  static let tunnel = TunnelCommands.all.map { $0.mounted(at: \InterfaceConfiguration.interface) }
  /// Tunnel lines that are stored and keep the tunnel down.
  static let unsupportedTunnel = [TunnelCommands.unsupportedMode.mounted(at: \InterfaceConfiguration.interface)]

  /// The lines that `show running-config all` adds for one interface.
  static func defaultLines(_ configuration: InterfaceConfiguration) -> [String] {
    InterfaceCommands.defaultLines(configuration.interface) + NHRPCommands.defaultLines(configuration.nhrp)
      + NHRPCommands.defaultLines(configuration.nhrpV6, .v6)
      + TunnelCommands.defaultLines(configuration.interface)
  }

  /// Every line that a configuration may hold. Where two read a line equally well, our own come first.
  static let grammar = CommandSet<LineAction>(ownSpecs + KeptLines.specs)

  /// Kinds of sections with settings of their own, by the mode of their lines.
  static let sections: [CommandMode: CommandSection<NodeSettings>] = {
    var all: [CommandMode: CommandSection<NodeSettings>] = [:]
    for case .section(let section) in head + tail {
      for kind in section.family { all[kind.mode] = kind }
    }
    return all
  }()

  private static var nodeSpecs: [CommandSpec<LineAction>] {
    (head + tail).flatMap { part -> [CommandSpec<LineAction>] in
      switch part {
      case .line(let command): [command.spec(for: .global(command))]
      case .section(let section):
        section.family.flatMap { kind in [kind.spec(for: .enterSection(kind))] + kind.lines.map { $0.spec(for: .section($0)) } }
      }
    }
  }

  /// A section's closing line leaves it. Where it stands as far left as the section's head, the section has been left already.
  private static var closingSpecs: [CommandSpec<LineAction>] {
    let closed = sections.values.filter { $0.closing != nil }
    return Set(closed.compactMap(\.closing)).sorted().flatMap { line -> [CommandSpec<LineAction>] in
      let mine = closed.filter { $0.closing == line }, help = [line: "Exit from this mode"]
      return [
        CommandSpec(line, modes: Set(mine.map(\.mode)), help: help, action: .exit),
        CommandSpec(line, modes: Set(mine.map(\.outerMode)), help: help, action: .closed),
      ]
    }
  }

  private static var ownSpecs: [CommandSpec<LineAction>] {
    var specs = nodeSpecs
    specs += (interfaceHead + interfaceRouting + interfaceTail + interfaceIPv6).map { $0.spec(for: .interface($0, isForTunnels: false, isActedOn: true)) }
    specs += (interfaceProtocols + interfaceProtocolsV6 + tunnel).map { $0.spec(for: .interface($0, isForTunnels: true, isActedOn: true)) }
    specs += unsupportedTunnel.map { $0.spec(for: .interface($0, isForTunnels: true, isActedOn: false)) }
    specs.append(
      CommandSpec(
        "interface <name:interface> [{point-to-point|multipoint|type <kind:word>}]", modes: [.global],
        help: ["interface": "Select an interface to configure", "name": "Interface", "type": "Kind of a virtual template"], no: .prefix,
        action: .enterInterface))
    specs += closingSpecs
    let modes = Set([.global, .interface, .router, .kept] + sections.keys)
    specs.append(CommandSpec("exit", modes: modes, help: ["exit": "Exit from the current mode"], action: .exit))
    specs.append(CommandSpec("end", modes: modes, help: ["end": "Exit from configure mode"], action: .end))
    return specs
  }
}
