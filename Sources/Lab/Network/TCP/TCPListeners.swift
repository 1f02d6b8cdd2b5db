// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// From whom connections are taken, by port; the most specific network decides how.
struct TCPListeners: Sendable {
  private struct Port: Sendable {
    var options: [IPPrefix: StreamOptions] = [:]
    /// The lengths that occur, longest first, for each family.
    var v4Lengths: [Int] = []
    var v6Lengths: [Int] = []
  }

  private var ports: [UInt16: Port] = [:]

  /// Takes the listeners of a port in place of those it had. False: they are more than there is room for, and the rest is left out.
  mutating func set(_ number: UInt16, _ listeners: [StreamListener]) -> Bool {
    guard !listeners.isEmpty else {
      ports[number] = nil
      return true
    }
    guard ports[number] != nil || ports.count < TCPLimits.listeningPorts else { return false }
    var port = Port()
    for listener in listeners.prefix(TCPLimits.listeners) { port.options[listener.peers] = listener.options }
    let prefixes = port.options.keys.sorted()
    port.v4Lengths = TCPListeners.lengths(prefixes.filter { $0.address.isV4 })
    port.v6Lengths = TCPListeners.lengths(prefixes.filter { !$0.address.isV4 })
    ports[number] = port
    return listeners.count <= TCPLimits.listeners
  }

  private static func lengths(_ prefixes: [IPPrefix]) -> [Int] { Set(prefixes.map { Int($0.length) }).sorted(by: >) }

  /// How to talk with a peer that connects to a port; nil where nobody wants it.
  func options(port number: UInt16, from peer: IPAddress) -> StreamOptions? {
    guard let port = ports[number] else { return nil }
    for length in peer.isV4 ? port.v4Lengths : port.v6Lengths {
      if let options = port.options[IPPrefix(peer, length: length)] { return options }
    }
    return nil
  }

  /// Whether somebody listens at a port.
  func isOpen(_ number: UInt16) -> Bool { ports[number] != nil }
}
