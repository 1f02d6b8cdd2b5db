// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

/// RFC 7606 as a table: one attribute spoiled in one named way, and what follows.
struct UpdateErrorTests {
  static let context = UpdateContext(isWide: true)
  static let origin = "40010100", path = "4002060201 0000fde9", hop = "4003040a000001", prefix = "18c0a801"

  static func message(_ attributes: String, withdrawn: String = "", nlri: String = prefix) -> [UInt8] {
    let a = hex(attributes), w = hex(withdrawn)
    return [UInt8(w.count >> 8), UInt8(w.count & 255)] + w + [UInt8(a.count >> 8), UInt8(a.count & 255)] + a + hex(nlri)
  }

  struct Case: CustomTestStringConvertible {
    let name: String, attributes: String, approach: ErrorApproach
    var testDescription: String { name }
    init(_ name: String, _ attributes: String, _ approach: ErrorApproach) {
      (self.name, self.attributes, self.approach) = (name, attributes, approach)
    }
  }

  static let cases: [Case] = [
    Case("nothing is wrong", origin + path + hop, .none),
    Case("ORIGIN of two octets, §7.1", "4001020000" + path + hop, .treatAsWithdraw),
    Case("ORIGIN of an unknown value, §7.1", "40010103" + path + hop, .treatAsWithdraw),
    Case("AS_PATH with a segment of no numbers, §7.2", origin + "4002020200" + hop, .treatAsWithdraw),
    Case("AS_PATH with an unknown segment, §7.2", origin + "4002060501 0000fde9" + hop, .treatAsWithdraw),
    Case("AS_PATH with a segment longer than it, §7.2", origin + "4002060202 0000fde9" + hop, .treatAsWithdraw),
    Case("AS_PATH may be empty, §4", origin + "400200" + hop, .none),
    Case("NEXT_HOP of three octets, §7.3", origin + path + "4003030a0000", .treatAsWithdraw),
    Case("MULTI_EXIT_DISC of two octets, §7.4", origin + path + hop + "8004020000", .treatAsWithdraw),
    Case("LOCAL_PREF of five octets, §7.5", origin + path + hop + "4005050000000064", .treatAsWithdraw),
    Case("ATOMIC_AGGREGATE with a value, §7.6", origin + path + hop + "40060100", .attributeDiscard),
    Case("AGGREGATOR of six octets from a wide speaker, §7.7", origin + path + hop + "c00706fde90a000001", .attributeDiscard),
    Case("COMMUNITIES of six octets, §7.8", origin + path + hop + "c00806000100010001", .treatAsWithdraw),
    Case("COMMUNITIES of none, §4", origin + path + hop + "c00800", .treatAsWithdraw),
    Case("ORIGINATOR_ID of two octets, §7.9", origin + path + hop + "8009020000", .treatAsWithdraw),
    Case("CLUSTER_LIST of five octets, §7.10", origin + path + hop + "800a050000000001", .treatAsWithdraw),
    Case("extended communities of seven octets, §7.14", origin + path + hop + "c0100700000000000000", .treatAsWithdraw),
    Case("large communities of eleven octets, RFC 8092 §5", origin + path + hop + "c0200b0000000000000000000000", .treatAsWithdraw),
    Case("wrong flags of a well-known attribute, §3 c", "c0010100" + path + hop, .treatAsWithdraw),
    Case("an unknown well-known attribute", origin + path + hop + "40630100", .treatAsWithdraw),
    Case("an unknown optional one is kept", origin + path + hop + "c0630100", .none),
    Case("ORIGIN is missing, §3 d", path + hop, .treatAsWithdraw),
    Case("NEXT_HOP is missing, §3 d", origin + path, .treatAsWithdraw),
    Case("an attribute longer than the list, §4", origin + path + hop + "8004ff00", .treatAsWithdraw),
    Case("two octets are left, §4", origin + path + hop + "8004", .treatAsWithdraw),
    Case("a second ORIGIN is left out, §3 g", origin + path + hop + "40010103", .none),
  ]

  @Test("one spoiled attribute does what its section says, and never more", arguments: cases)
  func spoiled(_ one: Case) throws {
    let update = try UpdateMessage.decode(Self.message(one.attributes), Self.context)
    #expect(update.approach == one.approach)
    #expect(update.nlri.count == 1)
  }

