// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import Testing
import Wire

/// Sockets of the underlay over the loopback interface: the kernel takes headers off and puts them on, and what the packet path sees is
/// whole packets all the same.
@Suite("Underlay sockets carry whole packets of both families", .loopback, .serialized)
struct UnderlaySocketTests {
  /// An outer header of ours in front of a payload, by hand (RFC 791 §3.1, RFC 8200 §3).
  private func packet(_ address: IPAddress, number: UInt8, tos: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let ends = address.bytes + address.bytes
    guard !address.isV4 else {
      let length = UInt16(20 + payload.count)
      return [0x45, tos, UInt8(length >> 8), UInt8(length & 255), 0, 0, 0, 0, 255, number, 0, 0] + ends + payload
    }
    let length = UInt16(payload.count)
    return [0x60 | tos >> 4, tos << 4, 0, 0, UInt8(length >> 8), UInt8(length & 255), number, 255] + ends + payload
  }

  /// Sends one packet through a port, waits for it, and gives what came.
  private func exchange(_ port: any UnderlayPort, _ sent: [UInt8]) throws -> [UInt8]? {
    _ = try sent.withUnsafeBytes { bytes in try port.send(count: 1) { _ in bytes } }
    var slot = [UInt8](repeating: 0, count: 2_048), length: Int?
    var polled = pollfd(fd: port.descriptor, events: Int16(POLLIN), revents: 0)
    poll(&polled, 1, 2_000)
    try slot.withUnsafeMutableBytes { room in _ = try port.receive(upTo: 1, slot: { _ in room }, received: { length = $1 }) }
    return length.map { Array(slot[..<$0]) }
  }

  @Test("GRE: payload, addresses and the traffic class arrive", .enabled(if: geteuid() == 0, "raw sockets need root"), arguments: Loopback.addresses)
  func raw(address: IPAddress) throws {
    let socket = try RawSocket(.init(protocolNumber: 47, source: address))
    let payload: [UInt8] = [0, 0, 0x08, 0x00] + (0..<100).map { UInt8($0) }
    let came = try #require(try exchange(socket, packet(address, number: 47, tos: 0x88, payload)))
    let expected = packet(address, number: 47, tos: 0x88, payload)
    #expect(Array(came.suffix(payload.count)) == payload)
    #expect(came.count == expected.count)
    #expect(came[0] == expected[0] && (address.isV4 ? came[1] : came[1] & 0xf0) == (address.isV4 ? 0x88 : 0x80))
    let ends = address.isV4 ? 12..<20 : 8..<40
    #expect(Array(came[ends]) == address.bytes + address.bytes)
    #expect(address.isV4 ? came[9] == 47 : came[6] == 47)
    #expect(socket.counters == UnderlayCounters())
  }

  @Test("UDP: ports, payload and addresses arrive", arguments: Loopback.addresses)
  func datagrams(address: IPAddress) throws {
    let port: UInt16 = 45_321
    let socket = try DatagramSocket(.init(source: address, port: port))
    let payload = (0..<50).map { UInt8($0) }, length = UInt8(8 + payload.count)
    let udp: [UInt8] = [UInt8(port >> 8), UInt8(port & 255), UInt8(port >> 8), UInt8(port & 255), 0, length, 0, 0] + payload
    let came = try #require(try exchange(socket, packet(address, number: 17, tos: 0, udp)))
    #expect(Array(came.suffix(udp.count)) == udp)
    #expect(came.count == (address.isV4 ? 20 : 40) + udp.count)
    #expect(Array(came[address.isV4 ? 12..<20 : 8..<40]) == address.bytes + address.bytes)
  }

  @Test("a packet of the other family is counted and not sent", arguments: Loopback.addresses)
  func otherFamily(address: IPAddress) throws {
    let socket = try DatagramSocket(.init(source: address, port: 45_322))
    let other = address.isV4 ? Loopback.v6 : Loopback.v4
    let bytes = packet(other, number: 17, tos: 0, [0, 1, 0, 1, 0, 8, 0, 0])
    let outcome = try bytes.withUnsafeBytes { raw in try socket.send(count: 1) { _ in raw } }
    #expect(outcome.consumed == 1)
    #expect(socket.counters.malformed == 1)
  }
}
