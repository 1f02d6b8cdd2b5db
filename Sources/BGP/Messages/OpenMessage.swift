// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// OPEN: who we are and what we can (RFC 4271 §4.2, RFC 5492, RFC 9072).
public struct OpenMessage: Hashable, Sendable {
  /// 4.
  public var version: UInt8
  /// The AS number in two octets; 23456 where it needs four (RFC 6793 §4).
  public var shortAS: UInt16
  /// The hold time that is offered, in seconds; 0, or at least 3.
  public var holdTime: UInt16
  /// The BGP identifier, an IPv4 address by its form.
  public var identifier: UInt32
  /// The optional parameters, in the order they came.
  public var parameters: [Parameter]
  /// Whether lengths have two octets (RFC 9072).
  public var isExtended: Bool

  /// An optional parameter.
  public enum Parameter: Hashable, Sendable {
    /// Capabilities; many send one in each.
    case capabilities([Capability])
    /// Any other, which ends the session (RFC 4271 §6.2).
    case unknown(type: UInt8, [UInt8])
  }

  /// An OPEN with all capabilities in one parameter each, as most send them.
  public init(asNumber: UInt32, holdTime: UInt16, identifier: UInt32, capabilities: [Capability]) {
    version = BGPAssignments.version
    shortAS = UInt16(exactly: asNumber) ?? UInt16(BGPAssignments.transitionAS)
    (self.holdTime, self.identifier) = (holdTime, identifier)
    parameters = capabilities.map { .capabilities([$0]) }
    isExtended = false
  }

  init(version: UInt8, shortAS: UInt16, holdTime: UInt16, identifier: UInt32) {
    (self.version, self.shortAS, self.holdTime, self.identifier) = (version, shortAS, holdTime, identifier)
    (parameters, isExtended) = ([], false)
  }

  /// All capabilities.
  public var capabilities: [Capability] {
    parameters.flatMap { parameter -> [Capability] in if case .capabilities(let list) = parameter { list } else { [] } }
  }

  /// The sender's AS number, from the capability where there is one (RFC 6793 §4.1).
  public var asNumber: UInt32 {
    for capability in capabilities { if case .fourOctetAS(let number) = capability { return number } }
    return UInt32(shortAS)
  }

  /// Reads the bytes behind the header.
  public static func decode(_ body: ByteReader) throws(BGPError) -> OpenMessage {
    do throws(WireError) { return try read(body) } catch { throw .malformedOpen }
  }

  private static func read(_ body: ByteReader) throws(WireError) -> OpenMessage {
    var r = body
    var open = OpenMessage(version: try r.u8(), shortAS: try r.u16(), holdTime: try r.u16(), identifier: try r.u32())
    var length = Int(try r.u8())
    let mark = BGPAssignments.extendedParameters
    // RFC 9072 §2: a type of 255 right behind says that lengths have two octets, whatever the first length is; we send 255 there.
    if length == Int(mark), r.remaining >= 3, r.bytes[r.position] == mark {
      try r.skip(1)
      length = Int(try r.u16())
      open.isExtended = true
    }
    guard r.remaining == length else { throw .badLength }
    while !r.isAtEnd { open.parameters.append(try parameter(&r, isExtended: open.isExtended)) }
    return open
  }

  private static func parameter(_ r: inout ByteReader, isExtended: Bool) throws(WireError) -> Parameter {
    let type = try r.u8()
    let length = isExtended ? Int(try r.u16()) : Int(try r.u8())
    var value = try r.sub(length)
    guard type == BGPAssignments.capabilityParameter else { return .unknown(type: type, try value.take(value.remaining)) }
    var list: [Capability] = []
    while !value.isAtEnd { list.append(try Capability.decode(&value)) }
    return .capabilities(list)
  }

  /// The whole message.
  public func encode() -> [UInt8] {
    var parts = ByteWriter(capacity: 96)
    for parameter in parameters { encode(parameter, into: &parts) }
    var w = ByteWriter(capacity: 16 + parts.count)
    w.u8(version)
    w.u16(shortAS)
    w.u16(holdTime)
    w.u32(identifier)
    if isExtended {
      w.u8(BGPAssignments.extendedParameters)
      w.u8(BGPAssignments.extendedParameters)
      w.u16(UInt16(truncatingIfNeeded: parts.count))
    } else {
      w.u8(UInt8(truncatingIfNeeded: parts.count))
    }
    w.put(parts.bytes)
    return MessageHeader.frame(.open, w.bytes)
  }

  private func encode(_ parameter: Parameter, into w: inout ByteWriter) {
    var value = ByteWriter(capacity: 16)
    let type: UInt8
    switch parameter {
    case .capabilities(let list):
      type = BGPAssignments.capabilityParameter
      for capability in list { capability.encode(into: &value) }
    case .unknown(let number, let bytes):
      type = number
      value.put(bytes)
    }
    w.u8(type)
    if isExtended { w.u16(UInt16(truncatingIfNeeded: value.count)) } else { w.u8(UInt8(truncatingIfNeeded: value.count)) }
    w.put(value.bytes)
  }
}
