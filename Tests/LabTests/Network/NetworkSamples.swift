// SPDX-License-Identifier: GPL-3.0-or-later
import Lab
import ProtocolKit
import Testing
import Wire

/// Packets for the tests of the lab's network.
enum Sample {
  static let a = IPAddress(198, 51, 100, 1)
  static let b = IPAddress(203, 0, 113, 1)
  static let c = IPAddress(203, 0, 113, 2)

  /// An outer packet with a GRE header and `count` bytes behind it.
  static func gre(
    from source: IPAddress, to destination: IPAddress, count: Int = 100, dontFragment: Bool = false, tag: UInt8 = 0
  ) -> [UInt8] {
    LabPacket.ipv4(
      from: source, to: destination, protocol: 47, dontFragment: dontFragment,
      payload: [0x20, 0, 0x08, 0, 0, 0, 0, 42] + [UInt8](repeating: tag, count: count))
  }

  /// An inner packet inside GRE with a key.
  static func tunnelled(_ inner: [UInt8], from source: IPAddress, to destination: IPAddress) -> [UInt8] {
    LabPacket.ipv4(from: source, to: destination, protocol: 47, payload: [0x20, 0, 0x08, 0, 0, 0, 0, 42] + inner)
  }

  static func source(_ packet: [UInt8]) -> IPAddress? { IPAddress(bytes: packet[12..<16]) }
  static func destination(_ packet: [UInt8]) -> IPAddress? { IPAddress(bytes: packet[16..<20]) }
  static func hasGoodHeader(_ packet: [UInt8]) -> Bool { InternetChecksum.isValid(packet[..<20]) }
}

/// `#require` for calls that change their receiver, which the macro cannot take apart.
func unwrap<T>(_ value: T?, sourceLocation: SourceLocation = #_sourceLocation) throws -> T {
  try #require(value, sourceLocation: sourceLocation)
}
