// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux

/// A classic BPF program in front of a raw socket: which packets it gets at all. It sees an IPv4 packet from its header on, an IPv6 one
/// from behind it.
public struct PacketFilter: Sendable, Equatable {
  var program: [Instruction]

  struct Instruction: Sendable, Equatable {
    var code: UInt16
    var jumpTrue: UInt8 = 0
    var jumpFalse: UInt8 = 0
    var k: UInt32
  }

  private static let loadWordAbsolute: UInt16 = 0x20
  private static let moduloConstant: UInt16 = 0x94
  private static let jumpIfEqual: UInt16 = 0x15
  private static let returnConstant: UInt16 = 0x06
  private static let returnAccumulator: UInt16 = 0x16
  /// `ldx 4*([k]&0xf)`
  private static let loadHeaderLength: UInt16 = 0xb1
  private static let loadWordIndexed: UInt16 = 0x40
  /// Where an IPv4 header holds its source address (RFC 791 §3.1).
  private static let sourceAddressOffset: UInt32 = 12
  /// SKF_NET_OFF: what is added to an offset counted from the network header, wherever the program's data begin.
  private static let networkHeader = UInt32(bitPattern: -0x10_0000)
  /// Where an IPv6 header holds the last word of its source address (RFC 8200 §3).
  private static let sourceEndOffsetV6: UInt32 = 20

  /// Refuses every packet.
  public static let none = PacketFilter(program: [Instruction(code: returnConstant, k: 0)])

  /// Takes the packets whose outer source address, as a number, leaves `remainder` when divided by `count`.
  ///
  /// With one socket per worker and remainders 0..<count, each peer's packets reach exactly one worker.
  public static func source(modulo count: UInt32, equals remainder: UInt32, isV4: Bool = true) -> PacketFilter {
    guard count > 1 else { return all }
    return PacketFilter(program: [
      Instruction(code: loadWordAbsolute, k: isV4 ? sourceAddressOffset : networkHeader &+ sourceEndOffsetV6),
      Instruction(code: moduloConstant, k: count),
      Instruction(code: jumpIfEqual, jumpTrue: 0, jumpFalse: 1, k: remainder),
      Instruction(code: returnConstant, k: .max),
      Instruction(code: returnConstant, k: 0),
    ])
  }

  /// Takes the ESP packets whose SPI leaves `remainder` when divided by `count` (the SPI stands behind a header of any length). We
  /// choose our SPIs, so one worker sees an association's sequence numbers whatever address they come from.
  public static func spi(modulo count: UInt32, equals remainder: UInt32, isV4: Bool = true) -> PacketFilter {
    guard count > 1 else { return all }
    guard isV4 else { return firstWord(modulo: count, equals: remainder) }
    return PacketFilter(program: [
      Instruction(code: loadHeaderLength, k: 0),
      Instruction(code: loadWordIndexed, k: 0),
      Instruction(code: moduloConstant, k: count),
      Instruction(code: jumpIfEqual, jumpTrue: 0, jumpFalse: 1, k: remainder),
      Instruction(code: returnConstant, k: .max),
      Instruction(code: returnConstant, k: 0),
    ])
  }

  private static func firstWord(modulo count: UInt32, equals remainder: UInt32) -> PacketFilter {
    PacketFilter(program: [
      Instruction(code: loadWordAbsolute, k: 0),
      Instruction(code: moduloConstant, k: count),
      Instruction(code: jumpIfEqual, jumpTrue: 0, jumpFalse: 1, k: remainder),
      Instruction(code: returnConstant, k: .max),
      Instruction(code: returnConstant, k: 0),
    ])
  }

  /// For datagram sockets that share a port: the number of the socket that gets a datagram, by its first word modulo `count`. That is
  /// the SPI of ESP in UDP; IKE's non-ESP marker is zero, so IKE comes to the first.
  static func socketByFirstWord(modulo count: UInt32) -> PacketFilter {
    PacketFilter(program: [
      Instruction(code: loadWordAbsolute, k: 0),
      Instruction(code: moduloConstant, k: max(1, count)),
      Instruction(code: returnAccumulator, k: 0),
    ])
  }

  /// Takes every packet.
  public static let all = PacketFilter(program: [Instruction(code: returnConstant, k: .max)])

  /// Puts the filter in front of `socket`; it replaces an earlier one at once.
  func attach(to socket: Int32) throws(SystemError) {
    try check(code.withUnsafeBufferPointer { clx_attach_filter(socket, $0.baseAddress, UInt16($0.count)) }, "attach packet filter")
  }

  /// Lets the filter choose among the sockets that share a port with `socket` (SO_ATTACH_REUSEPORT_CBPF).
  func attachToShared(_ socket: Int32) throws(SystemError) {
    try check(code.withUnsafeBufferPointer { clx_attach_port_filter(socket, $0.baseAddress, UInt16($0.count)) }, "attach port filter")
  }

  private var code: [sock_filter] { program.map { sock_filter(code: $0.code, jt: $0.jumpTrue, jf: $0.jumpFalse, k: $0.k) } }
}
