// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

extension TCPSegment {
  /// How many bytes a header with the digest option is longer: kind, length, digest and two of padding.
  static let digestOptionBytes = 20

  /// The whole packet, signed where there is a key. Nothing fragments it (DF): path MTU discovery is the endpoints'.
  func packet(signedWith key: SecretBytes?, _ digest: LabTCP.Digest) -> [UInt8] {
    var tcp = header(hasDigest: key != nil)
    let headerCount = tcp.count, count = headerCount + payload.count
    if let key {
      let covered = TCPSignature.covered(pair.local, pair.remote, header: tcp[..<20], payload: payload, length: count)
      let value = digest(covered, key)
      for (i, byte) in value.prefix(16).enumerated() { tcp[headerCount - 16 + i] = byte }
    }
    var packet = ipHeader(payloadCount: count)
    let start = packet.count
    packet += tcp
    packet += payload
    let sum = packet.checksum(start, count, initial: TCPChecksum.pseudoHeader(pair.local, pair.remote, count))
    packet.set(start + 16, u16: sum)
    return packet
  }

  /// The TCP header with its options; checksum and digest are zero. The digest is last.
  private func header(hasDigest: Bool) -> [UInt8] {
    let optionCount = (segmentBytesLimit == nil ? 0 : 4) + (hasDigest ? Self.digestOptionBytes : 0)
    var writer = ByteWriter(capacity: 20 + optionCount)
    writer.u16(pair.localPort)
    writer.u16(pair.remotePort)
    writer.u32(sequence.rawValue)
    writer.u32(flags.contains(.ack) ? acknowledgement.rawValue : 0)
    writer.u8(UInt8((20 + optionCount) / 4) << 4)
    writer.u8(flags.rawValue)
    writer.u16(window)
    writer.u32(0)
    if let limit = segmentBytesLimit {
      writer.put([TCPOption.segmentBytesLimit, 4])
      writer.u16(limit)
    }
    if hasDigest {
      writer.put([TCPOption.noOperation, TCPOption.noOperation, TCPOption.digest, 18])
      writer.put(repeatElement(0, count: 16))
    }
    return writer.bytes
  }

  private func ipHeader(payloadCount: Int) -> [UInt8] {
    pair.local.isV4 ? ipv4Header(payloadCount) : ipv6Header(payloadCount)
  }

  private func ipv4Header(_ payloadCount: Int) -> [UInt8] {
    var writer = ByteWriter(capacity: 20 + payloadCount)
    writer.u16(0x4500 | UInt16(TCPDefaults.trafficClass))
    writer.u16(UInt16(clamping: 20 + payloadCount))
    writer.u16(0)
    writer.u16(0x4000)
    writer.u8(ttl)
    writer.u8(Self.protocolNumber)
    writer.u16(0)
    writer.u32(pair.local.v4Bits)
    writer.u32(pair.remote.v4Bits)
    writer.patch(u16: writer.bytes.checksum(0, 20), at: 10)
    return writer.bytes
  }

  private func ipv6Header(_ payloadCount: Int) -> [UInt8] {
    var writer = ByteWriter(capacity: 40 + payloadCount)
    writer.u32(6 << 28 | UInt32(TCPDefaults.trafficClass) << 20)
    writer.u16(UInt16(clamping: payloadCount))
    writer.u8(Self.protocolNumber)
    writer.u8(ttl)
    writer.put(pair.local.bytes)
    writer.put(pair.remote.bytes)
    return writer.bytes
  }
}
