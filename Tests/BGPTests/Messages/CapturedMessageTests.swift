// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Testing
import Wire

/// Every different message of our captures of FRR and of public ones of IOS.
struct CapturedMessageTests {
  @Test("the fixtures hold 26 messages of all kinds that occur in them")
  func fixtures() throws {
    #expect(CapturedMessage.all.count == 26)
    #expect(Set(CapturedMessage.all.map { $0.bytes[18] }) == [1, 2, 4])
  }

  @Test("a captured message is encoded again to the same bytes", arguments: CapturedMessage.all)
  func sameBytes(_ captured: CapturedMessage) throws {
    let (message, length) = try #require(try BGPMessage.decode(captured.bytes, captured.context))
    #expect(length == captured.bytes.count)
    #expect(hexText(message.encode(captured.context)) == hexText(captured.bytes))
    if case .update(let update) = message { #expect(update.approach == .none) }
  }

  @Test("a captured UPDATE built again from its named parts gives the same bytes")
  func sameBytesFromParts() throws {
    for captured in CapturedMessage.all {
      guard case .update(let update)? = try BGPMessage.decode(captured.bytes, captured.context)?.0 else { continue }
      let attributes = update.attributes.map { PathAttribute($0.value, flags: $0.flags) }
      let rebuilt = UpdateMessage(withdrawn: update.withdrawn, attributes: attributes, nlri: update.nlri)
      #expect(hexText(rebuilt.encode(captured.context)) == hexText(captured.bytes), "\(captured.name)")
    }
  }

  @Test("FRR's OPEN says what it can, RFC 5492")
  func open() throws {
    let captured = try #require(CapturedMessage.all.first { $0.name.hasPrefix("frr") && $0.bytes[18] == 1 })
    guard case .open(let open)? = try BGPMessage.decode(captured.bytes, captured.context)?.0 else { throw TestFailure("no OPEN") }
    #expect(open.version == 4)
    #expect(open.capabilities.contains(.routeRefresh))
    #expect(open.capabilities.contains(.multiprotocol(afi: 1, reserved: 0, safi: 1)))
    #expect(open.capabilities.contains(.fourOctetAS(open.asNumber)))
  }

  @Test("every truncation and every disturbed byte is handled without a trap, with either width of AS numbers and with path numbers")
  func disturbed() {
    let contexts = [UpdateContext(isWide: true), UpdateContext(isWide: false), UpdateContext(isWide: true, hasPathIDs: [true, true])]
    var random = RandomBytes(seed: 7606)
    var changed: Set<String> = []
    for captured in CapturedMessage.all {
      for context in contexts {
        for length in 0..<captured.bytes.count { _ = try? BGPMessage.decode(Array(captured.bytes[..<length]), context) }
        for at in captured.bytes.indices {
          for _ in 0..<8 {
            var bytes = captured.bytes
            bytes[at] = random.next()
            _ = try? BGPMessage.decode(bytes, context)
            // The same behind a sound header, so that what is in it is reached.
            for i in 0..<16 { bytes[i] = 0xff }
            bytes[16] = UInt8(bytes.count >> 8)
            bytes[17] = UInt8(bytes.count & 255)
            guard let decoded = try? BGPMessage.decode(bytes, context) else { continue }
            if case .update(let update) = decoded.0, update.approach != .none { continue }
            let again = try? BGPMessage.decode(decoded.0.encode(context), context)
            if again?.0 != decoded.0 { changed.insert(captured.name) }
          }
        }
      }
    }
    #expect(changed.isEmpty, "what decodes is encoded to the same: \(changed.sorted())")
  }
}

/// Why a test cannot go on.
struct TestFailure: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

/// Bytes from a seed.
struct RandomBytes {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt8 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt8(truncatingIfNeeded: state >> 33)
  }
}
