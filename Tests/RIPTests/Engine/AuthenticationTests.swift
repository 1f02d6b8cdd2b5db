// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import RIP
import Testing
import Wire

@Suite("RIP authentication, RFC 2453 §4.1 and RFC 4822")
struct AuthenticationTests {
  static let wall: Int64 = 0x0102_0304

  static func lines(_ mode: String, key: String = "lab-key") -> String {
    """
    key chain K
     key 7
      key-string \(key)
    interface Tunnel0
     ip rip authentication mode \(mode)
     ip rip authentication key-chain K
    router rip
     version 2
     network 10.0.0.0
     network 192.168.11.0
     no auto-summary
    """
  }

  /// A spoke with one LAN, whose clock says what the vectors were made with.
  static func spoke(_ lines: String, lan: String = "192.168.11.1/24") -> RIPCloud {
    let cloud = RIPCloud()
    cloud.add("s", lines, interfaces: [])
    cloud.input("s", .wallClock(secondsAtStart: wall))
    cloud.setInterface("s", 1, "Tunnel0 10.0.0.11/24")
    if !lan.isEmpty { cloud.setInterface("s", 2, "GigabitEthernet0/1 \(lan)") }
    return cloud
  }

  static func datagram(_ bytes: [UInt8], from source: String = "10.0.0.12", port: UInt16 = 520) -> RIPEngine.Input {
    .port(
      .received(
        Datagram(
          interface: InterfaceID(1), source: ip(source), destination: RIPNumbers.group, sourcePort: port, destinationPort: 520, ttl: 1,
          bytes: bytes)))
  }

  static let modes: [(String, String, String)] = [
    ("text", "lab-key", SignedMessages.text), ("md5", "lab-key", SignedMessages.md5), ("hmac-sha-1", "lab-key", SignedMessages.sha1),
    ("hmac-sha-256", "lab-key", SignedMessages.sha256), ("hmac-sha-384", "lab-key", SignedMessages.sha384),
    ("hmac-sha-512", "lab-key", SignedMessages.sha512),
  ]

  @Test("an update has the bytes that Python's hashlib and hmac give", arguments: modes)
  func sealing(_ mode: String, _ key: String, _ expected: String) {
    let cloud = Self.spoke(Self.lines(mode))
    #expect(cloud["s"].editor.refusals == [])
    #expect(cloud["s"].sent.map { hexText($0.datagram.bytes) }.contains(expected), "\(cloud["s"].sent.map { hexText($0.datagram.bytes) })")
  }

  @Test("such an update is taken", arguments: modes)
  func opening(_ mode: String, _ key: String, _ bytes: String) {
    let cloud = Self.spoke(Self.lines(mode), lan: "")
    cloud.input("s", Self.datagram(hex(bytes)))
    #expect(cloud["s"].table[net("192.168.11.0/24")]?.map(\.nextHop) == [ip("10.0.0.12")])
  }

  @Test("keyed MD5 is taken whether its length counts the trailer's header or not")
  func bothLengths() {
    let cloud = Self.spoke(Self.lines("md5"), lan: "")
    cloud.input("s", Self.datagram(hex(SignedMessages.md5Counting20)))
    #expect(cloud["s"].table[net("192.168.11.0/24")] != nil)
  }

  @Test("a key longer than the digest is hashed first, RFC 4822 §2.5; what a library's HMAC makes of it is taken too")
  func longKeys() {
    let cloud = Self.spoke(Self.lines("hmac-sha-1", key: SignedMessages.longKey))
    #expect(cloud["s"].sent.map { hexText($0.datagram.bytes) }.contains(SignedMessages.sha1LongKey))
    for bytes in [SignedMessages.sha1LongKey, SignedMessages.sha1LongKeyOfLibraries] {
      let receiver = Self.spoke(Self.lines("hmac-sha-1", key: SignedMessages.longKey), lan: "")
      receiver.input("s", Self.datagram(hex(bytes)))
      #expect(receiver["s"].table.count == 1)
    }
  }

  @Test("with any byte changed or cut off nothing is taken, RFC 4822 §2.2", arguments: modes.dropFirst())
  func tampering(_ mode: String, _ key: String, _ text: String) {
    let bytes = hex(text), cloud = Self.spoke(Self.lines(mode), lan: "")
    for at in bytes.indices {
      var changed = bytes
      changed[at] ^= 0x01
      cloud.input("s", Self.datagram(changed))
      cloud.input("s", Self.datagram(Array(bytes[..<at])))
    }
    #expect(cloud["s"].table.isEmpty && cloud["s"].engine.snapshot().neighbours.isEmpty)
    let failures = cloud["s"].records.filter { $0.kind == .ripAuthenticationFailed }
    #expect(failures.count == 1, "one record for all of them")
  }

