// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One extension (RFC 2332 §5.3). End is not one of them: it is implied by the list.
public struct NHRPExtension: Sendable, Hashable {
  /// C: who does not know this extension must not process the packet.
  public var isCompulsory: Bool
  /// The type, 14 bits.
  public var type: UInt16
  /// The bit between C and the type; zero in all known senders.
  public var reservedBit: Bool
  /// The value.
  public var content: NHRPExtensionContent

  /// Makes an extension of any type; bits of `type` above 14 are dropped.
  public init(isCompulsory: Bool, type: NHRPExtensionType, reservedBit: Bool = false, content: NHRPExtensionContent) {
    self.isCompulsory = isCompulsory
    self.type = type.rawValue
    self.reservedBit = reservedBit
    self.content = content
  }

  /// Responder address (§5.3.1): empty in a request, one entry in a reply.
  public static func responderAddress(_ entries: [ClientInformationEntry] = []) -> NHRPExtension {
    NHRPExtension(isCompulsory: true, type: .responderAddress, content: .responderAddress(entries))
  }
  /// Forward transit record (§5.3.2): empty where the request starts.
  public static func forwardTransit(_ entries: [ClientInformationEntry] = []) -> NHRPExtension {
    NHRPExtension(isCompulsory: true, type: .forwardTransit, content: .forwardTransit(entries))
  }
  /// Reverse transit record (§5.3.3): empty where the reply starts.
  public static func reverseTransit(_ entries: [ClientInformationEntry] = []) -> NHRPExtension {
    NHRPExtension(isCompulsory: true, type: .reverseTransit, content: .reverseTransit(entries))
  }
  /// Authentication (§5.3.4).
  public static func authentication(_ value: NHRPAuthentication) -> NHRPExtension {
    NHRPExtension(isCompulsory: true, type: .authentication, content: .authentication(value))
  }
  /// NAT addresses (Cisco), not compulsory.
  public static func natAddress(_ entries: [ClientInformationEntry] = []) -> NHRPExtension {
    NHRPExtension(isCompulsory: false, type: .natAddress, content: .natAddress(entries))
  }

  /// The entries of the four kinds that are lists; nil for the others.
  public var entries: [ClientInformationEntry]? {
    switch content {
    case .responderAddress(let list), .forwardTransit(let list), .reverseTransit(let list), .natAddress(let list): list
    default: nil
    }
  }
}

extension NHRPExtension {
  /// Reads one extension; nil is End (§5.3.0), whose length must be zero.
  static func next(_ fields: inout FieldReader) throws(NHRPDecodeError) -> NHRPExtension? {
    let word = try fields.u16()
    let length = Int(try fields.u16())
    let type = NHRPExtensionType(rawValue: word)
    if type == .end {
      guard length == 0 else { throw .badEnd }
      return nil
    }
    let content = try NHRPExtensionContent(type: type, value: try fields.take(length))
    return NHRPExtension(
      isCompulsory: word & 0x8000 != 0, type: type, reservedBit: word & 0x4000 != 0, content: content)
  }

  /// Reads extensions up to and including End.
  static func list(_ fields: inout FieldReader) throws(NHRPDecodeError) -> [NHRPExtension] {
    var found: [NHRPExtension] = []
    while !fields.isAtEnd {
      guard let one = try next(&fields) else { return found }
      guard found.count < NHRPMessageLimits.maximumExtensions else { throw .tooManyExtensions }
      found.append(one)
    }
    throw .missingEnd
  }

  /// Appends the extension. A value of more than 65 535 bytes is cut.
  func encode(into writer: inout ByteWriter) {
    writer.u16((isCompulsory ? 0x8000 : 0) | (reservedBit ? 0x4000 : 0) | type & 0x3fff)
    var value = ByteWriter(capacity: 64)
    content.encode(into: &value)
    let kept = value.bytes.prefix(Int(UInt16.max))
    writer.u16(UInt16(truncatingIfNeeded: kept.count))
    writer.put(kept)
  }

  /// Appends End: compulsory, type 0, no value (§5.3.0).
  static func encodeEnd(into writer: inout ByteWriter) {
    writer.u16(0x8000)
    writer.u16(0)
  }
}
