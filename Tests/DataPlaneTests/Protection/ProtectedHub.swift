// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// A suite that a test runs with.
struct Suite: Sendable, CustomTestStringConvertible {
  var name: String
  var value: ESPSuite
  var testDescription: String { name }

  static let gcm = Suite(name: "AES-GCM-16", value: ESPSuite(encryption: 20, keyBits: 128))
  static let all: [Suite] = [
    gcm, Suite(name: "AES-GCM-12 256", value: ESPSuite(encryption: 19, keyBits: 256)),
    Suite(name: "AES-GCM-8", value: ESPSuite(encryption: 18, keyBits: 192)),
    Suite(name: "AES-CBC SHA1", value: ESPSuite(encryption: 12, keyBits: 128, integrity: 2)),
    Suite(name: "AES-CBC SHA256", value: ESPSuite(encryption: 12, keyBits: 256, integrity: 12)),
    Suite(name: "AES-CBC SHA256-96", value: ESPSuite(encryption: 12, keyBits: 256, integrity: 12, truncatesSHA256To96: true)),
    Suite(name: "AES-CBC SHA384", value: ESPSuite(encryption: 12, keyBits: 192, integrity: 13)),
    Suite(name: "AES-CBC SHA512", value: ESPSuite(encryption: 12, keyBits: 128, integrity: 14)),
    Suite(name: "NULL SHA256", value: ESPSuite(encryption: 11, keyBits: 0, integrity: 12)),
  ]

  /// Key material that differs from association to association.
  func keys(_ n: UInt32) -> SecretBytes {
    var random = RandomSource(seed: UInt64(n) &* 77 &+ 5)
    return SecretBytes((0..<(PacketCipher.keyBytes(of: value) ?? 0)).map { _ in UInt8(random.below(256)) })
  }
}

/// The hub with `tunnel protection`, group 7, and associations with its spokes .11 and .12, who are peers 11 and 12. Our SPIs are
/// 0x1000 and the number, theirs 0x2000 and the number.
struct ProtectedHub {
  let hub: Hub
  var suite = Suite.gcm
  var mode = IPsecMode.transport
  var isEncapsulated = false
  var usesESN = false

  static let group: UInt16 = 7

  init(
    _ suite: Suite = .gcm, mode: IPsecMode = .transport, isEncapsulated: Bool = false, usesESN: Bool = false, associates: Bool = true,
    associationLimit: Int = 1024, _ change: (inout TunnelForwarding) -> Void = { _ in }
  ) {
    hub = Hub(associationLimit: associationLimit) {
      $0.protectionGroup = ProtectedHub.group
      change(&$0)
    }
    (self.suite, self.mode, self.isEncapsulated, self.usesESN) = (suite, mode, isEncapsulated, usesESN)
    for n in [11, 12] as [UInt32] {
      hub.apply(.adjacency(Hub.tun, nextHop: ip("172.16.0.\(n)"), nbma: ip("198.51.100.\(n)"), peer: ProtectionID(n)))
      if associates { associate(n) }
    }
  }

  var core: ForwardingCore { hub.core }

  /// Spoke 300 is 198.51.101.44, and so on.
  static func address(_ n: UInt32) -> IPAddress { IPAddress(v4: 0xc633_6400 + n) }

  func endpoints(_ n: UInt32, port: UInt16 = 4500) -> AssociationEndpoints {
    AssociationEndpoints(
      local: ip("198.51.100.1"), remote: ProtectedHub.address(n), localPort: isEncapsulated ? 4500 : 0,
      remotePort: isEncapsulated ? port : 0)
  }

  func association(_ direction: SecurityAssociation.Direction, _ n: UInt32, spi: UInt32? = nil) -> SecurityAssociation {
    let spi = spi ?? (direction == .inbound ? 0x1000 : 0x2000) + n
    var association = SecurityAssociation(
      direction: direction, spi: spi, peer: ProtectionID(n), group: ProtectedHub.group, mode: mode, endpoints: endpoints(n),
      suite: suite.value, keys: suite.keys(spi))
    association.usesESN = usesESN
    return association
  }

  func associate(_ n: UInt32) {
    hub.apply(.associate(association(.inbound, n)))
    hub.apply(.associate(association(.outbound, n)))
  }

  /// What spoke `n` sends: GRE with key 42, sealed.
  func sealed(_ n: UInt32, _ sequence: UInt64, type: UInt16 = 0x0800, _ payload: [UInt8], _ change: (inout ESPBuilder) -> Void = { _ in })
    -> [UInt8]
  {
    var esp = ESPBuilder(association(.inbound, n), sequence: sequence)
    esp.isTunnelMode = mode == .tunnel
    esp.text = Array(gre(ProtectedHub.address(n).description, "198.51.100.1", type: type, payload)[(mode == .tunnel ? 0 : 20)...])
    change(&esp)
    return esp.packet
  }

