// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The value of an extension (RFC 2332 §5.3.1–§5.3.5, RFC 2735, and Cisco's NAT addresses).
public enum NHRPExtensionContent: Sendable, Hashable {
  /// Type 3: who answered.
  case responderAddress([ClientInformationEntry])
  /// Type 4: the servers a request passed.
  case forwardTransit([ClientInformationEntry])
  /// Type 5: the servers a reply passed.
  case reverseTransit([ClientInformationEntry])
  /// Type 7.
  case authentication(NHRPAuthentication)
  /// Type 8: the vendor's 24-bit OUI and its bytes; unknown ones are copied, never required.
  case vendorPrivate(oui: UInt32, data: [UInt8])
  /// Type 9 (Cisco): NBMA addresses as seen from outside a NAT.
  case natAddress([ClientInformationEntry])
  /// Type 9 with exactly eight bytes (RFC 2735); no list of entries is that short.
  case deviceCapabilities([UInt8])
  /// Any other type, or a value of type 8 or 9 that is not what the type promises: the bytes as they came.
  case unknown([UInt8])
}

extension NHRPExtensionContent {
  /// Reads a value. Malformed lists of types 3 to 5 and too short authentication are errors: we have to act
  /// on them. Malformed values of types 8 and 9 are kept as bytes: we may pass them on.
  init(type: NHRPExtensionType, value: [UInt8]) throws(NHRPDecodeError) {
    var fields = FieldReader(value, from: 0, to: value.count, truncation: .truncatedExtension)
    switch type {
    case .responderAddress: self = .responderAddress(try ClientInformationEntry.list(&fields))
    case .forwardTransit: self = .forwardTransit(try ClientInformationEntry.list(&fields))
    case .reverseTransit: self = .reverseTransit(try ClientInformationEntry.list(&fields))
    case .authentication: self = .authentication(try NHRPAuthentication(&fields))
    case .vendorPrivate: self = .vendor(value)
    case .natAddress: self = .typeNine(value, &fields)
    default: self = .unknown(value)
    }
  }

  private static func vendor(_ value: [UInt8]) -> NHRPExtensionContent {
    guard value.count >= 3 else { return .unknown(value) }
    return .vendorPrivate(oui: value[..<3].reduce(0) { $0 << 8 | UInt32($1) }, data: Array(value[3...]))
  }

  private static func typeNine(_ value: [UInt8], _ fields: inout FieldReader) -> NHRPExtensionContent {
    if value.count == 8 { return .deviceCapabilities(value) }
    guard let entries = try? ClientInformationEntry.list(&fields) else { return .unknown(value) }
    return .natAddress(entries)
  }

  /// Appends the value.
  func encode(into writer: inout ByteWriter) {
    switch self {
    case .responderAddress(let list), .forwardTransit(let list), .reverseTransit(let list), .natAddress(let list):
      for entry in list { entry.encode(into: &writer) }
    case .authentication(let value): value.encode(into: &writer)
    case .vendorPrivate(let oui, let data):
      writer.u8(UInt8(truncatingIfNeeded: oui >> 16))
      writer.u16(UInt16(truncatingIfNeeded: oui))
      writer.put(data)
    case .deviceCapabilities(let bytes), .unknown(let bytes): writer.put(bytes)
    }
  }
}
