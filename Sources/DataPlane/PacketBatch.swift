// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// What the core decided about one slot.
public enum Verdict: Sendable, Equatable {
  /// Not yet looked at.
  case none
  /// The slot holds a complete outer packet; send it to `destination`.
  case underlay(tunnel: InterfaceID, destination: IPAddress)
  /// The slot holds an inner IP packet; write it to this interface's TUN.
  case host(interface: InterfaceID)
  /// Stopped, and counted under this reason.
  case drop(DropReason)
  /// Handed to the control side.
  case punted
}

/// Packets that go through the core together. It owns one slab of memory, cut into slots with room in front of each packet; nothing is
/// allocated for a packet. A port fills at most `capacity` slots. The core may append more (copies of multicasts, fragments); for those the
/// slab grows by chunks up to `growthLimit`, and chunks never move.
public struct PacketBatch: ~Copyable {
  struct Slot {
    var base: UnsafeMutableRawPointer
    var start: Int32 = 0
    var length: Int32 = 0
    var segmentSize: UInt16 = 0
    var verdict = Verdict.none
  }

  /// How many packets a port may put in.
  public let capacity: Int
  /// Bytes of a slot, headroom included; behind it `Limits.tailroomBytes` more are kept for what ESP appends.
  public let slotSize: Int
  /// Bytes in front of a packet that was put in.
  public let headroom: Int
  /// How many slots the core may use in whole.
  public let growthLimit: Int
  /// How many packets there are.
  public private(set) var count = 0

  private var slots: UnsafeMutablePointer<Slot>
  private var slotCount: Int
  private var chunks: [UnsafeMutableRawPointer]

  /// Makes an empty batch. Sizes below what the core needs are raised to it (`Limits`).
  public init(slots: Int = 64, slotSize: Int = 2048, headroom: Int = Limits.headroomBytes, growthLimit: Int = Limits.batchSlots) {
    capacity = min(max(slots, 1), Limits.batchSlots)
    self.headroom = min(max(headroom, Limits.leastHeadroomBytes), 4096)
    self.slotSize = min(max(slotSize, Limits.leastSlotBytes &+ self.headroom), 1 << 20) &+ 15 & ~15
    self.growthLimit = min(max(growthLimit, capacity), Limits.batchSlots)
    (self.slots, slotCount, chunks) = (UnsafeMutablePointer<Slot>.allocate(capacity: self.growthLimit), 0, [])
    addChunk()
  }

  deinit {
    for chunk in chunks { chunk.deallocate() }
    slots.deallocate()
  }

  /// The largest packet that may be put in.
  public var roomBytes: Int { slotSize &- headroom }
  private var stride: Int { slotSize &+ Limits.tailroomBytes }
  /// Whether a port can put in no more.
  public var isFull: Bool { count >= capacity }

  /// Forgets all packets.
  public mutating func removeAll() {
    count = 0
    guard chunks.count > 1 + Limits.batchChunksKept else { return }
    while chunks.count > 1 + Limits.batchChunksKept { chunks.removeLast().deallocate() }
    slotCount = chunks.count &* capacity  // only the last chunk may be shorter, and it went first
  }

  /// Puts a packet in; false when the batch is full or the packet is empty or too long for a slot.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count <= roomBytes else { return false }
    return appendSlot { room in
      room.copyMemory(from: bytes)
      return bytes.count
    }
  }

  /// Puts a packet in; false when the batch is full or the packet is empty or too long for a slot.
  public mutating func append(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { append($0) } }

  /// Lets `writing` fill the next slot and say how many bytes it wrote (a socket's receive); false when the batch is full or nothing was
  /// written. `segmentSize` other than 0 says that the slot holds a super-packet of segments of that size.
  public mutating func appendSlot(segmentSize: UInt16 = 0, writing: (UnsafeMutableRawBufferPointer) -> Int) -> Bool {
    guard count < capacity else { return false }
    let room = UnsafeMutableRawBufferPointer(start: slots[count].base + headroom, count: roomBytes)
    let written = writing(room)
    guard written > 0, written <= roomBytes else { return false }
    fill(count, length: written)
    slots[count].segmentSize = segmentSize
    count &+= 1
    return true
  }

  /// The length of packet `i`; 0 when there is none.
  public func length(of i: Int) -> Int { i >= 0 && i < count ? Int(slots[i].length) : 0 }

  /// The size of the segments in slot `i`; 0 when it is one packet.
  public func segmentSize(of i: Int) -> Int { i >= 0 && i < count ? Int(slots[i].segmentSize) : 0 }

  /// What was decided about packet `i`.
  public func verdict(of i: Int) -> Verdict { i >= 0 && i < count ? slots[i].verdict : .none }

  /// Byte `offset` of packet `i`; nil outside of it.
  public func byte(_ i: Int, at offset: Int) -> UInt8? {
    guard offset >= 0, offset < length(of: i) else { return nil }
    return memory(i).u8(offset)
  }

  /// A copy of packet `i`: for tests and for drivers that are not in a hurry.
  public func packet(_ i: Int) -> [UInt8] { withBytes(i) { Array($0) } }

  /// Lends the bytes of packet `i`, none when there is no such packet.
  public func withBytes<R>(_ i: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    guard i >= 0, i < count else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return try body(memory(i).slice(0, length(of: i)))
  }
}

