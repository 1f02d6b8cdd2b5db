// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// One statement of a packet. Texts are bytes: nothing says in which encoding they are.
public enum CDPTLV: Sendable, Hashable {
  /// The sender's name.
  case deviceID([UInt8])
  /// Its addresses on the interface.
  case addresses(CDPAddressList)
  /// The interface's name.
  case portID([UInt8])
  /// What it does.
  case capabilities(CDPCapabilities)
  /// What it runs.
  case softwareVersion([UInt8])
  /// What it is.
  case platform([UInt8])
  /// The networks of a stub, for its hub.
  case prefixes([CDPPrefix])
  /// The address of a hub, for its stubs.
  case gateway(IPAddress)
  /// Another protocol's message.
  case protocolHello(CDPProtocolHello)
  /// The name of the VTP domain.
  case managementDomain([UInt8])
  /// The VLAN of untagged frames.
  case nativeVLAN(UInt16)
  /// 1 full, 0 half.
  case duplex(UInt8)
  /// The largest packet in bytes.
  case mtu(UInt32)
  /// Addresses for management.
  case managementAddresses(CDPAddressList)
  /// Anything else, kept.
  case unknown(CDPTLVType, [UInt8])

  /// Its type.
  public var type: CDPTLVType {
    switch self {
    case .deviceID: .deviceID
    case .addresses: .addresses
    case .portID: .portID
    case .capabilities: .capabilities
    case .softwareVersion: .softwareVersion
    case .platform: .platform
    case .prefixes, .gateway: .prefixes
    case .protocolHello: .protocolHello
    case .managementDomain: .managementDomain
    case .nativeVLAN: .nativeVLAN
    case .duplex: .duplex
    case .mtu: .mtu
    case .managementAddresses: .managementAddresses
    case .unknown(let type, _): type
    }
  }

  static func decode(_ type: CDPTLVType, _ value: [UInt8]) throws(CDPDecodeError) -> CDPTLV {
    switch type {
    case .deviceID: return .deviceID(value)
    case .addresses: return .addresses(try CDPAddressList(value))
    case .portID: return .portID(value)
    case .capabilities: return .capabilities(CDPCapabilities(rawValue: try number(value, bytes: 4)))
    case .softwareVersion: return .softwareVersion(value)
    case .platform: return .platform(value)
    case .prefixes: return try routing(value)
    case .protocolHello: return .protocolHello(try CDPProtocolHello(value))
    case .managementDomain: return .managementDomain(value)
    case .nativeVLAN: return .nativeVLAN(UInt16(truncatingIfNeeded: try number(value, bytes: 2)))
    case .duplex: return .duplex(UInt8(truncatingIfNeeded: try number(value, bytes: 1)))
    case .mtu: return .mtu(try number(value, bytes: 4))
    case .managementAddresses: return .managementAddresses(try CDPAddressList(value))
    default: return .unknown(type, value)
    }
  }

  /// Without the header.
  var encodedValue: [UInt8] {
    switch self {
    case .deviceID(let bytes), .portID(let bytes), .softwareVersion(let bytes), .platform(let bytes), .managementDomain(let bytes): bytes
    case .addresses(let list), .managementAddresses(let list): list.encode()
    case .capabilities(let all): Self.bytes(all.rawValue, count: 4)
    case .prefixes(let all): all.flatMap { Self.bytes($0.address, count: 4) + [$0.length] }
    case .gateway(let address): address.bytes
    case .protocolHello(let hello): hello.encode()
    case .nativeVLAN(let vlan): Self.bytes(UInt32(vlan), count: 2)
    case .duplex(let mode): [mode]
    case .mtu(let bytes): Self.bytes(bytes, count: 4)
    case .unknown(_, let bytes): bytes
    }
  }

  /// Four bytes are a hub's address, else there are five for each network.
  private static func routing(_ value: [UInt8]) throws(CDPDecodeError) -> CDPTLV {
    if value.count + CDPNumbers.tlvHeaderBytes == CDPNumbers.gatewayLength { return .gateway(IPAddress(v4: try number(value, bytes: 4))) }
    guard value.count % 5 == 0 else { throw .badPrefixes }
    var all: [CDPPrefix] = []
    for at in stride(from: 0, to: value.count, by: 5) {
      guard value[at + 4] <= 32 else { throw .badPrefixes }
      all.append(CDPPrefix(address: try number(Array(value[at..<at + 4]), bytes: 4), length: value[at + 4]))
    }
    return .prefixes(all)
  }

  private static func number(_ value: [UInt8], bytes: Int) throws(CDPDecodeError) -> UInt32 {
    guard value.count == bytes else { throw .badValue }
    return value.reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func bytes(_ number: UInt32, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * (count - 1 - $0))) }
  }
}

/// A network of a stub as it stands on the wire, host bits and all.
public struct CDPPrefix: Sendable, Hashable {
  /// The address.
  public var address: UInt32
  /// Bits of its network, 0–32.
  public var length: UInt8

  init(address: UInt32, length: UInt8) { (self.address, self.length) = (address, length) }

  /// The network `prefix`, of IPv4.
  public init(_ prefix: IPPrefix) { self.init(address: prefix.address.v4Bits, length: min(32, prefix.length)) }

  /// The network, host bits cleared.
  public var prefix: IPPrefix { IPPrefix(IPAddress(v4: address), length: Int(length)) }
}

/// Another protocol's message inside CDP.
public struct CDPProtocolHello: Sendable, Hashable {
  /// Whose protocol, three bytes.
  public var organization: [UInt8]
  /// Which.
  public var protocolID: UInt16
  /// Its message.
  public var message: [UInt8]

  init(_ value: [UInt8]) throws(CDPDecodeError) {
    guard value.count >= 5 else { throw .badValue }
    organization = Array(value[..<3])
    protocolID = UInt16(value[3]) << 8 | UInt16(value[4])
    message = Array(value[5...])
  }

  func encode() -> [UInt8] {
    organization + [UInt8(truncatingIfNeeded: protocolID >> 8), UInt8(truncatingIfNeeded: protocolID)] + message
  }
}
