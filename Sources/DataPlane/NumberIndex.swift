// SPDX-License-Identifier: GPL-3.0-or-later

/// A hash table from a 64-bit number (an SPI, a peer, an address with a group) to a small one: open addressing, at most half full, no
/// tombstones. Nothing runs over it, so its order can reach nobody; the seed keeps peers from choosing SPIs that collide.
struct NumberIndex {
  private struct Cell {
    var key: UInt64
    var value: Int32
  }

  private var cells: [Cell] = []
  private var mask = 0
  private let seed: UInt64
  private(set) var count = 0

  init(seed: UInt64) { self.seed = seed }

  /// The number under `key`, -1 when there is none.
  @inline(__always) func find(_ key: UInt64) -> Int {
    guard count > 0 else { return -1 }
    var i = home(key)
    while cells[i].value >= 0 {
      if cells[i].key == key { return Int(cells[i].value) }
      i = (i &+ 1) & mask
    }
    return -1
  }

  mutating func set(_ key: UInt64, _ value: Int) {
    if (count &+ 1) &* 2 > cells.count { grow() }
    var i = home(key)
    while cells[i].value >= 0, cells[i].key != key { i = (i &+ 1) & mask }
    if cells[i].value < 0 { count &+= 1 }
    cells[i] = Cell(key: key, value: Int32(truncatingIfNeeded: value))
  }

  mutating func remove(_ key: UInt64) {
    guard count > 0 else { return }
    var hole = home(key)
    while cells[hole].value >= 0, cells[hole].key != key { hole = (hole &+ 1) & mask }
    guard cells[hole].value >= 0 else { return }
    count &-= 1
    var i = hole
    while true {
      i = (i &+ 1) & mask
      if cells[i].value < 0 { break }
      // The cell may move into the hole unless its home lies behind the hole.
      if (i &- home(cells[i].key)) & mask >= (i &- hole) & mask {
        cells[hole] = cells[i]
        hole = i
      }
    }
    cells[hole].value = -1
  }

  @inline(__always) private func home(_ key: UInt64) -> Int {
    let wide = (key ^ seed).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15 ^ seed << 1)
    return Int(truncatingIfNeeded: wide.high ^ wide.low) & mask
  }

  private mutating func grow() {
    let old = cells
    let size = max(8, cells.count &* 2)
    cells = Array(repeating: Cell(key: 0, value: -1), count: size)
    (mask, count) = (size &- 1, 0)
    for cell in old where cell.value >= 0 { set(cell.key, Int(cell.value)) }
  }
}
