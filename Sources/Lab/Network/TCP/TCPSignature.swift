// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// The MD5 option of a received segment (RFC 2385 §2), with what it covers. The digest itself is a function given from outside.
struct TCPSignature: Sendable, Equatable {
  /// The sixteen bytes in the option.
  let digest: [UInt8]
  /// All that goes into the digest before the key.
  let covered: [UInt8]

  /// Keeps what a received packet's digest covers.
  init(digest: [UInt8], of packet: [UInt8], at place: TransportPlace, payload: [UInt8]) {
    self.digest = digest
    let start = place.range.lowerBound
    covered = TCPSignature.covered(
      place.source, place.destination, header: packet[start..<min(start + 20, place.range.upperBound)], payload: payload,
      length: place.range.count)
  }

  /// Whether the digest is that of `key`. Takes the same time wherever the two differ.
  func isMade(with key: SecretBytes, by compute: LabTCP.Digest) -> Bool {
    let expected = compute(covered, key)
    guard expected.count == digest.count else { return false }
    return zip(expected, digest).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The pseudo header, the header without options and with a checksum of zero, and the data (RFC 2385 §2.0).
  static func covered(
    _ source: IPAddress, _ destination: IPAddress, header: some Collection<UInt8>, payload: [UInt8], length: Int
  ) -> [UInt8] {
    var writer = ByteWriter(capacity: 60 + payload.count)
    writer.put(source.bytes)
    writer.put(destination.bytes)
    if source.isV4 {
      writer.u16(UInt16(TCPSegment.protocolNumber))
      writer.u16(UInt16(clamping: length))
    } else {
      writer.u32(UInt32(clamping: length))
      writer.u32(UInt32(TCPSegment.protocolNumber))
    }
    let checksumOffset = writer.count + 16
    writer.put(header)
    writer.patch(u16: 0, at: checksumOffset)
    writer.put(payload)
    return writer.bytes
  }
}
