// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The two ends of a connection as this node sees them.
struct TCPPair: Hashable, Sendable {
  var local: IPAddress, localPort: UInt16
  var remote: IPAddress, remotePort: UInt16
}

/// The control bits (RFC 9293 §3.1).
struct TCPFlags: OptionSet, Hashable, Sendable {
  let rawValue: UInt8
  static let fin = TCPFlags(rawValue: 0x01)
  static let syn = TCPFlags(rawValue: 0x02)
  static let rst = TCPFlags(rawValue: 0x04)
  static let psh = TCPFlags(rawValue: 0x08)
  static let ack = TCPFlags(rawValue: 0x10)
}

/// One TCP segment with what its packet says about it (RFC 9293 §3.1).
struct TCPSegment: Sendable, Equatable {
  /// The ends, seen from the node that has it in hands: `local` is the source of a segment to be sent.
  var pair: TCPPair
  var sequence: SequenceNumber
  /// Means something only with the ACK flag.
  var acknowledgement: SequenceNumber
  var flags: TCPFlags
  var window: UInt16 = UInt16(TCPLimits.receiveWindowBytes)
  /// The MSS option (RFC 9293 §3.2); nil where there is none.
  var segmentBytesLimit: UInt16?
  var ttl: UInt8 = TCPDefaults.ttl
  /// The MD5 option of a received segment (RFC 2385); nil where there is none.
  var signature: TCPSignature?
  var payload: [UInt8] = []

  /// What it takes of the sequence space: SYN and FIN count one each.
  var length: Int { payload.count + (flags.contains(.syn) ? 1 : 0) + (flags.contains(.fin) ? 1 : 0) }
  /// The number behind its last one.
  var end: SequenceNumber { sequence + length }
}

/// The numbers of TCP's options that we know (IANA "TCP Option Kind Numbers").
enum TCPOption {
  static let end: UInt8 = 0
  static let noOperation: UInt8 = 1
  static let segmentBytesLimit: UInt8 = 2
  /// RFC 2385.
  static let digest: UInt8 = 19
}
