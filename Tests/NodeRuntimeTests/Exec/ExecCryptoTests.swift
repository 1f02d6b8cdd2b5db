// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("crypto commands")
struct ExecCryptoTests {
  /// A hub whose tunnel is protected; nobody answers it.
  private func protected() -> Cloud {
    let cloud = Cloud()
    for line in [
      "configure terminal", "crypto ikev2 keyring K", "peer ANY", "address 0.0.0.0", "pre-shared-key everybodyskey",
      "crypto ikev2 profile V",
      "match identity remote any", "authentication local pre-share", "authentication remote pre-share", "keyring local K",
      "crypto ipsec profile P",
      "set ikev2-profile V", "interface Tunnel0", "tunnel protection ipsec profile P", "end",
    ] {
      #expect(!cloud.ask(line, of: cloud.spoke1).failed, "\(line)")
    }
    cloud.run(seconds: 3)
    return cloud
  }

  @Test(
    "every show answers, as text and as rows",
    arguments: [
      "crypto isakmp sa", "crypto isakmp sa detail", "crypto isakmp policy", "crypto ikev2 sa",
      "crypto ikev2 sa detailed", "crypto ikev2 session", "crypto ikev2 session detailed",
      "crypto ikev2 stats",
      "crypto ikev2 proposal", "crypto ikev2 policy", "crypto ikev2 profile V", "crypto ipsec sa",
      "crypto ipsec sa interface Tunnel0", "crypto ipsec sa peer 198.51.100.1 detail",
      "crypto ipsec transform-set",
      "crypto ipsec profile", "crypto session", "crypto session detail",
      "crypto session remote hub detail",
      "crypto sockets", "crypto pki trustpoints", "crypto pki certificates",
    ])
  func shows(line: String) {
    for cloud in [Cloud(), protected()] {
      #expect(!cloud.ask("show \(line)", of: cloud.spoke1).failed)
      let json = cloud.ask("show \(line) | json", of: cloud.spoke1)
      #expect(!json.failed && json.text.hasPrefix("{") && !json.text.contains("everybodyskey"), "\(json.text)")
      #expect(cloud.ask("show \(line) | include nothing", of: cloud.spoke1).text == "")
    }
  }

  @Test("show dmvpn names the layer that is not done: a protected peer waits for IKE, and has no socket")
  func layer() {
    let cloud = protected()
    let line = cloud.text("show dmvpn", of: cloud.spoke1).split(separator: "\n").first { $0.contains("198.51.100.1 ") }
    #expect(line?.contains(" IKE ") == true, "\(line ?? "")")
    #expect(cloud.text("show dmvpn detail", of: cloud.spoke1).contains("Protect \"P\""))
  }

  @Test(
    "clear crypto reaches IKE and leaves its record",
    arguments: [
      "clear crypto sa", "clear crypto sa peer 198.51.100.1", "clear crypto session", "clear crypto session remote 198.51.100.1",
      "clear crypto ikev2 sa",
      "clear crypto ikev2 sa 7 fast", "clear crypto isakmp", "clear crypto isakmp 1001",
    ])
  func clears(line: String) {
    let cloud = protected()
    let before = cloud.spoke1.node.journal.count
    #expect(cloud.ask(line, of: cloud.spoke1).text == "")
    #expect(cloud.spoke1.node.journal.newest(Int(cloud.spoke1.node.journal.count - before)).contains { $0.kind == .commandRun })
    #expect(cloud.ask("clear crypto sa peer nobody", of: cloud.spoke1).failed)
  }

  @Test(
    "debug crypto is switched on and off in IOS' words",
    arguments: [
      ("crypto isakmp", "Crypto ISAKMP"), ("crypto ikev2", "IKEv2 default"), ("crypto ikev2 packet", "IKEv2 packet"),
      ("crypto ikev2 error", "IKEv2 error"),
      ("crypto ikev2 internal", "IKEv2 internal"), ("crypto ipsec", "Crypto IPSEC"), ("crypto engine", "Crypto Engine"),
      ("crypto socket", "Crypto Socket"),
    ])
  func debugs(line: String, title: String) {
    let cloud = Cloud()
    #expect(cloud.text("debug \(line)") == "\(title) debugging is on")
    #expect(cloud.text("show debugging") == "Cryptographic Subsystem:\n  \(title) debugging is on")
    #expect(cloud.text("undebug \(line)") == "\(title) debugging is off" && cloud.text("show debugging") == "")
    cloud.ask("debug \(line)")
    cloud.ask("debug crypto condition peer ipv4 198.51.100.7")
    #expect(cloud.text("show debugging").hasSuffix("Condition: peer nbma 198.51.100.7"))
    cloud.ask("undebug all")
    #expect(cloud.text("show debugging") == "")
  }

