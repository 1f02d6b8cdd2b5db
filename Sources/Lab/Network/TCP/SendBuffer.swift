// SPDX-License-Identifier: GPL-3.0-or-later

/// Bytes that a peer has not acknowledged, sent or not, by their sequence numbers.
struct SendBuffer: Sendable {
  private var bytes: [UInt8] = []
  /// Where in `bytes` the first one lies that still counts.
  private var start = 0
  /// The sequence number of the first byte.
  private(set) var first: SequenceNumber

  init(first: SequenceNumber) { self.first = first }

  /// How many bytes there are.
  var count: Int { bytes.count - start }
  /// The number behind the last byte: that of a FIN.
  var end: SequenceNumber { first + count }

  mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  /// Lets go of what comes before `number`.
  mutating func acknowledge(upTo number: SequenceNumber) {
    let gone = min(max(0, first.distance(to: number)), count)
    start += gone
    first = first + gone
    // Each byte is moved once at most on average.
    guard start > bytes.count / 2 else { return }
    bytes.removeFirst(start)
    start = 0
  }

  /// At most `limit` bytes from `number` on; empty where there are none.
  func bytes(from number: SequenceNumber, limit: Int) -> [UInt8] {
    let offset = first.distance(to: number)
    guard offset >= 0, offset < count, limit > 0 else { return [] }
    let from = start + offset
    return Array(bytes[from..<min(from + limit, bytes.count)])
  }

  /// Lets go of everything.
  mutating func removeAll() { (bytes, start) = ([], 0) }
}
