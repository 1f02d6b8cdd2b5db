// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("clear")
struct ExecClearTests {
  private func shortcuts(_ cloud: Cloud) -> String { cloud.text("show ip nhrp shortcut | include via", of: cloud.spoke1) }

  @Test("clears the dynamic entries that fit, and what hangs on them", arguments: [
    ("clear ip nhrp", true), ("clear ip nhrp shortcut", true), ("clear ip nhrp 192.168.12.0 255.255.255.0", true), ("clear ip nhrp spoke2", true), ("clear ip nhrp 10.0.0.99", false),
    ("clear ip nhrp interface Tunnel0", true), ("clear ip nhrp counters", false), ("clear dmvpn session", true), ("clear dmvpn session peer nbma 198.51.100.12", true),
    ("clear dmvpn session peer tunnel spoke2", true), ("clear dmvpn session peer nbma 198.51.100.99", false), ("clear ip route *", true), ("clear ip route 192.168.12.10", true),
    ("clear ip route 192.168.77.1", false), ("clear dmvpn statistics", false),
  ])
  func nhrp(line: String, isGone: Bool) {
    let cloud = ExecShowTests.formed()
    #expect(shortcuts(cloud) == "192.168.12.0/24 via 10.0.0.12")
    #expect(cloud.ask(line, of: cloud.spoke1) == Cloud.Answer(text: "", prompt: "spoke1#", failed: false, exits: false, isFinished: true))
    #expect(shortcuts(cloud).isEmpty == isGone)
    #expect(cloud.text("show ip route nhrp", of: cloud.spoke1).contains("H     192.168.12.0/24") == !isGone)
    #expect(cloud.text("show ip nhrp", of: cloud.spoke1).contains("10.0.0.1/32 via 10.0.0.1"), "a server stays")
  }

  @Test("counters go to zero, and only they")
  func counters() {
    for line in ["clear ip nhrp counters", "clear dmvpn statistics"] {
      let cloud = ExecShowTests.formed()
      cloud.ask(line)
      #expect(cloud.text("show ip nhrp traffic").contains("   Sent: Total 0\n"))
    }
  }

  @Test("static sessions are registered anew")
  func registersAnew() {
    let cloud = ExecShowTests.formed()
    let before = cloud.spoke1.effects.count
    cloud.ask("clear dmvpn session static", of: cloud.spoke1)
    #expect(cloud.spoke1.effects[before...].contains { if case .inject(.gre) = $0 { true } else { false } })
  }

  @Test("an interface that is none is named")
  func unknownInterface() {
    #expect(Cloud().text("clear ip nhrp interface Tunnel9") == "% Interface Tunnel9 does not exist")
  }
}

@Suite("debug")
struct ExecDebugTests {
  @Test("debug nhrp packet tells the packets of a shortcut as IOS words them, to the session that asked")
  func packets() {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    #expect(cloud.text("debug nhrp packet", of: cloud.spoke1) == "NHRP activity debugging is on")
    cloud.spoke1.replies = []
    cloud.flow()
    let lines = cloud.logs(cloud.spoke1)
    #expect(lines.count == 3, "\(lines)")
    #expect(lines[0] == "*00:00:02.001: NHRP: Receive Traffic Indication via Tunnel0 vrf global(0x0), src NBMA: 198.51.100.1, trigger dst: 192.168.12.10")
    #expect(lines[1].hasPrefix("*00:00:02.001: NHRP: Send Resolution Request via Tunnel0 vrf global(0x0), reqid: ") && lines[1].hasSuffix("dst: 192.168.12.10 (NBMA: 198.51.100.1), try 1"))
    #expect(lines[2].hasSuffix("192.168.12.10/24 via 10.0.0.12 (NBMA: 198.51.100.12)"))
    #expect(cloud.logs(cloud.hub).isEmpty)
  }

  @Test("areas: cache and routing", arguments: [
    ("debug nhrp cache", ["Adding Tunnel Endpoints (VPN: 10.0.0.12, NBMA: 198.51.100.12)", "Adding route entry for 192.168.12.0/24 (H) via 10.0.0.12, Tunnel0 to RIB"]),
    ("debug nhrp routing", ["Adding route entry for 192.168.12.0/24 (H) via 10.0.0.12, Tunnel0 to RIB"]), ("debug nhrp rate", []), ("debug nhrp error", []),
    ("debug dmvpn all crypto", []),
  ])
  func areas(line: String, expected: [String]) {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    cloud.ask(line, of: cloud.spoke1)
    cloud.spoke1.replies = []
    cloud.flow()
    #expect(cloud.logs(cloud.spoke1).map { String($0.dropFirst("*00:00:02.005: NHRP: ".count)) } == expected)
  }

