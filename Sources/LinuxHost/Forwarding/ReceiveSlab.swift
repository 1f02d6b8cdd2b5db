// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet

/// Where a batch of underlay packets lands: the kernel wants all slots before it says how many it filled, a `PacketBatch`
/// gives one at a time. The copy between costs some tens of nanoseconds a packet.
final class ReceiveSlab {
  private var memory: UnsafeMutableRawPointer
  private var slotSize: Int
  private var lengths = [Int](repeating: 0, count: underlayBatchLimit)

  init(slotSize: Int = 2048) {
    self.slotSize = slotSize
    memory = .allocate(byteCount: slotSize * underlayBatchLimit, alignment: 64)
  }

  deinit { memory.deallocate() }

  /// Makes the slots larger; what is in them is lost.
  func setSlotSize(_ bytes: Int) {
    guard bytes > slotSize else { return }
    memory.deallocate()
    slotSize = (bytes + 63) & ~63
    memory = .allocate(byteCount: slotSize * underlayBatchLimit, alignment: 64)
  }

  /// Receives what waits; gives how many slots were used.
  func receive(from socket: any UnderlayPort) throws(SystemError) -> Int {
    try socket.receive(upTo: underlayBatchLimit, slot: { slot($0, slotSize) }, received: { lengths[$0] = $1 })
  }

  /// The packet in slot `i`; empty for one that did not fit.
  func packet(_ i: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(slot(i, lengths[i])) }

  private func slot(_ i: Int, _ count: Int) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: memory + i * slotSize, count: count)
  }
}
