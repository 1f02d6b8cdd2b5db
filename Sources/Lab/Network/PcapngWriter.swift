// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import ProtocolKit

/// Why a capture could not be written or read.
public enum PcapngError: Error, Equatable, Sendable {
  /// The file could not be opened: its path and `errno`.
  case cannotOpen(String, errno: Int32)
  /// Writing failed: `errno`.
  case cannotWrite(errno: Int32)
  /// Not a pcapng section in little endian.
  case notPcapng
  /// A block contradicts its lengths, at this offset.
  case badBlock(offset: Int)
}

/// Writes captures as pcapng (draft-ietf-opsawg-pcapng): one section, an interface block per name, nanosecond time stamps, packets that
/// begin with their IP header (LINKTYPE_RAW, 101), and a comment where there is something to say.
///
/// Bytes are buffered up to 256 KiB and then written. A failed write is remembered: what follows is thrown away, and `close` tells.
public final class PcapngWriter {
  /// An interface of the capture.
  public struct Interface: Hashable, Sendable {
    let number: UInt32
  }

  /// Packets written.
  public private(set) var packetCount: UInt64 = 0
  /// Packets a capture in memory had no room for, or that came after a failed write.
  public private(set) var skippedCount: UInt64 = 0
  private var buffer: [UInt8] = []
  private var file: UnsafeMutablePointer<FILE>?
  private let isInMemory: Bool
  private var failure: PcapngError?
  private var isClosed = false
  private var interfaces: [String: UInt32] = [:]
  private let unixNanosecondsAtStart: UInt64

  private init(file: UnsafeMutablePointer<FILE>?, unixNanosecondsAtStart: UInt64) {
    (self.file, isInMemory, self.unixNanosecondsAtStart) = (file, file == nil, unixNanosecondsAtStart)
    // Length 28, byte order magic, version 1.0, section length not known; without options.
    appendBlock(0x0a0d_0d0a) { $0.le32(0x1a2b_3c4d); $0.le16(1); $0.le16(0); $0.le32(.max); $0.le32(.max) }
  }

  /// Writes into memory; `unixNanosecondsAtStart` is the wall time of `Instant.start`.
  public static func inMemory(unixNanosecondsAtStart: UInt64 = 0) -> PcapngWriter {
    PcapngWriter(file: nil, unixNanosecondsAtStart: unixNanosecondsAtStart)
  }

  /// Writes into a new file at `path`, in place of what was there.
  public static func file(at path: String, unixNanosecondsAtStart: UInt64 = 0) throws(PcapngError) -> PcapngWriter {
    guard let file = fopen(path, "we") else { throw .cannotOpen(path, errno: errno) }
    return PcapngWriter(file: file, unixNanosecondsAtStart: unixNanosecondsAtStart)
  }

  deinit { if let file { fclose(file) } }

  /// What was captured into memory so far; of a capture into a file, what is not written out yet.
  public var bytes: [UInt8] { buffer }

  /// The interface called `name`, made when it is first asked for. Beyond 8,192 interfaces all others are one.
  public func interface(named name: String) -> Interface {
    if let number = interfaces[name] { return Interface(number: number) }
    guard interfaces.count < NetworkLimits.captureInterfaces else { return Interface(number: UInt32(interfaces.count - 1)) }
    let number = UInt32(interfaces.count)
    interfaces[name] = number
    appendBlock(1) {
      $0.le16(101)
      $0.le16(0)
      $0.le32(0)  // no snap length
      $0.option(2, Array(name.utf8.prefix(255)))
      $0.option(9, [9])  // if_tsresol: 10⁻⁹ s
      $0.option(0, [])
    }
    flushIfFull()
    return Interface(number: number)
  }

  /// Writes a packet, which begins with its IP header; `originalLength` says how long it was when only its beginning is here.
  public func write(_ packet: [UInt8], on interface: Interface, at time: Instant, comment: String? = nil, originalLength: Int? = nil) {
    guard failure == nil, !isClosed, packet.count <= 1 << 18, !isInMemory || buffer.count < NetworkLimits.captureMemoryBytes else {
      skippedCount += 1
      return
    }
    let stamp = unixNanosecondsAtStart &+ UInt64(bitPattern: time.nanoseconds)
    appendBlock(6) {
      $0.le32(interface.number)
      $0.le32(UInt32(truncatingIfNeeded: stamp >> 32))
      $0.le32(UInt32(truncatingIfNeeded: stamp))
      $0.le32(UInt32(packet.count))
      $0.le32(UInt32(clamping: max(packet.count, originalLength ?? 0)))
      $0 += packet
      $0.pad()
      guard let comment, !comment.isEmpty else { return }
      $0.option(1, Array(comment.utf8.prefix(4096)))
      $0.option(0, [])
    }
    packetCount += 1
    flushIfFull()
  }

  /// Writes out what is buffered, for a reader that follows the file.
  public func flush() {
    writeOut()
    if let file, failure == nil, fflush(file) != 0 { failure = .cannotWrite(errno: errno) }
  }

  /// Ends the capture; throws the first failure of any write.
  public func close() throws(PcapngError) {
    flush()
    isClosed = true
    if let file {
      self.file = nil
      if fclose(file) != 0, failure == nil { failure = .cannotWrite(errno: errno) }
    }
    if let failure { throw failure }
  }

  /// Type, length, body, length again.
  private func appendBlock(_ type: UInt32, _ body: (inout [UInt8]) -> Void) {
    let start = buffer.count
    buffer.le32(type)
    buffer.le32(0)
    body(&buffer)
    let length = UInt32(buffer.count - start + 4)
    buffer.le32(length)
    for i in 0..<4 { buffer[start + 4 + i] = UInt8(truncatingIfNeeded: length >> UInt32(8 * i)) }
  }

  private func flushIfFull() { if buffer.count >= NetworkLimits.captureBufferBytes { writeOut() } }

  private func writeOut() {
    guard let file, !buffer.isEmpty else { return }
    if failure == nil, fwrite(buffer, 1, buffer.count, file) != buffer.count { failure = .cannotWrite(errno: errno) }
    buffer.removeAll(keepingCapacity: true)
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
    le16(UInt16(value.count))
    self += value
    pad()
  }
}
