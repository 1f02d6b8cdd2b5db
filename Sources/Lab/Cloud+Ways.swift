// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// What becomes of a packet that follows the FIBs of all nodes as they stand.
public enum CloudWay: Sendable, Equatable {
  /// It arrives, over these nodes: the first sends, the last delivers.
  case arrives([Int])
  /// A node has no way for it, or a node on the way is dead.
  case lost([Int])
  /// It comes back to the last of these nodes.
  case loops([Int])

  /// The nodes it meets.
  public var nodes: [Int] {
    switch self {
    case .arrives(let nodes), .lost(let nodes), .loops(let nodes): nodes
    }
  }

  /// Of equal ways a packet may take any: a pair is as well off as the worst of them.
  fileprivate var rank: Int {
    switch self {
    case .arrives: 0
    case .lost: 1
    case .loops: 2
    }
  }
}

/// A walk over the FIBs, without packets: nothing is asked for, and nothing changes.
extension Cloud {
  /// The way of packets from the host behind node `i` to `address` now. Where a node has several of equal cost, the worst of them.
  public func way(from i: Int, to address: IPAddress) -> CloudWay { follow([i], to: address) }

  private func follow(_ path: [Int], to address: IPAddress) -> CloudWay {
    guard let i = path.last, underlay.isUp(i) else { return .lost(path) }
    switch nodes[i].core.fib(of: .default).action(for: address) {
    case .host: return isHere(address, i) ? .arrives(path) : .lost(path)
    case .tunnel(let id, let hop): return step(path, id, hop ?? address, to: address)
    case .paths(let ways):
      let all = ways.map { $0.isTunnel ? step(path, $0.interface, $0.nextHop ?? address, to: address) : .lost(path) }
      return all.max { $0.rank < $1.rank } ?? .lost(path)
    case .discard, nil: return .lost(path)
    }
  }

  private func step(_ path: [Int], _ id: InterfaceID, _ hop: IPAddress, to address: IPAddress) -> CloudWay {
    guard let i = path.last, let nbma = nodes[i].core.nbma(of: id, nextHop: hop), let next = underlay.node(at: nbma) else {
      return .lost(path)
    }
    return path.contains(next) ? .loops(path + [next]) : follow(path + [next], to: address)
  }

  private func isHere(_ address: IPAddress, _ i: Int) -> Bool {
    hosts[i].addresses.contains(address) || stacks[i].addresses.contains(address)
  }
}

extension Underlay {
  /// Who gets packets to an outer address; of those behind a NAT the first.
  func node(at address: IPAddress) -> Int? {
    switch owners[address.v4Bits] {
    case .node(let node): node
    case .nat(let nat): attachments.firstIndex { $0.nat == nat }
    case nil: nil
    }
  }
}