  @Test("IKE goes on and off with the first and the last protected tunnel, as the log of IOS says")
  func switched() {
    let cloud = Cloud()
    cloud.ask("terminal monitor", of: cloud.spoke1)
    for line in [
      "configure terminal", "crypto isakmp key everybodyskey address 0.0.0.0", "crypto ipsec profile P", "interface Tunnel0",
      "tunnel protection ipsec profile P",
    ] { cloud.ask(line, of: cloud.spoke1) }
    #expect(cloud.logs(cloud.spoke1).contains { $0.hasSuffix("%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is ON") }, "\(cloud.logs(cloud.spoke1))")
    cloud.ask("no tunnel protection ipsec profile P", of: cloud.spoke1)
    #expect(cloud.logs(cloud.spoke1).contains { $0.hasSuffix("%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF") })
  }

  // MARK: The journal

  private let journal = JournalText(interfaceName: { _ in "Tunnel0" }, peerName: { "\($0)" })
  private static let peer = IPAddress(198, 51, 100, 11), own = IPAddress(198, 51, 100, 1)

  private func record(_ kind: JournalKind, x: UInt32 = 0, y: UInt32 = 0) -> JournalRecord {
    JournalRecord(kind, interface: InterfaceID(1), a: Self.peer, b: Self.own, x: x, y: y)
  }

  @Test("every kind of protection has its words, its place and its severity")
  func words() {
    let kinds = JournalKind.allCases.filter { (JournalKind.protectionWanted.rawValue..<JournalKind.bgpUp.rawValue).contains($0.rawValue) }
    #expect(kinds.count >= 19)
    for kind in kinds {
      let row = journal.row(record(kind, x: 1, y: 1))
      #expect(row.text != "\(kind)" && !row.text.isEmpty && ["IKE", "IPSEC"].contains(row.facility), "\(kind)")
      #expect(kind == .ikeSwitched || row.subject == "198.51.100.11")
    }
    for code in UInt32(1)...14 { #expect(!journal.row(record(.ikeFailed, x: code, y: 14)).text.contains("reason \(code)"), "\(code)") }
  }

  @Test(
    "what IOS logs is logged in its words",
    arguments: [
      (
        JournalKind.protectionUp, 1, 0,
        "%DMVPN-5-CRYPTO_SS: Tunnel0: local address : 198.51.100.1 remote address : 198.51.100.11 socket is UP"
      ),
      (
        .protectionDown, 1, 2,
        "%DMVPN-5-CRYPTO_SS: Tunnel0: local address : 198.51.100.1 remote address : 198.51.100.11 socket is DOWN, Reason: the peer no longer answers"
      ),
      (
        .clearPacketRefused, 0, 0,
        "%CRYPTO-4-RECVD_PKT_NOT_IPSEC: Rec'd packet not an IPSEC packet. (ip) vrf/dest_addr= /198.51.100.1, src_addr= 198.51.100.11, prot= 47"
      ),
      (
        .unknownSPI, 0xdead_beef, 0,
        "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=198.51.100.1, prot=50, spi=0xDEADBEEF(3735928559), srcaddr=198.51.100.11, input interface=Tunnel0"
      ),
      (.ikeFailed, 7, 0, "%IKEV2-3-NEG_ABORT: Negotiation aborted due to ERROR: authentication failed, peer 198.51.100.11"),
      (
        .ikeFailed, 5, 14,
        "%IKEV2-3-NEG_ABORT: Negotiation aborted due to ERROR: refused by the peer: NO_PROPOSAL_CHOSEN(14), peer 198.51.100.11"
      ),
      (.ikeRefused, 0, 500, "%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 198.51.100.11 failed its sanity check or is malformed"),
      (.ikeSwitched, 0, 0, "%CRYPTO-6-ISAKMP_ON_OFF: ISAKMP is OFF"),
    ])
  func syslog(kind: JournalKind, x: UInt32, y: UInt32, expected: String) {
    #expect(journal.syslog(record(kind, x: x, y: y), own: .anyV4, ownNBMA: .anyV4) == expected)
  }
}
