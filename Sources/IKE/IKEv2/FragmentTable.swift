// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Pieces of one message (RFC 7383 §2.6), each of which was authentic by itself before it came here. One table an IKE SA: the window
/// holds one message a direction, and the newer of two takes the place of the older.
struct FragmentTable: Sendable {
  private let id: UInt32
  private let isResponse: Bool
  private let startedAt: Instant
  private var total: UInt16 = 0
  private var inner: UInt8 = 0
  private var pieces: [[UInt8]?] = []
  private var bytes = 0

  init(id: UInt32, isResponse: Bool, at now: Instant) { (self.id, self.isResponse, startedAt) = (id, isResponse, now) }

  /// Whether pieces of that message belong here still.
  func isOf(_ id: UInt32, _ isResponse: Bool, at now: Instant) -> Bool {
    self.id == id && self.isResponse == isResponse && now < startedAt + .seconds(IKELimits.fragmentSeconds)
  }

  /// Takes a piece; gives the whole when it was the last one missing. More pieces than before mean that the sender cut it anew, smaller;
  /// fewer are older.
  mutating func insert(_ fragment: EncryptedPayload.Fragment, inner: UInt8, _ piece: [UInt8]) -> (inner: UInt8, content: [UInt8])? {
    guard fragment.total >= total, fragment.total <= IKELimits.fragments else { return nil }
    if fragment.total > total {
      (total, bytes, self.inner) = (fragment.total, 0, 0)
      pieces = Array(repeating: nil, count: Int(total))
    }
    let index = Int(fragment.number) - 1
    guard pieces.indices.contains(index), pieces[index] == nil, bytes + piece.count <= IKELimits.messageBytes else { return nil }
    pieces[index] = piece
    bytes += piece.count
    if index == 0 { self.inner = inner }
    guard pieces.allSatisfy({ $0 != nil }) else { return nil }
    return (self.inner, pieces.flatMap { $0 ?? [] })
  }
}