  @Test("a condition lets through what concerns the peer", arguments: [("peer nbma 198.51.100.12", true), ("peer tunnel spoke2", true), ("peer nbma 198.51.100.77", false), ("interface Tunnel0", true), ("interface Tunnel9", false)])
  func conditions(condition: String, passes: Bool) {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    cloud.ask("debug nhrp cache ; debug nhrp condition \(condition)", of: cloud.spoke1)
    cloud.spoke1.replies = []
    cloud.flow()
    #expect(cloud.logs(cloud.spoke1).contains { $0.contains("VPN: 10.0.0.12") } == passes)
    #expect(cloud.text("show nhrp debug-condition", of: cloud.spoke1).contains("\n  Condition: "))
    cloud.ask("undebug nhrp condition", of: cloud.spoke1)
    #expect(!cloud.text("show debugging", of: cloud.spoke1).contains("Condition"))
  }

  @Test("undebug all is instant, in every spelling", arguments: ["undebug all", "u all", "no debug all"])
  func off(line: String) {
    let cloud = Cloud()
    cloud.ask("debug nhrp ; debug nhrp cache ; debug dmvpn all all")
    #expect(cloud.text("show debugging").hasPrefix("NHRP:\n  NHRP protocol debugging is on\n  NHRP activity debugging is on\n"))
    #expect(cloud.text(line) == "All possible debugging has been turned off")
    #expect(cloud.text("show debugging") == "")
    cloud.hub.replies = []
    cloud.run(seconds: 2)
    #expect(cloud.logs(cloud.hub).isEmpty)
  }

  @Test("one area is turned off again", arguments: ["undebug nhrp packet", "no debug nhrp packet"])
  func one(line: String) {
    let cloud = Cloud()
    cloud.ask("debug nhrp packet ; debug nhrp cache")
    #expect(cloud.text(line) == "NHRP activity debugging is off")
    #expect(cloud.text("show debugging") == "NHRP:\n  NHRP cache debugging is on")
  }

  @Test("terminal monitor shows syslog lines with their time, terminal no monitor ends it")
  func monitor() {
    let cloud = Cloud()
    cloud.ask("terminal monitor")
    cloud.hub.replies = []
    cloud.run(seconds: 2)
    #expect(cloud.logs(cloud.hub).first?.hasPrefix("*00:00:00.001: %DMVPN-5-NHRP_NHC_UP: Tunnel0: ") == true)
    cloud.ask("terminal no monitor")
    cloud.hub.replies = []
    cloud.ask("configure terminal ; end")
    #expect(cloud.logs(cloud.hub).isEmpty)
  }
}

@Suite("monitor capture")
struct ExecCaptureTests {
  private func captures(_ cloud: Cloud) -> [HostEffect] { cloud.hub.effects.filter { if case .capture = $0 { true } else { false } } }

  @Test("a peer's capture starts at once, with its inner and its outer address")
  func peer() {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    #expect(cloud.text("monitor capture CAP peer spoke1") == "")
    let addresses = [IPAddress(10, 0, 0, 11), IPAddress(198, 51, 100, 11)]
    #expect(captures(cloud) == [.capture(name: "CAP", CaptureRequest(filter: CaptureFilter(addresses: addresses), file: "CAP.pcapng"))])
    #expect(cloud.text("show monitor capture CAP").contains("   Status : Active (00:00:00)\n"))
    #expect(cloud.text("monitor capture CAP stop") == "")
    #expect(captures(cloud).last == .capture(name: "CAP", nil))
    #expect(cloud.text("monitor capture CAP stop") == "% Capture CAP is not running")
    #expect(cloud.text("no monitor capture CAP") == "")
    #expect(cloud.text("no monitor capture CAP") == "% Capture CAP is not defined")
    #expect(cloud.text("show monitor capture") == "No capture is defined")
  }

  @Test("two peers, another file, an NBMA address")
  func pair() {
    let cloud = Cloud()
    cloud.run(seconds: 2)
    cloud.ask("monitor capture C peer spoke1 198.51.100.12 file out.pcapng")
    let addresses = [IPAddress(10, 0, 0, 11), IPAddress(10, 0, 0, 12), IPAddress(198, 51, 100, 11), IPAddress(198, 51, 100, 12)]
    #expect(captures(cloud) == [.capture(name: "C", CaptureRequest(filter: CaptureFilter(addresses: addresses), file: "out.pcapng"))])
  }

  @Test("an interface's capture waits for start, and running ones stop when they are removed")
  func interface() {
    let cloud = Cloud()
    cloud.ask("monitor capture C interface Tunnel0 both")
    #expect(captures(cloud).isEmpty)
    #expect(cloud.text("show monitor capture").contains("   Status : Inactive\n"))
    #expect(cloud.text("show monitor capture").contains("   Inner and outer packets of Tunnel0\n"))
    cloud.ask("monitor capture C file x.pcapng ; monitor capture C start")
    let filter = CaptureFilter(addresses: [], interface: cloud.hub.tunnel)
    #expect(captures(cloud) == [.capture(name: "C", CaptureRequest(filter: filter, file: "x.pcapng"))])
    #expect(cloud.ask("monitor capture C interface Tunnel7").failed)
    cloud.ask("no monitor capture C")
    #expect(captures(cloud).last == .capture(name: "C", nil))
  }

  @Test("a capture's name is no path", arguments: ["../x", "a/b", "."])
  func names(name: String) {
    let cloud = Cloud()
    #expect(cloud.ask("monitor capture \(name) start").failed)
    #expect(captures(cloud).isEmpty)
  }
}
