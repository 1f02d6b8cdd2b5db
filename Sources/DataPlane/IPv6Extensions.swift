// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What stands between an IPv6 header and the transport header (RFC 8200 §4).
enum IPv6Extensions {
  private static let hopByHop: UInt8 = 0
  private static let routing: UInt8 = 43
  private static let fragment: UInt8 = 44
  private static let destinationOptions: UInt8 = 60
  /// Headers passed over in one packet: RFC 8200 §4.1 knows an order of at most this many, and a longer chain is an attack.
  private static let limit = 6

  /// The transport header of a packet.
  struct UpperLayer {
    /// Its number; where the chain is not whole, of the header that is not.
    var nextHeader: UInt8
    /// Its place; nil where the chain runs past the packet or is too long.
    var at: Int?
    /// Whether the packet is a part of another one; the transport header is then only in the first.
    var isFragment = false
    var isFirstFragment = true
    /// Whether the sender named routers on the way.
    var isRouted = false
  }

  /// Walks the chain of a header of 40 bytes that is known to be there, up to `end`, which lies inside `memory`.
  static func upperLayer(_ memory: PacketMemory, end: Int) -> UpperLayer {
    var found = UpperLayer(nextHeader: memory.u8(6), at: 40)
    var at = 40
    for _ in 0...limit {
      let length: Int
      switch found.nextHeader {
      case hopByHop, destinationOptions, routing:
        length = (Int(memory.u8(at &+ 1)) &+ 1) &* 8
        if found.nextHeader == routing { found.isRouted = true }
      case fragment:
        length = 8
        let word = memory.u16(at &+ 2)
        // One that is whole is none (RFC 6946).
        if word & 0xfff9 != 0 { found.isFragment = true }
        if word & 0xfff8 != 0 { found.isFirstFragment = false }
      default:
        found.at = at
        return found
      }
      guard at &+ length <= end else { break }
      found.nextHeader = memory.u8(at)
      at &+= length
    }
    found.at = nil
    return found
  }
}
