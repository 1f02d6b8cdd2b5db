// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Wire

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
  private var encoder: PcapngEncoder

  private static let flushBytes = 256 << 10

  /// Makes the file (mode 0600, replacing what it held) and writes its headers. `application` names the writer.
  public init(path: String, application: String, snapLength: Int) throws(SystemError) {
    self.path = path
    let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
    file = try Descriptor(open(path, flags, 0o600), "create \(path)")
    encoder = PcapngEncoder(application: application)
    for name in ["outer", "inner"] { _ = encoder.addInterface(named: name, snapLength: UInt32(clamping: snapLength)) }
    try flush()
  }

  deinit { try? flush() }

  /// Appends a packet. `wallNanoseconds` since 1970; `isInbound` as seen from the node.
  public func append(
    _ bytes: [UInt8], originalLength: Int, on interface: Interface, isInbound: Bool, wallNanoseconds: Int64
  ) throws(SystemError) {
    encoder.addPacket(
      bytes, on: interface.rawValue, unixNanoseconds: UInt64(max(0, wallNanoseconds)), originalLength: originalLength, isInbound: isInbound)
    packetCount += 1
    if encoder.bytes.count >= Self.flushBytes { try flush() }
  }

  /// Writes what was gathered.
  public func flush() throws(SystemError) {
    defer { encoder.removeWritten() }
    let block = encoder.bytes
    var done = 0
    while done < block.count {
      let count = block.withUnsafeBytes { bytes in
        retrying { write(file.rawValue, bytes.baseAddress.map { $0 + done }, bytes.count - done) }
      }
      guard count > 0 else { throw .last("write \(path)") }
      done += count
    }
  }
}
