// SPDX-License-Identifier: GPL-3.0-or-later

/// Segments that came before their turn, in order of their sequence numbers (RFC 9293 §3.10.7.4, "segments with higher beginning
/// sequence numbers may be held for later processing").
struct ReassemblyQueue: Sendable {
  private struct Piece: Sendable {
    var sequence: SequenceNumber
    var bytes: [UInt8]
    /// Whether a FIN follows the bytes.
    var isLast: Bool
    var end: SequenceNumber { sequence + bytes.count }
  }

  private var pieces: [Piece] = []

  var isEmpty: Bool { pieces.isEmpty }

  /// Keeps a segment. False when there is no room for it; the peer will send it again.
  mutating func insert(_ sequence: SequenceNumber, _ bytes: [UInt8], isLast: Bool) -> Bool {
    let place = pieces.firstIndex { sequence.precedes($0.sequence) } ?? pieces.count
    if place > 0 {
      let before = pieces[place - 1]
      if !before.end.precedes(sequence + bytes.count), before.isLast || !isLast { return true }
    }
    guard pieces.count < TCPLimits.reassemblySegments else { return false }
    pieces.insert(Piece(sequence: sequence, bytes: bytes, isLast: isLast), at: place)
    return true
  }

  /// Takes what follows `next` without a gap, and moves `next` behind it. True: a FIN comes there.
  mutating func take(at next: inout SequenceNumber, into bytes: inout [UInt8]) -> Bool {
    while let piece = pieces.first, !next.precedes(piece.sequence) {
      pieces.removeFirst()
      let known = piece.sequence.distance(to: next)
      guard known <= piece.bytes.count else { continue }
      bytes.append(contentsOf: piece.bytes[known...])
      next = piece.end
      if piece.isLast {
        pieces = []
        return true
      }
    }
    return false
  }

  mutating func removeAll() { pieces = [] }
}
