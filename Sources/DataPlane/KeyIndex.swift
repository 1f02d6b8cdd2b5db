// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What the tables of the path are searched by: up to two addresses and a number that tells tables' users apart.
struct TableKey: Equatable {
  var a: UInt64
  var b: UInt64
  var c: UInt64 = 0
  var d: UInt64 = 0
  var tag: UInt64

  @inline(__always) init(_ address: IPAddress, tag: UInt64) { (a, b, self.tag) = (address.high, address.low, tag) }

  @inline(__always) init(_ first: IPAddress, _ second: IPAddress, tag: UInt64) {
    (a, b, c, d, self.tag) = (first.high, first.low, second.high, second.low, tag)
  }

  var first: IPAddress { IPAddress(high: a, low: b) }
  var second: IPAddress { IPAddress(high: c, low: d) }
}

/// A hash table from `TableKey` to a small number: open addressing, at most half full, no tombstones. Nothing runs over it, so its order
/// can reach nobody; the seed keeps peers from choosing addresses that collide.
struct KeyIndex {
  private struct Cell {
    var key: TableKey
    var value: Int32
  }

  private var cells: [Cell] = []
  private var mask = 0
  private let seed: UInt64
  private(set) var count = 0

  init(seed: UInt64) { self.seed = seed }

  /// The number under `key`, -1 when there is none.
  @inline(__always) func find(_ key: TableKey) -> Int {
    guard count > 0 else { return -1 }
    var i = home(key)
    while cells[i].value >= 0 {
      if cells[i].key == key { return Int(cells[i].value) }
      i = (i &+ 1) & mask
    }
    return -1
  }

  mutating func set(_ key: TableKey, _ value: Int) {
    if (count &+ 1) &* 2 > cells.count { grow() }
    var i = home(key)
    while cells[i].value >= 0, cells[i].key != key { i = (i &+ 1) & mask }
    if cells[i].value < 0 { count &+= 1 }
    cells[i] = Cell(key: key, value: Int32(truncatingIfNeeded: value))
  }

  mutating func remove(_ key: TableKey) {
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

  mutating func removeAll() { (cells, mask, count) = ([], 0, 0) }

  @inline(__always) private func home(_ key: TableKey) -> Int {
    var h = fold(key.a ^ seed, key.b ^ 0x9e37_79b9_7f4a_7c15)
    h = fold(h ^ key.c, key.d ^ 0xbf58_476d_1ce4_e5b9)
    h = fold(h ^ key.tag, seed | 1)
    return Int(truncatingIfNeeded: h) & mask
  }

  @inline(__always) private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let wide = a.multipliedFullWidth(by: b)
    return wide.high ^ wide.low
  }

  private mutating func grow() {
    let old = cells
    let size = max(8, cells.count &* 2)
    cells = Array(repeating: Cell(key: TableKey(.anyV6, tag: 0), value: -1), count: size)
    (mask, count) = (size &- 1, 0)
    for cell in old where cell.value >= 0 { set(cell.key, Int(cell.value)) }
  }
}
