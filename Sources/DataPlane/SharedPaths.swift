// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// Where a FIB entry sends a packet, in numbers only: it is copied for every packet.
enum FIBAction: Sendable, Equatable {
  case tunnel(InterfaceID, nextHop: IPAddress?)
  case host(InterfaceID)
  case discard
  /// One of several ways, by their number in `SharedPaths`.
  case shared(UInt32)
}

/// Sets of ways of equal cost, each once, with the count of routes that have it.
struct SharedPaths: Sendable {
  private var sets: [(paths: [ForwardingPath], uses: Int)] = []
  private var numbers: [[ForwardingPath]: UInt32] = [:]
  private var free: [UInt32] = []

  /// An action as the FIB keeps it; a set of ways counts one use more.
  mutating func retain(_ action: ForwardingAction) -> FIBAction {
    switch action {
    case .tunnel(let interface, let hop): return .tunnel(interface, nextHop: hop)
    case .host(let interface): return .host(interface)
    case .discard: return .discard
    case .paths(let paths) where paths.count < 2: return paths.first.map { retain($0.action) } ?? .discard
    case .paths(let paths): return .shared(number(of: paths))
    }
  }

  private mutating func number(of paths: [ForwardingPath]) -> UInt32 {
    if let known = numbers[paths] {
      sets[Int(known)].uses += 1
      return known
    }
    let number = free.popLast() ?? UInt32(truncatingIfNeeded: sets.count)
    if Int(number) < sets.count { sets[Int(number)] = (paths, 1) } else { sets.append((paths, 1)) }
    numbers[paths] = number
    return number
  }

  /// Counts one use less, and gives the action as it was told.
  mutating func release(_ action: FIBAction) -> ForwardingAction {
    let told = self.action(action)
    guard case .shared(let number) = action else { return told }
    sets[Int(number)].uses -= 1
    if sets[Int(number)].uses == 0 {
      numbers[sets[Int(number)].paths] = nil
      sets[Int(number)].paths = []
      free.append(number)
    }
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
  func paths(_ number: UInt32) -> [ForwardingPath] { sets[Int(number)].paths }

  /// The way for a hash: each gets an equal part of all hashes.
  func path(_ number: UInt32, hash: UInt32) -> FIBAction {
    let count = UInt64(sets[Int(number)].paths.count)
    let path = sets[Int(number)].paths[Int(truncatingIfNeeded: (UInt64(hash) &* count) >> 32)]
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
