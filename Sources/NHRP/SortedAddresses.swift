// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// Addresses in use, counted by user and kept in order: adding and taking out cost a search and a short move of memory,
/// handing the list out costs nothing (the array is shared until the next change).
struct SortedAddresses: Sendable {
  private var users: [IPAddress: Int] = [:]
  private(set) var list: [IPAddress] = []

  func contains(_ address: IPAddress) -> Bool { users[address] != nil }

  mutating func add(_ address: IPAddress) {
    users[address, default: 0] += 1
    if users[address] == 1 { list.insert(address, at: place(of: address)) }
  }

  mutating func remove(_ address: IPAddress) {
    guard let n = users[address] else { return }
    users[address] = n > 1 ? n - 1 : nil
    if n == 1 { list.remove(at: place(of: address)) }
  }

  /// The addresses that share the most leading bits with `address` are its neighbours in the order: at most two, itself included.
  func neighbours(of address: IPAddress) -> [IPAddress] {
    let at = place(of: address)
    return [at - 1, at].filter(list.indices.contains).map { list[$0] }
  }

  /// Where `address` stands or would stand.
  private func place(of address: IPAddress) -> Int {
    var low = 0, high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle] < address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
