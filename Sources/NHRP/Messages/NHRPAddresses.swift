// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The addresses that every mandatory part has (RFC 2332 §5.2.0.1, §5.2.7). Nil is an address of length zero.
public struct NHRPAddresses: Sendable, Hashable {
  /// Source NBMA address.
  public var nbma: IPAddress?
  /// Source NBMA subaddress, at most 63 bytes; empty for IP.
  public var nbmaSubaddress: [UInt8]
  /// Source protocol address.
  public var source: IPAddress?
  /// Destination protocol address.
  public var destination: IPAddress?

  /// Makes a set of addresses.
  public init(nbma: IPAddress?, nbmaSubaddress: [UInt8] = [], source: IPAddress?, destination: IPAddress?) {
    self.nbma = nbma
    self.nbmaSubaddress = nbmaSubaddress
    self.source = source
    self.destination = destination
  }
}

/// Anything that has the addresses of a mandatory part. An absent address reads as 0.0.0.0 and is encoded
/// with length zero again as long as nobody sets it.
public protocol NHRPAddressed {
  /// The addresses, with absent ones as nil.
  var addresses: NHRPAddresses { get set }
}

extension NHRPAddressed {
  /// Source NBMA address; 0.0.0.0 where the packet has none.
  public var sourceNBMA: IPAddress {
    get { addresses.nbma ?? .anyV4 }
    set { addresses.nbma = newValue }
  }

  /// Source NBMA subaddress; empty for IP.
  public var sourceNBMASubaddress: [UInt8] {
    get { addresses.nbmaSubaddress }
    set { addresses.nbmaSubaddress = newValue }
  }

  /// Source protocol address; 0.0.0.0 where the packet has none. Replies travel towards it.
  public var sourceProtocol: IPAddress {
    get { addresses.source ?? .anyV4 }
    set { addresses.source = newValue }
  }

  /// Destination protocol address; 0.0.0.0 where the packet has none. Requests and indications travel towards it.
  public var destinationProtocol: IPAddress {
    get { addresses.destination ?? .anyV4 }
    set { addresses.destination = newValue }
  }
}

extension NHRPAddresses {
  /// Reads the addresses whose lengths the header (NBMA) and the first bytes of the mandatory part gave.
  init(_ fields: inout FieldReader, _ raw: RawFixedHeader, source: UInt8, destination: UInt8)
    throws(NHRPDecodeError)
  {
    let nbma = try fields.address(raw.nbma.length)
    let subaddress = try fields.take(raw.subaddress.length)
    self.init(
      nbma: nbma, nbmaSubaddress: subaddress, source: try fields.address(Int(source)),
      destination: try fields.address(Int(destination)))
  }

  /// Appends the two protocol lengths that open each mandatory part.
  func encodeLengths(into writer: inout ByteWriter) {
    writer.u8(UInt8(truncatingIfNeeded: source?.byteCount ?? 0))
    writer.u8(UInt8(truncatingIfNeeded: destination?.byteCount ?? 0))
  }

  /// Appends the addresses, NBMA first (RFC 2332 §5.2.0.1).
  func encode(into writer: inout ByteWriter) {
    writer.put(nbma?.bytes ?? [])
    writer.put(nbmaSubaddress.prefix(NHRPMessageLimits.maximumSubaddressBytes))
    writer.put(source?.bytes ?? [])
    writer.put(destination?.bytes ?? [])
  }
}
