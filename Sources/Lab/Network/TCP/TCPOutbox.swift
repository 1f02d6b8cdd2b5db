// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Where connections put what they have to say, and count what they did.
struct TCPOutbox: Sendable {
  var events: [StreamPort.Event] = []
  var packets: [[UInt8]] = []
  var counters = TCPCounters()
  let digest: LabTCP.Digest

  mutating func send(_ segment: TCPSegment, signedWith key: SecretBytes?) {
    counters.segmentsOut &+= 1
    if segment.flags.contains(.rst) { counters.resetsOut &+= 1 }
    packets.append(segment.packet(signedWith: key, digest))
  }

  /// Whether a segment is one that the options let in: near enough (RFC 5082), and signed where it must be and only there (RFC 2385).
  mutating func admits(_ segment: TCPSegment, _ options: StreamOptions) -> Bool {
    if let least = options.minimumTTL, segment.ttl < least {
      counters.lowTTL &+= 1
      return false
    }
    guard isSigned(segment, options.key) else {
      counters.badDigest &+= 1
      return false
    }
    return true
  }

  private func isSigned(_ segment: TCPSegment, _ key: SecretBytes?) -> Bool {
    guard let key else { return segment.signature == nil }
    return segment.signature?.isMade(with: key, by: digest) == true
  }
}
