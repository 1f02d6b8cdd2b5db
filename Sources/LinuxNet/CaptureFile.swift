// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// A capture file in pcapng (draft-ietf-opsawg-pcapng), with nanosecond stamps and two interfaces of raw IP packets:
/// 0 `outer` is what is on the wire, 1 `inner` is what the tunnel carries.
///
/// Blocks are gathered and written whole, so that a reader of the growing file never meets half a block for long.
public final class CaptureFile {
  /// Which of the two interfaces a packet belongs to.
  public enum Interface: UInt32, Sendable {
    /// The packet on the wire, outer header first.
    case outer = 0
    /// The packet inside the tunnel.
    case inner = 1
  }

  /// Where the file is.
  public let path: String
  /// How many packets were written.
  public private(set) var packetCount: UInt64 = 0
  private let file: Descriptor
  private var block: [UInt8] = []

  private static let flushBytes = 256 << 10
  /// LINKTYPE_RAW: an IPv4 or IPv6 packet without anything in front.
  private static let linkType: UInt16 = 101
  private static let sectionHeader: UInt32 = 0x0a0d_0d0a
  private static let byteOrderMagic: UInt32 = 0x1a2b_3c4d
  private static let interfaceDescription: UInt32 = 1
  private static let enhancedPacket: UInt32 = 6

  /// Makes the file (mode 0600, replacing what it held) and writes its headers. `application` names the writer.
  public init(path: String, application: String, snapLength: Int) throws(SystemError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    file = try Descriptor(open(path, flags, 0o600), "create \(path)")
    writeSection(application)
    for name in ["outer", "inner"] { writeInterface(name, UInt32(clamping: snapLength)) }
    try flush()
  }

  deinit { try? flush() }

  /// Appends a packet. `wallNanoseconds` since 1970; `isInbound` as seen from the node.
  public func append(
    _ bytes: [UInt8], originalLength: Int, on interface: Interface, isInbound: Bool, wallNanoseconds: Int64
  ) throws(SystemError) {
    let start = begin(Self.enhancedPacket)
    let stamp = UInt64(bitPattern: max(0, wallNanoseconds))
    word(interface.rawValue)
    word(UInt32(truncatingIfNeeded: stamp >> 32))
    word(UInt32(truncatingIfNeeded: stamp))
    word(UInt32(clamping: bytes.count))
    word(UInt32(clamping: max(originalLength, bytes.count)))
    padded(bytes)
    option(2, hostBytes(UInt32(isInbound ? 1 : 2)))
    option(0, [])
    end(start)
    packetCount += 1
    if block.count >= Self.flushBytes { try flush() }
  }

  /// Writes what was gathered.
  public func flush() throws(SystemError) {
    defer { block.removeAll(keepingCapacity: true) }
    var done = 0
    while done < block.count {
      let count = block.withUnsafeBytes { bytes in
        retrying { write(file.rawValue, bytes.baseAddress.map { $0 + done }, bytes.count - done) }
      }
      guard count > 0 else { throw .last("write \(path)") }
      done += count
    }
  }

  // MARK: Blocks

  private func writeSection(_ application: String) {
    let start = begin(Self.sectionHeader)
    word(Self.byteOrderMagic)
    half(1)
    half(0)
    // The section's length is not known yet.
    word(.max)
    word(.max)
    option(4, Array(application.utf8))
    option(0, [])
    end(start)
  }

  private func writeInterface(_ name: String, _ snapLength: UInt32) {
    let start = begin(Self.interfaceDescription)
    half(Self.linkType)
    half(0)
    word(snapLength)
    option(2, Array(name.utf8))
    option(9, [9])  // stamps count nanoseconds
    option(0, [])
    end(start)
  }

  private func begin(_ type: UInt32) -> Int {
    defer {
      word(type)
      word(0)
    }
    return block.count
  }

  /// A block says its length in front and behind.
  private func end(_ start: Int) {
    let length = hostBytes(UInt32(block.count - start + 4))
    block.replaceSubrange(start + 4..<start + 8, with: length)
    block += length
  }

  private func word(_ value: UInt32) { block += hostBytes(value) }
  private func half(_ value: UInt16) { block += hostBytes(value) }

  private func padded(_ bytes: [UInt8]) {
    block += bytes
    while block.count % 4 != 0 { block.append(0) }
  }

  private func option(_ code: UInt16, _ value: [UInt8]) {
    half(code)
    half(UInt16(clamping: value.count))
    padded(value)
  }
}
