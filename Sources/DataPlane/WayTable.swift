// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Where a FIB entry sends a packet, in numbers only: it is copied for every packet.
enum FIBAction: Sendable, Equatable {
  case tunnel(InterfaceID, nextHop: IPAddress?)
  case host(InterfaceID)
  case discard
  /// One of several ways, by the number of their set in the `WayTable`.
  case shared(UInt32)
}

/// Every action of a FIB once, with the count of routes that have it.
struct WayTable: Sendable {
  private struct Way: Sendable {
    var action: FIBAction
    var uses: Int32
    /// The ways of a set.
    var paths: [ForwardingPath] = []
  }

  private var ways: [Way] = []
  private var numbers: [ForwardingAction: Int32] = [:]
  private var free: [Int32] = []
  /// What was asked for last: a table that comes leads to few routers, and asks for one many times in a row.
  private var last: (action: ForwardingAction, number: Int32)?

  /// The action of a number.
  @inline(__always) subscript(number: Int32) -> FIBAction { ways[Int(number)].action }

  /// The number of an action, which counts one use more.
  mutating func retain(_ told: ForwardingAction) -> Int32 {
    if let last, last.action == told {
      ways[Int(last.number)].uses &+= 1
      return last.number
    }
    let action = Self.plain(told), number = numbers[action] ?? add(action)
    ways[Int(number)].uses &+= 1
    last = (told, number)
    return number
  }

  /// One way is no set, and none leads nowhere.
  private static func plain(_ action: ForwardingAction) -> ForwardingAction {
    guard case .paths(let paths) = action, paths.count < 2 else { return action }
    return paths.first?.action ?? .discard
  }

  private mutating func add(_ action: ForwardingAction) -> Int32 {
    let number = free.popLast() ?? Int32(truncatingIfNeeded: ways.count)
    let new =
      switch action {
      case .tunnel(let interface, let hop): Way(action: .tunnel(interface, nextHop: hop), uses: 0)
      case .host(let interface): Way(action: .host(interface), uses: 0)
      case .discard: Way(action: .discard, uses: 0)
      case .paths(let paths): Way(action: .shared(UInt32(truncatingIfNeeded: number)), uses: 0, paths: paths)
      }
    if Int(number) < ways.count { ways[Int(number)] = new } else { ways.append(new) }
    numbers[action] = number
    return number
  }

  /// Counts one use less, and gives the action as it was told; nil for no number.
  mutating func release(_ number: Int32) -> ForwardingAction? {
    guard number >= 0 else { return nil }
    let told = action(self[number])
    ways[Int(number)].uses &-= 1
    guard ways[Int(number)].uses == 0 else { return told }
    ways[Int(number)].paths = []
    numbers[told] = nil
    last = nil
    free.append(number)
    if free.count == ways.count { self = WayTable() }
    return told
  }

  /// An action as it was told.
  func action(_ action: FIBAction) -> ForwardingAction {
    switch action {
    case .tunnel(let interface, let hop): .tunnel(interface, nextHop: hop)
    case .host(let interface): .host(interface)
    case .discard: .discard
    case .shared(let number): .paths(paths(number))
    }
  }

  /// The ways of a set.
  func paths(_ number: UInt32) -> [ForwardingPath] { ways[Int(number)].paths }

  /// The way for a hash: each gets an equal part of all hashes.
  func path(_ number: UInt32, hash: UInt32) -> FIBAction {
    let count = UInt64(ways[Int(number)].paths.count)
    let path = ways[Int(number)].paths[Int(truncatingIfNeeded: (UInt64(hash) &* count) >> 32)]
    return path.isTunnel ? .tunnel(path.interface, nextHop: path.nextHop) : .host(path.interface)
  }
}

/// What tells the packets between two addresses from others. The two ends of a conversation need not agree.
enum FlowHash {
  @inline(__always) static func hash(_ source: IPAddress, _ destination: IPAddress) -> UInt32 {
    var x = source.high ^ mix(source.low) ^ mix(destination.high &+ 0x9e37_79b9_7f4a_7c15) ^ mix(mix(destination.low) &+ source.low)
    x = mix(x)
    return UInt32(truncatingIfNeeded: x >> 32)
  }

  /// The finalizer of SplitMix64: every bit in reaches every bit out.
  @inline(__always) private static func mix(_ value: UInt64) -> UInt64 {
    var x = value
    x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
    x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
    return x ^ x >> 31
  }
}
