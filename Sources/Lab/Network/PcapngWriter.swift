// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import ProtocolKit
import Wire

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
  private var encoder = PcapngEncoder()
  private var file: UnsafeMutablePointer<FILE>?
  private let isInMemory: Bool
  private var failure: PcapngError?
  private var isClosed = false
  private var interfaces: [String: UInt32] = [:]
  private let unixNanosecondsAtStart: UInt64

  private init(file: UnsafeMutablePointer<FILE>?, unixNanosecondsAtStart: UInt64) {
    (self.file, isInMemory, self.unixNanosecondsAtStart) = (file, file == nil, unixNanosecondsAtStart)
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
  public var bytes: [UInt8] { encoder.bytes }

  /// The interface called `name`, made when it is first asked for. Beyond 8,192 interfaces all others are one.
  public func interface(named name: String) -> Interface {
    if let number = interfaces[name] { return Interface(number: number) }
    guard interfaces.count < NetworkLimits.captureInterfaces else { return Interface(number: UInt32(interfaces.count - 1)) }
    let number = encoder.addInterface(named: name)
    interfaces[name] = number
    flushIfFull()
    return Interface(number: number)
  }

  /// Writes a packet, which begins with its IP header; `originalLength` says how long it was when only its beginning is here.
  public func write(_ packet: [UInt8], on interface: Interface, at time: Instant, comment: String? = nil, originalLength: Int? = nil) {
    guard failure == nil, !isClosed, packet.count <= 1 << 18, !isInMemory || encoder.bytes.count < NetworkLimits.captureMemoryBytes else {
      skippedCount += 1
      return
    }
    let stamp = unixNanosecondsAtStart &+ UInt64(bitPattern: time.nanoseconds)
    encoder.addPacket(packet, on: interface.number, unixNanoseconds: stamp, originalLength: originalLength ?? 0, comment: comment ?? "")
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

  private func flushIfFull() { if encoder.bytes.count >= NetworkLimits.captureBufferBytes { writeOut() } }

  private func writeOut() {
    guard let file, !encoder.bytes.isEmpty else { return }
    if failure == nil, fwrite(encoder.bytes, 1, encoder.bytes.count, file) != encoder.bytes.count { failure = .cannotWrite(errno: errno) }
    encoder.removeWritten()
  }
}
