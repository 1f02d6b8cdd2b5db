// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import ProtocolKit
import Testing
import Wire

@Suite struct PacketBatchTests {
  @Test("what goes in comes out, and a full batch says so")
  func append() {
    var batch = PacketBatch(slots: 2)
    let taken = batch.append([1, 2, 3])
    let written = batch.appendSlot { room in
      room[0] = 9
      return 1
    }
    let isFull = batch.isFull
    let refused = !batch.append([4])
    #expect(taken && written && isFull && refused)
    let packets = [batch.packet(0), batch.packet(1)]
    #expect(packets == [[1, 2, 3], [9]])
    let bytes = [batch.byte(0, at: 2), batch.byte(0, at: 3)]
    #expect(bytes == [3, nil])
    let verdict = batch.verdict(of: 0)
    #expect(verdict == .none)
    batch.removeAll()
    let (count, none) = (batch.count, batch.packet(0))
    #expect(count == 0)
    #expect(none == [])
  }

  @Test("empty, oversized and lying writers leave no packet")
  func refused() {
    var batch = PacketBatch()
    let room = batch.roomBytes
    var taken = [batch.append([]), batch.append([UInt8](repeating: 0, count: room + 1))]
    taken.append(batch.append([UInt8](repeating: 7, count: room)))
    taken.append(batch.appendSlot { $0.count + 1 })
    taken.append(batch.appendSlot { _ in -1 })
    #expect(taken == [false, false, true, false, false])
    let (count, absent, length) = (batch.count, batch.packet(5), batch.length(of: -1))
    #expect(count == 1)
    #expect(absent == [])
    #expect(length == 0)
  }

  @Test("a super-packet carries its segment size")
  func segments() {
    var batch = PacketBatch(slots: 1, slotSize: 65_536 + 256)
    let taken = batch.appendSlot(segmentSize: 1348) { _ in 60_000 }
    let (size, length) = (batch.segmentSize(of: 0), batch.length(of: 0))
    #expect(taken)
    #expect(size == 1348)
    #expect(length == 60_000)
  }
}
