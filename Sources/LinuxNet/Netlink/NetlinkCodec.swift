// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

// Netlink speaks the host's byte order, and pads every message and attribute to four bytes.

/// Bytes of a netlink message that may be read at any offset; what is not there reads as nil.
struct NetlinkBytes {
  let raw: UnsafeRawBufferPointer

  init(_ raw: UnsafeRawBufferPointer) { self.raw = raw }

  var count: Int { raw.count }

  func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T? {
    guard offset >= 0, offset <= raw.count - MemoryLayout<T>.size else { return nil }
    return raw.loadUnaligned(fromByteOffset: offset, as: T.self)
  }

  /// The bytes from `start` to `end`; nil where they are not all there.
  func part(from start: Int, to end: Int) -> NetlinkBytes? {
    guard start >= 0, start <= end, end <= raw.count else { return nil }
    return NetlinkBytes(UnsafeRawBufferPointer(rebasing: raw[start..<end]))
  }

  /// A zero-terminated (or not) text, as the kernel writes names.
  var text: String { String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self) }

  var address: IPAddress? { IPAddress(bytes: raw) }
}

/// One netlink message, borrowed from the receive buffer for the duration of a call.
struct NetlinkMessage {
  let type: UInt16
  let flags: UInt16
  let sequence: UInt32
  let body: NetlinkBytes

  static let headerByteCount = 16

  /// Calls `body` with each whole message in `bytes`; stops at the first broken length.
  static func forEach<E: Error>(in bytes: NetlinkBytes, _ body: (NetlinkMessage) throws(E) -> Void) throws(E) {
    var at = 0
    while let length = bytes.load(UInt32.self, at: at), length >= headerByteCount,
      let whole = bytes.part(from: at, to: at + Int(length)), let message = NetlinkMessage(whole)
    {
      try body(message)
      at += (Int(length) + 3) & ~3
    }
  }

  private init?(_ whole: NetlinkBytes) {
    guard let type = whole.load(UInt16.self, at: 4), let flags = whole.load(UInt16.self, at: 6),
      let sequence = whole.load(UInt32.self, at: 8), let body = whole.part(from: Self.headerByteCount, to: whole.count)
    else { return nil }
    (self.type, self.flags, self.sequence, self.body) = (type, flags, sequence, body)
  }

  /// The attributes behind a fixed part of `offset` bytes.
  func attributes(from offset: Int) -> NetlinkAttributes {
    NetlinkAttributes(body.part(from: offset, to: body.count))
  }
}

/// A list of attributes; a broken length ends it.
struct NetlinkAttributes {
  private let bytes: NetlinkBytes?

  init(_ bytes: NetlinkBytes?) { self.bytes = bytes }

  /// The contents of the first attribute of a type.
  subscript(_ wanted: UInt16) -> NetlinkBytes? {
    guard let bytes else { return nil }
    var at = 0
    while let length = bytes.load(UInt16.self, at: at), length >= 4, let type = bytes.load(UInt16.self, at: at + 2),
      let contents = bytes.part(from: at + 4, to: at + Int(length))
    {
      // The two upper bits say "nested" and "network byte order".
      if type & 0x3fff == wanted { return contents }
      at += (Int(length) + 3) & ~3
    }
    return nil
  }

  func u32(_ type: UInt16) -> UInt32? { self[type]?.load(UInt32.self, at: 0) }
  func text(_ type: UInt16) -> String? { self[type]?.text }
  func address(_ type: UInt16) -> IPAddress? { self[type]?.address }
  func nested(_ type: UInt16) -> NetlinkAttributes? { self[type].map { NetlinkAttributes($0) } }
}

/// Builds one request.
struct NetlinkRequest {
  private(set) var bytes: [UInt8] = []

  /// Starts a request; `fixed` is the part between header and attributes, already in host order.
  init(type: UInt16, flags: UInt16, fixed: [UInt8]) {
    append(UInt32(0))
    append(type)
    append(flags | NetlinkNumber.request)
    append(UInt64(0))
    bytes += fixed
  }

  private mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  mutating func attribute(_ type: UInt16, _ contents: some Collection<UInt8>) {
    pad()
    append(UInt16(truncatingIfNeeded: 4 + contents.count))
    append(type)
    bytes += contents
  }

  mutating func attribute(_ type: UInt16, _ value: UInt32) {
    attribute(type, hostBytes(value))
  }

  /// The request with its length and `sequence` filled in.
  func finished(sequence: UInt32) -> [UInt8] {
    var whole = self
    whole.pad()
    whole.bytes.replaceSubrange(0..<4, with: hostBytes(UInt32(whole.bytes.count)))
    whole.bytes.replaceSubrange(8..<12, with: hostBytes(sequence))
    return whole.bytes
  }
}

/// The bytes of a number in the host's order.
func hostBytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value) { Array($0) }
}