  @Test(
    "what only our own AS may send is left out of another AS' update, whatever is wrong with it, §7.5, §7.9, §7.10",
    arguments: [
      ("LOCAL_PREF", "4005050000000064"), ("ORIGINATOR_ID", "8009020000"), ("CLUSTER_LIST", "800a050000000001"),
      ("the flags of LOCAL_PREF", "c0050400000064"),
    ])
  func external(name: String, attribute: String) throws {
    let bytes = Self.message(Self.origin + Self.path + Self.hop + attribute)
    let update = try UpdateMessage.decode(bytes, UpdateContext(isWide: true, isInternal: false))
    #expect(update.approach == .attributeDiscard && update.nlri.count == 1, "\(name)")
    #expect(try UpdateMessage.decode(bytes, Self.context).approach == .treatAsWithdraw, "\(name)")
  }

  @Test(
    "only what hides the prefixes ends the session, §3 b, §3 g, §5.2, §5.3",
    arguments: [
      ("withdrawn routes longer than the message", "00ff0000", BGPError.Code.update, 1),
      ("attributes longer than the message", "000000ff", .update, 1),
      ("a prefix of 33 bits", "00000000 21c0a80100 00", .update, 10),
      ("a prefix that is cut", "00000000 18c0a8", .update, 10),
      ("a withdrawn prefix of 33 bits", "0006 21c0a8010000 0000", .update, 10),
      ("MP_REACH twice", "00000012 800e0600010100 0000 800e0600010100 0000", .update, 9),
      ("MP_UNREACH twice", "0000000c 800f03000101 800f03000101", .update, 1),
      ("MP_UNREACH with wrong flags", "00000006 c00f03000101", .update, 9),
      ("no prefixes and a broken attribute", "00000004 40010103", .update, 1),
    ])
  func framing(name: String, bytes: String, code: BGPError.Code, subcode: Int) {
    #expect(throws: BGPError(code, UInt8(subcode)), "\(name)") { try UpdateMessage.decode(hex(bytes), Self.context) }
  }

  @Test("an empty UPDATE, and an MP_UNREACH without prefixes, end a table, RFC 4724 §2")
  func endOfTable() throws {
    #expect(try UpdateMessage.decode(hex("00000000"), Self.context).endOfTable == .ipv4)
    #expect(try UpdateMessage.decode(hex("00000006 800f03000201"), Self.context).endOfTable == .ipv6)
    #expect(try UpdateMessage.decode(hex("0000000b 800f08000201 2020010db8"), Self.context).endOfTable == nil)
  }

  @Test("IPv6 prefixes with a link-local next hop are written as they came, RFC 2545 §3")
  func ipv6() throws {
    let reach =
      "800e37 000201 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 30 20010db80002 00 4120010db800030000 80"
    let bytes = hex("0000 0047" + reach + origin6 + "4002 06 0201 0000fde9")
    let update = try UpdateMessage.decode(bytes, Self.context)
    guard case .mpReach(let value)? = update.attributes.first?.value else { throw TestFailure("no MP_REACH") }
    #expect(value.nextHop == IPAddress("2001:db8::1"))
    #expect(value.linkLocal == IPAddress("fe80::1"))
    #expect(value.nlri.map { "\($0.prefix)" } == ["2001:db8:2::/48", "::/0", "2001:db8:3:0:8000::/65"])
    #expect(Array(update.encode(Self.context).dropFirst(19)) == bytes)
  }

  private var origin6: String { "40010100" }

  @Test("prefixes carry the numbers of their paths where that was agreed on, RFC 7911 §3")
  func pathIDs() throws {
    let context = UpdateContext(isWide: true, hasPathIDs: [true, false])
    let bytes = Self.message(Self.origin + Self.path + Self.hop, nlri: "00000001 18c0a801 00000002 18c0a801")
    let update = try UpdateMessage.decode(bytes, context)
    #expect(update.nlri.map(\.pathID) == [1, 2])
    #expect(Array(update.encode(context).dropFirst(19)) == bytes)
  }
}
