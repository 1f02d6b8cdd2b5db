// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import RIP
import Testing
import Wire

/// Messages as others sent them.
struct CapturedMessage: CustomTestStringConvertible, Sendable {
  var source: String
  var bytes: [UInt8]
  var testDescription: String { source }

  static let all: [CapturedMessage] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Captures/rip-messages.txt")
    let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n")
    return zip(lines, lines.dropFirst()).compactMap { above, line in
      above.hasPrefix("#") && !line.hasPrefix("#") ? CapturedMessage(source: String(above.dropFirst(2)), bytes: hex(line)) : nil
    }
  }()
}

/// Signed messages, computed with Python's hashlib and hmac by the procedure of RFC 4822 §2.5 and RFC 2082 §3.2.1: key 7, sequence
/// 0x01020304, one network, 192.168.11.0/24 with metric 1.
enum SignedMessages {
  static let entry = "00020000c0a80b00ffffff000000000000000001"
  static let text = "02020000ffff00026c61622d6b657900000000000000000000020000c0a80b00ffffff000000000000000001"
  static let md5 =
    "02020000ffff0003002c071001020304000000000000000000020000c0a80b00ffffff000000000000000001ffff0001bf6581dee80dc5ca5cd1ec263ef0278c"
  static let md5Counting20 =
    "02020000ffff0003002c071401020304000000000000000000020000c0a80b00ffffff000000000000000001ffff00017e13c30f3fb50c52cf72890922e7f1b3"
  static let sha1 =
    "02020000ffff0003002c071401020304000000000000000000020000c0a80b00ffffff000000000000000001ffff0001f8f35896cbba6044bdaa127a9c21cf6f34af7587"
  static let sha256 =
    "02020000ffff0003002c072001020304000000000000000000020000c0a80b00ffffff000000000000000001ffff0001"
    + "b4d7d7ff7c7000ec6985d19a85f89f54c05ea0d2b90be5232d6200054d519586"
  static let sha384 =
    "02020000ffff0003002c073001020304000000000000000000020000c0a80b00ffffff000000000000000001ffff0001"
    + "6133756eac4f07dd62706841028253ffd6d8b7abaaf225fea38912a5e1b5a63636d5175be2bb1e61052e14c66d452b2f"
  static let sha512 =
    "02020000ffff0003002c074001020304000000000000000000020000c0a80b00ffffff000000000000000001ffff0001"
    + "e7cf5ede1588d72ea6188a38236f3ea9c09f85cf943355e13b47c84ad4bfad50bde5c001dbaac377a17e2d53a76d5debf55d81624c35d52db929f8731764d80b"
  static let longKey = "a key of forty-five bytes, longer than SHA-1s"
  static let sha1LongKey =
    "02020000ffff0003002c071401020304000000000000000000020000c0a80b00ffffff000000000000000001ffff000171e94ec11c0a618da60460e3104d06002981ee57"
  static let sha1LongKeyOfLibraries =
    "02020000ffff0003002c071401020304000000000000000000020000c0a80b00ffffff000000000000000001ffff000195dd9297384ddd3bb956da9d16e2ac5e52fad9ae"
  static let all = [text, md5, md5Counting20, sha1, sha256, sha384, sha512]
}

@Suite("RIP messages")
struct RIPMessageTests {
  static let everything = CapturedMessage.all.map(\.bytes) + SignedMessages.all.map { hex($0) }

  @Test("a captured message decodes and encodes to the same bytes", arguments: CapturedMessage.all)
  func captured(_ message: CapturedMessage) throws {
    #expect(try RIPMessage.decode(message.bytes).encode() == message.bytes)
  }

  @Test("there are 29 captured messages: 17 of FRR, 12 of IOS")
  func count() { #expect(CapturedMessage.all.count == 29) }

  @Test("a signed message decodes and encodes to the same bytes, RFC 4822 §2.1", arguments: SignedMessages.all)
  func signed(_ text: String) throws { #expect(hexText(try RIPMessage.decode(hex(text)).encode()) == text) }

  @Test("FRR's update names the spoke as the next hop of its network, RFC 2453 §4.4")
  func frrNextHop() throws {
    let message = try RIPMessage.decode(CapturedMessage.all[8].bytes)
    #expect(message.command == .response && message.version == 2 && message.entries.count == 3)
    #expect(message.entries[2] == RIPRouteEntry(net("192.168.11.0/24"), metric: 2, nextHop: ip("172.16.0.11")))
  }

  @Test("a request of one entry with family 0 and metric 16 asks for everything, RFC 2453 §3.9.1")
  func wholeTable() throws {
    #expect(try RIPMessage.decode(CapturedMessage.all[0].bytes).isWholeTableRequest)
    #expect(RIPMessage(.request, entries: [.wholeTable]).encode() == CapturedMessage.all[0].bytes)
    #expect(!RIPMessage(.request, entries: [.wholeTable, .wholeTable]).isWholeTableRequest)
  }

  @Test("a truncated message is a typed error, or where it ends behind an entry a shorter message", arguments: everything)
  func truncation(_ bytes: [UInt8]) {
    for count in 0..<bytes.count {
      let cut = Array(bytes[..<count])
      do throws(RIPDecodeError) {
        let message = try RIPMessage.decode(cut)
        #expect(count >= 4 && message.encode() == cut)
      } catch {
        #expect(RIPDecodeError.allCases.contains(error))
      }
    }
  }

  @Test("a message with one byte disturbed decodes to what encodes to it, or is a typed error", arguments: everything)
  func disturbance(_ bytes: [UInt8]) {
    for at in bytes.indices {
      for value in [0x00, 0x01, 0x7f, 0x80, 0xff, bytes[at] ^ 0x10] as [UInt8] {
        var disturbed = bytes
        disturbed[at] = value
        if let message = try? RIPMessage.decode(disturbed) { #expect(message.encode() == disturbed) }
      }
    }
  }

  @Test(
    "each way to be wrong has its error",
    arguments: [
      ("", .truncatedHeader), ("020200", .truncatedHeader), ("03020000", .unknownCommand), ("02000000", .badVersion),
      ("0202000000", .truncatedEntry), ("02020000" + String(repeating: SignedMessages.entry, count: 26), .tooManyEntries),
      ("02020000ffff0003002d0710010203040000000000000000" + "ffff000100", .badSignedLength),
      ("02020000ffff000300ff0710010203040000000000000000" + "ffff000100", .badSignedLength),
      ("02020000ffff000300180710010203040000000000000000" + "ffff000100", .badTrailer),
      ("02020000ffff000300180701010203040000000000000000" + "ffff000200", .badTrailer),
    ] as [(String, RIPDecodeError)])
  func errors(_ text: String, _ expected: RIPDecodeError) {
    #expect(throws: expected) { try RIPMessage.decode(hex(text)) }
  }

  @Test("a message of 25 entries is whole, RFC 2453 §3.6; of version 1 an entry 0xffff is no authentication")
  func borders() throws {
    #expect(try RIPMessage.decode(hex("02020000" + String(repeating: SignedMessages.entry, count: 25))).entries.count == 25)
    let old = try RIPMessage.decode(hex("02010000ffff0002" + String(repeating: "00", count: 16)))
    #expect(old.authentication == nil && old.entries.count == 1)
  }

  @Test("a password is never part of a text")
  func redaction() throws {
    let message = try RIPMessage.decode(hex(SignedMessages.text))
    #expect(!"\(message)".contains("108") && !"\(message)".contains("lab-key"))
    var dumped = ""
    dump(message, to: &dumped)
    #expect(!dumped.contains("108"))
  }
}