  @Test("a wrong key, another mode, or no authentication at all is refused and counted; where none is configured a signed message is, §5.2")
  func refusals() {
    let plain = "02020000" + SignedMessages.entry
    for (lines, bytes) in [
      (Self.lines("md5", key: "other"), SignedMessages.md5), (Self.lines("md5"), SignedMessages.text),
      (Self.lines("md5"), SignedMessages.sha1),
      (Self.lines("text"), SignedMessages.md5), (Self.lines("md5"), plain), (Self.lines("text"), plain),
      ("router rip\n version 2\n network 10.0.0.0", SignedMessages.md5), ("router rip\n version 2\n network 10.0.0.0", SignedMessages.text),
    ] {
      let cloud = Self.spoke(lines, lan: "")
      cloud.input("s", Self.datagram(hex(bytes)))
      #expect(cloud["s"].table.isEmpty && cloud["s"].engine.traffic.refused == [.authentication: 1])
    }
  }

  @Test("an old sequence number is refused; the same one is not, for an update has many messages; silence forgets it, RFC 4822 §2.2")
  func replay() {
    let cloud = Self.spoke(Self.lines("md5"), lan: "")
    let old = Self.spoke(Self.lines("md5"))["s"].responses().last?.datagram.bytes ?? []
    let later = Self.spoke(Self.lines("md5").replacing("network 192.168.11.0", with: "network 192.168.12.0"), lan: "192.168.12.1/24")
    later.run(seconds: 31)
    cloud.input("s", Self.datagram(old))
    cloud.input("s", Self.datagram(old))
    #expect(cloud["s"].engine.traffic.responsesReceived == 2)
    cloud.input("s", Self.datagram(later["s"].responses().last?.datagram.bytes ?? []))
    #expect(cloud["s"].engine.traffic.responsesReceived == 3)
    cloud.input("s", Self.datagram(old))
    #expect(cloud["s"].engine.traffic.refused == [.replay: 1] && cloud["s"].records.contains { $0.kind == .ripReplayRefused })
    cloud.input("s", Self.datagram(old, from: "10.0.0.13"))
    #expect(cloud["s"].engine.traffic.responsesReceived == 4, "another neighbour has numbers of its own")
    cloud.run(seconds: 181)
    cloud.input("s", Self.datagram(old))
    #expect(cloud["s"].engine.traffic.responsesReceived == 5)
  }

  @Test("keys change without loss: a chain's second key is sent from its time on and accepted before")
  func keyChange() {
    let chain = """
      key chain K
       key 1
        key-string first
        send-lifetime 00:00:00 Jan 1 2020 22:14:00 Nov 14 2023
        accept-lifetime 00:00:00 Jan 1 2020 22:30:00 Nov 14 2023
       key 2
        key-string second
        send-lifetime 22:13:50 Nov 14 2023 infinite
      """
    let lines = "\(chain)\ninterface Tunnel0\n ip rip authentication mode md5\n ip rip authentication key-chain K"
    let cloud = RIPCloud()
    for (name, address, lan) in [("a", "10.0.0.1", "192.168.1.1"), ("b", "10.0.0.2", "192.168.2.1")] {
      let network = "network 10.0.0.0\n network 192.168.1.0\n network 192.168.2.0\n no auto-summary"
      cloud.add(
        name, "\(lines)\nrouter rip\n version 2\n \(network)", interfaces: ["Tunnel0 \(address)/24", "GigabitEthernet0/1 \(lan)/24"])
      #expect(cloud[name].editor.refusals == [])
    }
    cloud.connect([("a", 1), ("b", 1)])
    cloud.run(seconds: 200)
    let keys = cloud["a"].sent.compactMap { sent -> UInt8? in
      guard case .digest(let header, _)? = try? RIPMessage.decode(sent.datagram.bytes).authentication else { return nil }
      return header.keyID
    }
    #expect(Set(keys) == [1, 2] && keys == keys.sorted())
    #expect(cloud["b"].engine.traffic.refused.isEmpty && cloud["b"].table[net("192.168.1.0/24")] != nil)
  }

  @Test("without a key that holds nothing is sent")
  func noKey() {
    let cloud = Self.spoke(Self.lines("md5").replacing("key chain K", with: "key chain OTHER"))
    cloud.run(seconds: 60)
    #expect(!cloud["s"].sent.contains { $0.datagram.interface == InterfaceID(1) })
  }
}