  /// Opens what the hub sent to spoke `n`, without any code of the module; nil when it is not what it should be.
  func opened(_ n: UInt32, _ packet: [UInt8]) -> Opened? { Opened(packet, association(.outbound, n)) }

  static let toHub = IPv4("172.16.0.11", "172.16.0.1", payload: udp(9)).bytes
  static let toSpoke = IPv4("192.168.1.7", "192.168.11.2", payload: udp(9, Array("nothing of this in clear".utf8))).bytes
}

/// ESP built by hand (RFC 4303 §2): padding, trailer and header as a test wants them, the cipher is the library's.
struct ESPBuilder {
  var association: SecurityAssociation
  var sequence: UInt64
  var isTunnelMode = false
  var text: [UInt8] = []
  /// Nil: 1, 2, 3 as many as it takes.
  var padding: [UInt8]?
  var padLength: UInt8?
  var nextHeader: UInt8?
  var source: IPAddress
  var sourcePort: UInt16
  var destination: IPAddress
  var tos: UInt8 = 0

  init(_ inbound: SecurityAssociation, sequence: UInt64) {
    (association, self.sequence) = (inbound, sequence)
    (source, destination, sourcePort) = (inbound.endpoints.remote, inbound.endpoints.local, inbound.endpoints.remotePort)
  }

  /// From the SPI to the ICV.
  var bytes: [UInt8] {
    var reversed = association
    reversed.direction = .outbound
    guard let cipher = try? PacketCipher(association.suite, keys: association.keys, direction: .outbound) else { return [] }
    let block = cipher.blockBytes
    let pad = padding ?? (0..<(block - (text.count + 2) % block) % block).map { UInt8($0 + 1) }
    var w = ByteWriter()
    w.u32(association.spi)
    w.u32(UInt32(truncatingIfNeeded: sequence))
    w.put([UInt8](repeating: 0, count: cipher.ivBytes) + text + pad)
    w.put([padLength ?? UInt8(pad.count), nextHeader ?? (isTunnelMode ? 4 : 47)])
    w.put([UInt8](repeating: 0, count: cipher.icvBytes))
    var out = w.bytes
    let isSealed = out.withUnsafeMutableBytes {
      cipher.seal($0.baseAddress!, count: $0.count, sequence: sequence, usesESN: association.usesESN)
    }
    return isSealed ? out : []
  }

  /// With its outer headers.
  var packet: [UInt8] {
    let esp = bytes
    guard sourcePort != 0 else { return outer(50, esp) }
    var w = ByteWriter()
    w.u16(sourcePort)
    w.u16(4500)
    w.u16(UInt16(8 + esp.count))
    w.u16(0)
    return outer(17, w.bytes + esp)
  }

  private func outer(_ proto: UInt8, _ payload: [UInt8]) -> [UInt8] {
    var packet = IPv4(source.description, destination.description, proto: proto, payload: payload)
    packet.tos = tos
    return packet.bytes
  }
}

/// A packet of ours, taken apart.
struct Opened {
  var ports: (source: UInt16, destination: UInt16)?
  var spi: UInt32
  var sequence: UInt32
  /// What is between IV and padding.
  var text: [UInt8]
  var padding: [UInt8]
  var nextHeader: UInt8

  init?(_ packet: [UInt8], _ association: SecurityAssociation) {
    guard packet.count > 28, packet[0] == 0x45, slowChecksum(Array(packet[..<20])) == 0, Int(u16(packet, 2)) == packet.count,
      let cipher = try? PacketCipher(association.suite, keys: association.keys, direction: .inbound)
    else { return nil }
    var esp = Array(packet[20...])
    if packet[9] == 17 {
      guard Int(u16(esp, 4)) == esp.count, u16(esp, 6) == 0 else { return nil }
      ports = (u16(esp, 0), u16(esp, 2))
      esp.removeFirst(8)
    } else if packet[9] != 50 {
      return nil
    }
    (spi, sequence) = (u32(esp, 0), u32(esp, 4))
    let number = UInt64(sequence)
    let isOpen = esp.withUnsafeMutableBytes {
      cipher.open($0.baseAddress!, count: $0.count, sequence: number, usesESN: association.usesESN)
    }
    guard isOpen else { return nil }
    let clear = esp[(8 + cipher.ivBytes)..<(esp.count - cipher.icvBytes)]
    let (padLength, next) = (Int(clear[clear.endIndex - 2]), clear[clear.endIndex - 1])
    guard padLength + 2 <= clear.count, clear.count % cipher.blockBytes == 0 else { return nil }
    text = Array(clear.dropLast(2 + padLength))
    (padding, nextHeader) = (Array(clear.dropLast(2).suffix(padLength)), next)
  }
}

extension Verdict {
  var isUnderlay: Bool { if case .underlay = self { true } else { false } }
}
