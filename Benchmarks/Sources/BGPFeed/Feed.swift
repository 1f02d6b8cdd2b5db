// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// One session: messages of RFC 4271 §4, written by hand.
struct Feed {
  let session: Int32
  let localAS: UInt32
  let address: String
  private static let networksPerUpdate = 10

  init(session: Int32, localAS: UInt32, address: String) {
    (self.session, self.localAS, self.address) = (session, localAS, address)
  }

  /// OPEN with the capabilities multiprotocol IPv4 and four octet AS numbers, KEEPALIVE, and the other's until its KEEPALIVE came.
  func open() {
    let capabilities: [UInt8] = [1, 4, 0, 1, 0, 1, 65, 4] + Self.bytes(localAS)
    let parameters = [2, UInt8(capabilities.count)] + capabilities
    let as16 = UInt16(localAS > 0xffff ? 23_456 : localAS)
    send(type: 1, [4] + Self.bytes(as16) + [0, 180] + routerID + [UInt8(parameters.count)] + parameters)
    send(type: 4, [])
    while receive() != 4 {}
  }

  /// All networks, then End-of-RIB (RFC 4724 §2), with a KEEPALIVE now and then.
  func announce(_ routes: Int) {
    // An odd factor below 2²⁴ visits every /24 once before it comes back to the first.
    var next: UInt32 = 0, left = routes, updates: [UInt8] = [], path = 0
    while left > 0 {
      var networks: [UInt8] = []
      for _ in 0..<min(left, Self.networksPerUpdate) {
        next = (next &+ 10_368_889) & 0xff_ffff
        while (next >> 16) == 0 || (next >> 16) == 10 || (next >> 16) == 127 || (next >> 16) >= 224 { next = (next &+ 10_368_889) & 0xff_ffff }
        networks += [24, UInt8(next >> 16), UInt8(next >> 8 & 0xff), UInt8(next & 0xff)]
      }
      left -= networks.count / 4
      path += 1
      updates += message(type: 2, update(networks, path))
      if updates.count > 1 << 16 { flush(&updates) }
    }
    updates += message(type: 2, [0, 0, 0, 0])
    flush(&updates)
  }

  /// KEEPALIVEs for ever; what comes is read and forgotten.
  func keep() {
    while true {
      var polled = pollfd(fd: session, events: Int16(POLLIN), revents: 0)
      if poll(&polled, 1, 20_000) > 0 { if receive() == nil { return } } else { send(type: 4, []) }
    }
  }

  private func update(_ networks: [UInt8], _ path: Int) -> [UInt8] {
    var hops = Self.bytes(localAS)
    for i in 0..<(2 + path % 4) { hops += Self.bytes(UInt32(1_000 + (path / (1 + i * 13)) % 60_000)) }
    let attributes: [UInt8] =
      [0x40, 1, 1, 0] + [0x40, 2, UInt8(hops.count + 2), 2, UInt8(hops.count / 4)] + hops + [0x40, 3, 4] + routerID
      + [0x80, 4, 4] + Self.bytes(UInt32(path))
    return [0, 0] + Self.bytes(UInt16(attributes.count)) + attributes + networks
  }

  private var routerID: [UInt8] { address.split(separator: ".").compactMap { UInt8($0) } }

  private static func bytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { [UInt8]($0) } }

  private func message(type: UInt8, _ body: [UInt8]) -> [UInt8] {
    [UInt8](repeating: 255, count: 16) + Self.bytes(UInt16(body.count + 19)) + [type] + body
  }

  private func send(type: UInt8, _ body: [UInt8]) {
    var bytes = message(type: type, body)
    flush(&bytes)
  }

  private func flush(_ bytes: inout [UInt8]) {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.send(session, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { fatalError("the session ended while it was fed") }
      sent += count
    }
    bytes.removeAll(keepingCapacity: true)
  }

  /// The type of the next message; nil at the end.
  private func receive() -> UInt8? {
    guard let header = read(19) else { return nil }
    let length = Int(header[16]) << 8 | Int(header[17])
    guard length >= 19, read(length - 19) != nil else { return nil }
    if header[18] == 3 { fatalError("a NOTIFICATION came") }
    return header[18]
  }

  private func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count), got = 0
    while got < count {
      let now = bytes.withUnsafeMutableBytes { recv(session, $0.baseAddress! + got, count - got, 0) }
      guard now > 0 else { return nil }
      got += now
    }
    return bytes
  }
}
