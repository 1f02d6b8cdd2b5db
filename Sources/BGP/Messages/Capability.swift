// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One capability of an OPEN (RFC 5492 §4). One that we do not know, or whose length is not what its RFC says, is kept as it came.
public enum Capability: Hashable, Sendable {
  /// A family is spoken (RFC 4760 §8); the octet between its numbers is reserved and kept.
  case multiprotocol(afi: UInt16, reserved: UInt8, safi: UInt8)
  /// Route refresh (RFC 2918 §2).
  case routeRefresh
  /// AS numbers of four octets, and the own one (RFC 6793 §3).
  case fourOctetAS(UInt32)
  /// Several paths of one prefix (RFC 7911 §4).
  case addPath([AddPathFamily])
  /// Graceful restart (RFC 4724 §3).
  case gracefulRestart(GracefulRestartCapability)
  /// Any other.
  case unknown(code: UInt8, [UInt8])

  /// A family of the add-path capability.
  public struct AddPathFamily: Hashable, Sendable {
    /// The family's numbers.
    public var afi: UInt16, safi: UInt8
    /// 1 takes several paths, 2 sends them, 3 both.
    public var mode: UInt8
    /// Describes one.
    public init(afi: UInt16, safi: UInt8, mode: UInt8) { (self.afi, self.safi, self.mode) = (afi, safi, mode) }
  }

  /// Its number.
  public var code: UInt8 {
    switch self {
    case .multiprotocol: CapabilityCode.multiprotocol
    case .routeRefresh: CapabilityCode.routeRefresh
    case .fourOctetAS: CapabilityCode.fourOctetAS
    case .addPath: CapabilityCode.addPath
    case .gracefulRestart: CapabilityCode.gracefulRestart
    case .unknown(let code, _): code
    }
  }

  /// Reads one capability.
  public static func decode(_ r: inout ByteReader) throws(WireError) -> Capability {
    let code = try r.u8(), length = Int(try r.u8())
    let value = try r.take(length)
    return (try? known(code, ByteReader(value))) ?? .unknown(code: code, value)
  }

  private static func known(_ code: UInt8, _ value: ByteReader) throws(WireError) -> Capability {
    var r = value
    switch code {
    case CapabilityCode.multiprotocol where r.remaining == 4:
      return .multiprotocol(afi: try r.u16(), reserved: try r.u8(), safi: try r.u8())
    case CapabilityCode.routeRefresh where r.remaining == 0: return .routeRefresh
    case CapabilityCode.fourOctetAS where r.remaining == 4: return .fourOctetAS(try r.u32())
    case CapabilityCode.addPath where r.remaining.isMultiple(of: 4):
      var families: [AddPathFamily] = []
      while !r.isAtEnd { families.append(AddPathFamily(afi: try r.u16(), safi: try r.u8(), mode: try r.u8())) }
      return .addPath(families)
    case CapabilityCode.gracefulRestart where r.remaining % 4 == 2: return .gracefulRestart(try GracefulRestartCapability.decode(&r))
    default: throw .badLength
    }
  }

  /// Its value's bytes.
  var value: [UInt8] {
    var w = ByteWriter(capacity: 16)
    switch self {
    case .multiprotocol(let afi, let reserved, let safi):
      w.u16(afi)
      w.u8(reserved)
      w.u8(safi)
    case .routeRefresh: break
    case .fourOctetAS(let number): w.u32(number)
    case .addPath(let families):
      for f in families {
        w.u16(f.afi)
        w.u8(f.safi)
        w.u8(f.mode)
      }
    case .gracefulRestart(let restart): restart.encode(into: &w)
    case .unknown(_, let bytes): w.put(bytes)
    }
    return w.bytes
  }

  /// Writes it; a value longer than 255 bytes cannot be told and is left out.
  func encode(into w: inout ByteWriter) {
    let value = value
    guard let length = UInt8(exactly: value.count) else { return }
    w.u8(code)
    w.u8(length)
    w.put(value)
  }
}

/// The value of the graceful restart capability (RFC 4724 §3).
public struct GracefulRestartCapability: Hashable, Sendable {
  /// R: the sender has just restarted. The three bits behind it are kept.
  public var flags: UInt8
  /// How long its session may need to come back, in seconds, 0–4095.
  public var restartSeconds: UInt16
  /// Families whose forwarding it may keep.
  public var families: [Family]

  /// A family, and whether forwarding was kept (F, 0x80).
  public struct Family: Hashable, Sendable {
    /// The family's numbers.
    public var afi: UInt16, safi: UInt8
    /// F is its first bit.
    public var flags: UInt8
    /// Describes one.
    public init(afi: UInt16, safi: UInt8, flags: UInt8) { (self.afi, self.safi, self.flags) = (afi, safi, flags) }
  }

  /// Makes the value; without families it says that we only help others.
  public init(flags: UInt8 = 0, restartSeconds: UInt16, families: [Family] = []) {
    (self.flags, self.restartSeconds, self.families) = (flags & 0xf, restartSeconds & 0xfff, families)
  }

  static func decode(_ r: inout ByteReader) throws(WireError) -> GracefulRestartCapability {
    let first = try r.u16()
    var families: [Family] = []
    while !r.isAtEnd { families.append(Family(afi: try r.u16(), safi: try r.u8(), flags: try r.u8())) }
    return GracefulRestartCapability(flags: UInt8(truncatingIfNeeded: first >> 12), restartSeconds: first & 0xfff, families: families)
  }

  func encode(into w: inout ByteWriter) {
    w.u16(UInt16(flags) << 12 | restartSeconds)
    for f in families {
      w.u16(f.afi)
      w.u8(f.safi)
      w.u8(f.flags)
    }
  }
}
