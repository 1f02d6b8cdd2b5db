// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The mandatory part of a packet, one case per layout (RFC 2332 §5.2).
public enum NHRPBody: Sendable, Hashable {
  /// Types 1 to 6, requests and replies; see its `type`.
  case request(NHRPMandatory)
  /// Type 7.
  case error(NHRPErrorIndication)
  /// Type 8.
  case traffic(NHRPTrafficIndication)

  /// `ar$op.type` of the packet.
  public var type: NHRPPacketType {
    switch self {
    case .request(let part): part.type
    case .error: .errorIndication
    case .traffic: .trafficIndication
    }
  }
}

extension NHRPBody: NHRPAddressed {
  /// The addresses of whichever part this is.
  public var addresses: NHRPAddresses {
    get {
      switch self {
      case .request(let part): part.addresses
      case .error(let part): part.addresses
      case .traffic(let part): part.addresses
      }
    }
    set {
      switch self {
      case .request(var part): part.addresses = newValue; self = .request(part)
      case .error(var part): part.addresses = newValue; self = .error(part)
      case .traffic(var part): part.addresses = newValue; self = .traffic(part)
      }
    }
  }
}

extension NHRPBody {
  /// Reads the part up to where its addresses end, then what follows to the extension offset or the packet's end.
  init(_ bytes: [UInt8], _ raw: RawFixedHeader) throws(NHRPDecodeError) {
    var fields = FieldReader(
      bytes, from: NHRPAssignments.fixedHeaderByteCount, to: raw.packetSize, truncation: .truncatedMandatory)
    switch raw.type {
    case .unknown: throw .unknownPacketType
    case .errorIndication:
      var part = try NHRPErrorIndication(&fields, raw)
      var rest = try raw.remainder(bytes, after: fields.position)
      part.offendingPacket = try rest.rest()
      self = .error(part)
    case .trafficIndication:
      var part = try NHRPTrafficIndication(&fields, raw)
      var rest = try raw.remainder(bytes, after: fields.position)
      part.offendingPacket = try rest.rest()
      self = .traffic(part)
    default:
      var part = try NHRPMandatory(&fields, raw)
      var rest = try raw.remainder(bytes, after: fields.position)
      part.entries = try ClientInformationEntry.list(&rest)
      self = .request(part)
    }
  }

  /// Appends the mandatory part.
  func encode(into writer: inout ByteWriter) {
    switch self {
    case .request(let part): part.encode(into: &writer)
    case .error(let part): part.encode(into: &writer)
    case .traffic(let part): part.encode(into: &writer)
    }
  }
}

extension RawFixedHeader {
  /// The bytes between the addresses and the extensions; an offset of zero means there are no extensions.
  fileprivate func remainder(_ bytes: [UInt8], after position: Int) throws(NHRPDecodeError) -> FieldReader {
    let end = extensionOffset == 0 ? packetSize : extensionOffset
    guard end >= position, end <= packetSize else { throw .badExtensionOffset }
    return FieldReader(bytes, from: position, to: end, truncation: .truncatedEntry)
  }
}