// What the core does with slots. `i` is below `count` throughout: it comes from the core's own loops.
extension PacketBatch {
  @inline(__always) func memory(_ i: Int) -> PacketMemory {
    precondition(i >= 0 && i < count)
    return PacketMemory(base: slots[i].base + Int(slots[i].start), count: Int(slots[i].length))
  }

  @inline(__always) mutating func decide(_ i: Int, _ verdict: Verdict) {
    precondition(i >= 0 && i < count)
    slots[i].verdict = verdict
  }

  @inline(__always) func isUndecided(_ i: Int) -> Bool {
    if case .none = slots[i].verdict { true } else { false }
  }

  /// Moves the packet's start back by `bytes`; false when the headroom is used up.
  @inline(__always) mutating func push(_ i: Int, _ bytes: Int) -> Bool {
    guard bytes <= Int(slots[i].start) else { return false }
    slots[i].start &-= Int32(truncatingIfNeeded: bytes)
    slots[i].length &+= Int32(truncatingIfNeeded: bytes)
    return true
  }

  /// Lengthens the packet by `bytes` at its end, which hold anything; false when the tailroom is used up.
  @inline(__always) mutating func lengthen(_ i: Int, _ bytes: Int) -> Bool {
    guard bytes >= 0, Int(slots[i].start) &+ Int(slots[i].length) &+ bytes <= stride else { return false }
    slots[i].length &+= Int32(truncatingIfNeeded: bytes)
    return true
  }

  /// Cuts `bytes` from the front and everything after `length` more.
  @inline(__always) mutating func trim(_ i: Int, front bytes: Int, length: Int) {
    let cut = min(max(bytes, 0), Int(slots[i].length))
    let left = Int(slots[i].length) &- cut
    slots[i].start &+= Int32(truncatingIfNeeded: cut)
    slots[i].length = Int32(truncatingIfNeeded: min(max(length, 0), left))
  }

  /// Appends an empty packet of `length` bytes beyond what ports may fill; nil at the limit.
  mutating func extend(length: Int) -> Int? {
    guard length <= roomBytes, count < growthLimit else { return nil }
    if count == slotCount { addChunk() }
    fill(count, length: length)
    count &+= 1
    return count &- 1
  }

  /// Appends a copy of packet `i`; nil at the limit.
  mutating func duplicate(_ i: Int) -> Int? {
    let from = memory(i)
    guard let j = extend(length: from.count) else { return nil }
    memory(j).base.copyMemory(from: from.base, byteCount: from.count)
    return j
  }

  /// Takes back the packets from `kept` on.
  mutating func shrink(to kept: Int) { count = min(count, max(kept, 0)) }

  private mutating func fill(_ i: Int, length: Int) {
    slots[i].start = Int32(truncatingIfNeeded: headroom)
    slots[i].length = Int32(truncatingIfNeeded: length)
    slots[i].segmentSize = 0
    slots[i].verdict = .none
  }

  private mutating func addChunk() {
    let n = min(capacity, growthLimit &- slotCount)
    let chunk = UnsafeMutableRawPointer.allocate(byteCount: n &* stride, alignment: 64)
    chunks.append(chunk)
    for k in 0..<n { (slots + slotCount + k).initialize(to: Slot(base: chunk + k &* stride)) }
    slotCount &+= n
  }
}
