// SPDX-License-Identifier: GPL-3.0-or-later

/// Builds pcapng (draft-ietf-opsawg-pcapng) in memory: one little-endian section, interfaces of raw IP packets (LINKTYPE_RAW, 101),
/// nanosecond stamps. Who uses it decides where the bytes go.
public struct PcapngEncoder: Sendable {
  /// Blocks not taken yet; always whole ones.
  public private(set) var bytes: [UInt8] = []
  private var interfaceCount: UInt32 = 0

  private static let linkTypeRaw: UInt16 = 101

  /// Begins a section; `application` names the writer when it is not empty.
  public init(application: String = "") {
    // Byte order magic, version 1.0, section length not known.
    block(0x0a0d_0d0a) {
      $0.le32(0x1a2b_3c4d)
      $0.le16(1)
      $0.le16(0)
      $0.le32(.max)
      $0.le32(.max)
      guard !application.isEmpty else { return }
      $0.option(4, Array(application.utf8.prefix(255)))
      $0.option(0, [])
    }
  }

  /// Adds an interface and gives its number. `snapLength` 0 says that packets are whole.
  public mutating func addInterface(named name: String, snapLength: UInt32 = 0) -> UInt32 {
    defer { interfaceCount += 1 }
    block(1) {
      $0.le16(Self.linkTypeRaw)
      $0.le16(0)
      $0.le32(snapLength)
      $0.option(2, Array(name.utf8.prefix(255)))
      $0.option(9, [9])  // if_tsresol: 10⁻⁹ s
      $0.option(0, [])
    }
    return interfaceCount
  }

  /// Adds a packet, which begins with its IP header. `originalLength` says how long it was when only its beginning is here;
  /// `isInbound` and `comment` are told when given.
  public mutating func addPacket(
    _ packet: [UInt8], on interface: UInt32, unixNanoseconds: UInt64, originalLength: Int = 0, isInbound: Bool? = nil, comment: String = ""
  ) {
    block(6) {
      $0.le32(interface)
      $0.le32(UInt32(truncatingIfNeeded: unixNanoseconds >> 32))
      $0.le32(UInt32(truncatingIfNeeded: unixNanoseconds))
      $0.le32(UInt32(clamping: packet.count))
      $0.le32(UInt32(clamping: max(packet.count, originalLength)))
      $0 += packet
      $0.pad()
      if !comment.isEmpty { $0.option(1, Array(comment.utf8.prefix(4_096))) }
      if let isInbound { $0.option(2, [isInbound ? 1 : 2, 0, 0, 0]) }
      if !comment.isEmpty || isInbound != nil { $0.option(0, []) }
    }
  }

  /// Forgets the blocks built so far, once they are written elsewhere; their memory is reused.
  public mutating func removeWritten() { bytes.removeAll(keepingCapacity: true) }

  /// Type, length, body, length again.
  private mutating func block(_ type: UInt32, _ body: (inout [UInt8]) -> Void) {
    let start = bytes.count
    bytes.le32(type)
    bytes.le32(0)
    body(&bytes)
    let length = UInt32(clamping: bytes.count - start + 4)
    bytes.le32(length)
    for i in 0..<4 { bytes[start + 4 + i] = UInt8(truncatingIfNeeded: length >> UInt32(8 * i)) }
  }
}

extension [UInt8] {
  fileprivate mutating func le16(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  fileprivate mutating func le32(_ value: UInt32) {
    le16(UInt16(truncatingIfNeeded: value))
    le16(UInt16(truncatingIfNeeded: value >> 16))
  }

  /// To a multiple of four; every block begins at one.
  fileprivate mutating func pad() { while count % 4 != 0 { append(0) } }

  fileprivate mutating func option(_ code: UInt16, _ value: [UInt8]) {
    le16(code)
    le16(UInt16(clamping: value.count))
    self += value
    pad()
  }
}
