// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Cuts inner IPv4 packets before they get a GRE header, so that every fragment travels alone and no tunnel end has to reassemble.
enum Fragmentation {
  /// Whether a packet that is too big may be cut: DF clear and no options (those would have to be told apart by their copied flag,
  /// RFC 791 §3.1; a packet with options that is also too big is told so instead).
  static func isAllowed(_ inner: InnerHeader) -> Bool { !inner.isV6 && !inner.dontFragment && !inner.hasOptions }

  /// Cuts the packet in slot `i` to pieces of at most `mtu` bytes: the first stays in the slot, the others are appended, in order.
  /// Gives the range of the appended slots.
  static func cut(_ batch: inout PacketBatch, _ i: Int, _ inner: InnerHeader, mtu: Int) throws(DropReason) -> Range<Int> {
    let piece = (mtu &- 20) & ~7, whole = inner.totalLength &- 20
    guard piece >= 8 else { throw .tooBig }
    let first = batch.count
    var at = piece
    while at < whole {
      let size = min(piece, whole &- at)
      guard let j = batch.extend(length: 20 &+ size) else {
        batch.shrink(to: first)
        throw .batchFull
      }
      let from = batch.memory(i), to = batch.memory(j)
      to.base.copyMemory(from: from.base, byteCount: 20)
      (to.base + 20).copyMemory(from: from.base + 20 + at, byteCount: size)
      finish(to, inner, at: at, more: at &+ size < whole)
      at &+= size
    }
    batch.trim(i, front: 0, length: 20 &+ min(piece, whole))
    finish(batch.memory(i), inner, at: 0, more: whole > piece)
    return first..<batch.count
  }

  /// Sets total length, offset, MF and checksum. A fragment of a fragment keeps its place in the original and its MF.
  private static func finish(_ memory: PacketMemory, _ inner: InnerHeader, at: Int, more: Bool) {
    let offset = inner.fragmentOffset &+ UInt16(truncatingIfNeeded: at / 8)
    memory.set(2, u16: UInt16(truncatingIfNeeded: memory.count))
    memory.set(6, u16: offset & 0x1fff | (more || inner.moreFragments ? 0x2000 : 0))
    memory.set(10, u16: 0)
    memory.set(10, u16: memory.checksum(0, 20))
  }
}
