// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// Static routes that depend on tracked objects, at the node.
@Suite struct ExecTrackTests {
  private static let lines = """
    track 1 ip route 10.60.0.0 255.255.0.0 reachability
    track 2 interface lan1 line-protocol
     delay up 10 down 5
    track 3 interface lan1 ip routing
    ip route 10.50.0.0 255.255.0.0 192.168.11.2 track 1
    ip route 10.50.0.0 255.255.0.0 10.0.0.1 250
    ip route 10.51.0.0 255.255.0.0 192.168.11.3 track 2
    ip route 10.52.0.0 255.255.0.0 192.168.11.4 track 9
    ip route 10.53.0.0 255.255.0.0 192.168.11.5 track 3
    """

  private func lan1(_ isUp: Bool, hasAddress: Bool = true) -> HostEvent {
    .interface(HostInterface(name: "lan1", isUp: isUp, addresses: hasAddress ? [HostAddress(IPAddress(192, 0, 2, 9), length: 24)] : []))
  }

  private func tracked(_ isPresent: Bool) -> HostEvent {
    let network = IPPrefix(IPAddress(10, 60, 0, 0), length: 16)
    return .hostRoute(HostRoute(prefix: network, gateway: IPAddress(192, 168, 11, 6), interface: "lan0"), isPresent: isPresent)
  }

  /// The way that is used to a network, or that there is none.
  private func way(_ network: String, _ cloud: Cloud) -> String {
    let lines = cloud.text("show ip route \(network) 255.255.0.0", of: cloud.spoke1).split(separator: "\n").map(String.init)
    return lines.first { $0.hasPrefix("  * ") } ?? lines.joined()
  }

  private func state(_ number: Int, _ cloud: Cloud) -> String { cloud.text("show track \(number)", of: cloud.spoke1) }

  @Test("a floating route takes over when the tracked route goes, and gives back when it returns")
  func floating() {
    let cloud = Cloud(spokeLines: Self.lines)
    cloud.ask("terminal monitor", of: cloud.spoke1)
    #expect(way("10.50.0.0", cloud).contains("10.0.0.1") && state(1, cloud).contains("Reachability is Down"))
    cloud.give(cloud.spoke1, tracked(true))
    #expect(cloud.logs(cloud.spoke1).contains { $0.hasSuffix("%TRACK-6-STATE: 1 ip route 10.60.0.0/16 reachability Down -> Up") })
    #expect(way("10.50.0.0", cloud).contains("192.168.11.2"))
    #expect(state(1, cloud).contains("Reachability is Up\n    1 change, last change 00:00:00\n  Tracked by:\n    Static IP Routing 1"))
    cloud.run(seconds: 5)
    cloud.give(cloud.spoke1, tracked(false))
    #expect(way("10.50.0.0", cloud).contains("10.0.0.1") && state(1, cloud).contains("Reachability is Down\n    2 changes"))
    cloud.run(seconds: 5)
    cloud.give(cloud.spoke1, tracked(true))
    #expect(way("10.50.0.0", cloud).contains("192.168.11.2"))
    #expect(cloud.text("show journal", of: cloud.spoke1).contains("ip route 10.60.0.0/16 reachability Up -> Down"))
  }

  @Test("an interface is followed with the delays of its object, and by its addresses")
  func interface() {
    let cloud = Cloud(spokeLines: Self.lines)
    cloud.give(cloud.spoke1, lan1(true, hasAddress: false))
    #expect(way("10.53.0.0", cloud).contains("not in table"))
    cloud.run(seconds: 9)
    #expect(way("10.51.0.0", cloud).contains("not in table"))
    cloud.run(seconds: 2)
    #expect(way("10.51.0.0", cloud).contains("192.168.11.3") && way("10.53.0.0", cloud).contains("not in table"))
    cloud.give(cloud.spoke1, lan1(true))
    #expect(way("10.53.0.0", cloud).contains("192.168.11.5"))
    cloud.give(cloud.spoke1, lan1(false))
    cloud.run(seconds: 4)
    #expect(way("10.51.0.0", cloud).contains("192.168.11.3") && way("10.53.0.0", cloud).contains("not in table"))
    cloud.run(seconds: 2)
    #expect(way("10.51.0.0", cloud).contains("not in table"))
  }

  @Test("a route whose object nobody defined is not used; the object that is defined then lets it in, and takes it out when it goes")
  func configured() {
    let cloud = Cloud(spokeLines: Self.lines)
    #expect(way("10.52.0.0", cloud).contains("not in table"))
    func type(_ lines: String...) {
      for line in ["configure terminal"] + lines + ["end"] { #expect(!cloud.ask(line, of: cloud.spoke1).failed, "\(line)") }
    }
    type("track 9 interface Tunnel0 line-protocol")
    #expect(way("10.52.0.0", cloud).contains("192.168.11.4"))
    type("no track 9")
    #expect(way("10.52.0.0", cloud).contains("not in table"))
    #expect(cloud.text("show track 9", of: cloud.spoke1) == "" && cloud.text("show track", of: cloud.spoke1).contains("Track 3"))
  }

  @Test("a route follows a list of objects, and the list is written in the log")
  func list() {
    let cloud = Cloud(
      spokeLines: Self.lines + """

        track 10 list boolean and
         object 1
         object 3
        ip route 10.54.0.0 255.255.0.0 192.168.11.7 track 10
        """)
    cloud.ask("terminal monitor", of: cloud.spoke1)
    cloud.give(cloud.spoke1, tracked(true))
    #expect(way("10.54.0.0", cloud).contains("not in table"))
    cloud.give(cloud.spoke1, lan1(true))
    #expect(cloud.logs(cloud.spoke1).contains { $0.hasSuffix("%TRACK-6-STATE: 10 list boolean and Down -> Up") })
    #expect(way("10.54.0.0", cloud).contains("192.168.11.7"))
    #expect(state(10, cloud).contains("Boolean AND is Up") && state(10, cloud).contains("    object 3 Up"))
    cloud.run(seconds: 5)
    cloud.give(cloud.spoke1, tracked(false))
    #expect(way("10.54.0.0", cloud).contains("not in table"))
  }

  @Test("a route that is its own object's subject changes once a second at most")
  func itself() {
    let cloud = Cloud(
      spokeLines: """
        track 5 ip route 10.80.0.0 255.255.0.0 reachability
        ip route 10.80.0.0 255.255.0.0 10.81.0.1 240
        ip route 10.81.0.0 255.255.0.0 10.0.0.1
        ip route 10.81.0.0 255.255.255.0 Null0 track 5
        """)
    let before = cloud.spoke1.node.journal.count
    cloud.run(seconds: 10)
    #expect(cloud.spoke1.node.journal.count - before < 60)
    #expect(state(5, cloud).hasPrefix("Track 5"))
  }
}
