// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The value of the authentication extension (RFC 2332 §5.3.4). Neither description nor dump shows the secret.
public enum NHRPAuthentication: Sendable, Hashable {
  /// Cisco's form: 0x00000001 and the password's bytes, no padding, no NUL.
  case ciscoPlain([UInt8])
  /// Reserved, security parameter index, and what follows them (source address and hash in the RFC).
  case other(reserved: UInt16, spi: UInt16, rest: [UInt8])

  /// Cisco's form of `ip nhrp authentication STRING`.
  public init(password: String) { self = .ciscoPlain(Array(password.utf8)) }
}

extension NHRPAuthentication {
  init(_ fields: inout FieldReader) throws(NHRPDecodeError) {
    let reserved = try fields.u16()
    let spi = try fields.u16()
    let rest = try fields.rest()
    let isCisco = UInt32(reserved) << 16 | UInt32(spi) == NHRPAssignments.ciscoPlainText
    self = isCisco ? .ciscoPlain(rest) : .other(reserved: reserved, spi: spi, rest: rest)
  }

  func encode(into writer: inout ByteWriter) {
    switch self {
    case .ciscoPlain(let password):
      writer.u32(NHRPAssignments.ciscoPlainText)
      writer.put(password)
    case .other(let reserved, let spi, let rest):
      writer.u16(reserved)
      writer.u16(spi)
      writer.put(rest)
    }
  }
}

extension NHRPAuthentication: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The form and the number of bytes.
  public var description: String {
    switch self {
    case .ciscoPlain(let password): "ciscoPlain(\(password.count) bytes)"
    case .other(let reserved, let spi, let rest): "other(reserved \(reserved), spi \(spi), \(rest.count) bytes)"
    }
  }
  /// The same as `description`.
  public var debugDescription: String { description }
  /// Nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
