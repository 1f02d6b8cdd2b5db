// SPDX-License-Identifier: GPL-3.0-or-later
import CommandGrammar
import ODR
import ProtocolKit
import Testing
import Wire

@Suite("The lines and shows of ODR and CDP")
struct ODRCommandTests {
  private enum Action: Sendable {
    case line(Command<ODRConfiguration>)
    case enter(CommandSection<ODRConfiguration>)
    case inside(SectionCommand<ODRConfiguration>)
  }

  private static let grammar = CommandSet<Action>(
    ODRCommands.all.flatMap { part -> [CommandSpec<Action>] in
      switch part {
      case .line(let command): [command.spec(for: .line(command))]
      case .section(let section): [section.spec(for: .enter(section))] + section.lines.map { $0.spec(for: .inside($0)) }
      }
    })

  /// Types lines; a line with a space in front is one of the section.
  private func typed(_ text: String) throws -> ODRConfiguration {
    var configuration = ODRConfiguration()
    for line in text.split(separator: "\n").map(String.init) {
      let mode = line.hasPrefix(" ") ? ODRCommands.mode : .global
      guard case .match(let action, let arguments, let negated, let isDefault, _) = Self.grammar.parse(line, mode: mode) else {
        throw CommandRefusal("not understood: \(line)")
      }
      let input = CommandInput(arguments: arguments, negated: negated, isDefault: isDefault)
      switch action {
      case .line(let command): try command.apply(&configuration, input)
      case .enter(let section): _ = try section.enter(&configuration, [], input)
      case .inside(let command): try command.apply(&configuration, ["odr"], input)
      }
    }
    return configuration
  }

  private func text(_ configuration: ODRConfiguration) -> [String] { ODRCommands.all.flatMap { $0.write(configuration) }.flatMap { $0 } }

  private static let lines = """
    no cdp run
    cdp timer 10
    cdp holdtime 30
    no cdp advertise-v2
    router odr
     timers basic 10 30 5 40
     distribute-list prefix LANS in Tunnel0
     distance 150
     maximum-paths 2
    """

  @Test("all lines are read and written back; their `no` gives the defaults, which are not written")
  func roundTrip() throws {
    let configuration = try typed(Self.lines)
    #expect(text(configuration) == Self.lines.split(separator: "\n").map(String.init))
    #expect(configuration.router?.timers == ODRTimers(update: 10, invalid: 30, holdDown: 5, flush: 40))
    let undone =
      Self.lines
        + """

        cdp run
        no cdp timer
        no cdp holdtime
        cdp advertise-v2
        router odr
         no timers basic
         no distribute-list prefix LANS in Tunnel0
         no distance
         no maximum-paths
        """.split(separator: "\n").map { "\n" + $0 }.joined()
    #expect(text(try typed(undone)) == ["router odr"])
    #expect(text(try typed(undone + "\nno router odr")) == [])
    #expect(throws: CommandRefusal.self) { try typed("router odr\n timers basic 60 180 0 100") }
  }

  @Test("cdp enable of an interface")
  func enable() {
    guard let command = ODRCommands.interface.first,
      case .match(_, let arguments, _, _, _) = CommandSet([command.spec]).parse("cdp ena", mode: .interface)
    else { return #expect(Bool(false), "not understood") }
    var settings = CDPInterfaceSettings()
    #expect(command.write(settings) == [])
    #expect(throws: Never.self) { try command.apply(&settings, CommandInput(arguments: arguments)) }
    #expect(settings.isEnabled && command.write(settings) == ["cdp enable"])
  }

  @Test("show cdp neighbors, as IOS writes it")
  func neighbours() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.add("a-spoke-with-a-long-name", tunnel: "10.0.0.20/24", lan: "192.168.20.1/24") { _ in }
    cloud.run(seconds: 10)
    let snapshot = cloud["hub1"].engine.snapshot()
    let left = snapshot.neighbours.map { "\(($0.expires - cloud.now).wholeSeconds)" }
    #expect(
      ODRShow.neighbours(snapshot, now: cloud.now) == [
        "Capability Codes: R - Router, T - Trans Bridge, B - Source Route Bridge",
        "                  S - Switch, H - Host, I - IGMP, r - Repeater, P - Phone, ",
        "                  D - Remote, C - CVTA, M - Two-port Mac Relay ", "",
        "Device ID        Local Intrfce     Holdtme    Capability  Platform  Port ID", "a-spoke-with-a-long-name",
        "                 Tun 0             \(left[0])               R    dmvpn     Tun 0",
        "s1               Tun 0             \(left[1])               R    dmvpn     Tun 0", "", "Total cdp entries displayed : 2",
      ])
    #expect(ODRShow.cdp(snapshot.cdp).first == "Global CDP information:")
  }

  @Test("show cdp neighbors detail")
  func detail() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 3)
    let snapshot = cloud["hub1"].engine.snapshot()
    let left = (snapshot.neighbours[0].expires - cloud.now).wholeSeconds
    #expect(
      ODRShow.detail(snapshot, now: cloud.now) == [
        "-------------------------", "Device ID: s1", "Entry address(es): ", "  IP address: 10.0.0.11",
        "Platform: dmvpn,  Capabilities: Router ", "Interface: Tunnel0,  Port ID (outgoing port): Tunnel0", "Holdtime : \(left) sec", "",
        "Version :", snapshot.neighbours[0].packet.softwareVersion ?? "", "", "advertisement version: 2", "IP prefixes (1):",
        "  192.168.11.0/24", "NBMA address: 198.51.100.2", "", "", "Total cdp entries displayed : 1",
      ])
  }

  @Test("show ip protocols of the hub")
  func protocols() {
    let cloud = ODRCloud.hubAndSpokes(1)
    cloud.run(seconds: 75)
    let snapshot = cloud["hub1"].engine.snapshot()
    let due = ((snapshot.nextUpdate ?? cloud.now) - cloud.now).wholeSeconds
    let age = AgeText.format(cloud.now - snapshot.sources[0].heard)
    #expect(
      ODRShow.protocols(snapshot, now: cloud.now) == [
        "Routing Protocol is \"odr\"", "  Sending updates every 60 seconds, next due in \(due) seconds",
        "  Invalid after 180 seconds, hold down 0, flushed after 240", "  Outgoing update filter list for all interfaces is not set",
        "  Incoming update filter list for all interfaces is not set", "  Maximum path: 4", "  Routing Information Sources:",
        "    Gateway         Distance      Last Update", "    10.0.0.11            160      \(age)", "  Distance: (default is 160)",
      ])
    #expect(ODRShow.protocols(ODREngine().snapshot(), now: .start) == [])
  }
}
