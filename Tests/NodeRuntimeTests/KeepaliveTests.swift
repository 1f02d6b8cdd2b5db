// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

/// `keepalive` at the node: what is sent, and what the line protocol does without answers.
@Suite("Keepalives of a tunnel") struct KeepaliveTests {
  private func cloud(_ lines: String = " keepalive 5 2") -> Cloud {
    Cloud(spokeLines: " tunnel mode gre ip\n tunnel destination 198.51.100.1\n" + lines)
  }

  /// The keepalives that the spoke sent so far.
  private func sent(_ cloud: Cloud) -> [[UInt8]] {
    cloud.spoke1.effects.compactMap { effect in
      if case .inject(.gre(_, _, protocolType: 0x0800, let bytes, _)) = effect { bytes } else { nil }
    }
  }

  private func answer(_ cloud: Cloud) {
    let place = cloud.spoke1
    cloud.give(
      place,
      .punt(PuntedPacket(kind: .keepalive, interface: place.tunnel, nbmaSource: cloud.hub.nbma, nbmaDestination: place.nbma, bytes: [])))
  }

  private func line(_ cloud: Cloud) -> String {
    let text = cloud.text("show interfaces Tunnel0", of: cloud.spoke1)
    return text.split(separator: "\n").first.map { String($0.split(separator: " ").last ?? "") } ?? ""
  }

  @Test("one is sent each period, the first at once; each is its own answer")
  func period() {
    let cloud = cloud()
    cloud.run(seconds: 1)
    #expect(sent(cloud).count == 1)
    cloud.run(seconds: 10)
    #expect(sent(cloud).count == 3)
    let packet = sent(cloud)[0]
    #expect(Array(packet[12..<20]) == IPAddress(198, 51, 100, 1).bytes + IPAddress(198, 51, 100, 11).bytes)
    #expect(packet[9] == 47 && Array(packet[20...]) == [0x20, 0, 0, 0, 0, 0, 0, 42])
  }

  @Test("so many without an answer take the line down and what is routed over it; one answer brings it back")
  func line() {
    let cloud = cloud()
    cloud.ask("terminal monitor", of: cloud.spoke1)
    let route = "show ip route 192.168.0.0 255.255.0.0"
    cloud.run(seconds: 9)
    #expect(line(cloud) == "up" && cloud.text(route, of: cloud.spoke1).contains("10.0.0.1"))
    cloud.run(seconds: 2)
    #expect(line(cloud) == "down" && !cloud.text(route, of: cloud.spoke1).contains("10.0.0.1"))
    #expect(cloud.text("show interfaces Tunnel0", of: cloud.spoke1).contains("Down: the other end does not answer keepalives"))
    let before = sent(cloud).count
    cloud.run(seconds: 10)
    #expect(sent(cloud).count == before + 2, "it goes on asking")
    answer(cloud)
    #expect(line(cloud) == "up" && cloud.text(route, of: cloud.spoke1).contains("10.0.0.1"))
    for _ in 0..<8 {
      cloud.run(seconds: 5)
      answer(cloud)
    }
    #expect(line(cloud) == "up")
  }

  @Test("without the line nothing is sent and the line stays up; taken away while it is down it lets it up")
  func configured() {
    let cloud = cloud()
    cloud.run(seconds: 11)
    #expect(line(cloud) == "down")
    func type(_ lines: String...) {
      for line in ["configure terminal", "interface Tunnel0"] + lines + ["end"] { #expect(!cloud.ask(line, of: cloud.spoke1).failed, "\(line)") }
    }
    type("no keepalive")
    let before = sent(cloud).count
    cloud.run(seconds: 30)
    #expect(line(cloud) == "up" && sent(cloud).count == before)
    type("keepalive 1")
    cloud.run(seconds: 4)
    #expect(line(cloud) == "down")
    type("shutdown")
    let stopped = sent(cloud).count
    cloud.run(seconds: 5)
    #expect(sent(cloud).count == stopped)
    type("no shutdown")
    #expect(line(cloud) == "up", "the count begins anew")
  }

  @Test(
    "show interfaces says what is sent",
    arguments: [
      (" keepalive", "Keepalive set (10 sec), retries 3"), (" keepalive 5 2", "Keepalive set (5 sec), retries 2"), ("", "Keepalive not set"),
      (" keepalive 0", "Keepalive not set"), (" keepalive\n tunnel mode gre multipoint", "Keepalive not set"),
    ])
  func shown(_ lines: String, _ text: String) {
    let cloud = cloud(lines)
    #expect(cloud.text("show interfaces Tunnel0", of: cloud.spoke1).contains("\n  \(text)\n"))
  }
}
