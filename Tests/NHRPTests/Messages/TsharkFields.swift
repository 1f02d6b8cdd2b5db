// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Wire

/// A packet written in tshark's names, to be compared line by line with what tshark itself said.
/// Everything comes from typed fields, except sizes and the checksum, which come from the bytes encoded again.
struct TsharkFields {
  private(set) var lines: [String: String] = [:]

  init(_ packet: NHRPPacket) {
    header(packet, packet.encode())
    switch packet.body {
    case .request(let part): request(part)
    case .error(let part): error(part)
    case .traffic(let part): traffic(part)
    }
    for (index, one) in (packet.extensions ?? []).enumerated() { add(one, "ext.\(index).") }
    if packet.extensions != nil { lines["end"] = "1" }
    if !packet.trailing.isEmpty { lines["trailing"] = "\(packet.trailing.count)" }
  }

  private static func hex(_ value: some FixedWidthInteger, digits: Int) -> String {
    let text = String(value, radix: 16)
    return "0x" + String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func colons(_ bytes: [UInt8]) -> String { bytes.map { hexText([$0]) }.joined(separator: ":") }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt16 {
    UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
  }

  private mutating func header(_ packet: NHRPPacket, _ bytes: [UInt8]) {
    let header = packet.header
    lines["header.afn"] = Self.hex(header.afn, digits: 4)
    lines["header.pro.type"] = Self.hex(header.protocolType, digits: 4)
    lines["header.protocol_type"] = Self.colons(header.snap)
    lines["header.hopcnt"] = "\(header.hopCount)"
    lines["header.pktsz"] = "\(Self.word(bytes, 10))"
    lines["header.chksum"] = Self.hex(Self.word(bytes, 12), digits: 4)
    lines["header.chksum.status"] = "1"
    lines["header.extoff"] = "\(Self.word(bytes, 14))"
    lines["header.version"] = "\(header.version)"
    lines["header.op.type"] = "\(packet.type.rawValue)"
    lines["header.shtl"] = "\(packet.addresses.nbma?.byteCount ?? 0)"
    lines["header.sstl"] = "\(packet.addresses.nbmaSubaddress.count)"
    lines["mandatory.src.prot.len"] = "\(packet.addresses.source?.byteCount ?? 0)"
    lines["mandatory.dst.prot.len"] = "\(packet.addresses.destination?.byteCount ?? 0)"
    lines["mandatory.src.nbma.addr"] = "\(packet.sourceNBMA)"
    lines["mandatory.src.prot.addr"] = "\(packet.sourceProtocol)"
    lines["mandatory.dst.prot.addr"] = "\(packet.destinationProtocol)"
  }

  /// The flags tshark knows for each type, by our names.
  private static func flagNames(_ type: NHRPPacketType) -> [(String, NHRPFlags)] {
    switch type {
    case .resolutionRequest, .resolutionReply:
      [
        ("q", .resolutionRouter), ("a", .resolutionAuthoritative), ("d", .destinationStable),
        ("u", .resolutionUnique), ("s", .sourceStable), ("nat", .nat),
      ]
    case .registrationRequest, .registrationReply: [("u", .registrationUnique), ("nat", .nat)]
    default: [("n", .purgeNoReply), ("nat", .nat)]
    }
  }

  private mutating func request(_ part: NHRPMandatory) {
    lines["mandatory.flags"] = Self.hex(part.flags.rawValue, digits: 4)
    for (name, flag) in Self.flagNames(part.type) {
      lines["mandatory.flag.\(name)"] = part.flags.contains(flag) ? "1" : "0"
    }
    lines["mandatory.reqid"] = Self.hex(part.requestID, digits: 8)
    add(part.entries, "mandatory.")
  }

  private mutating func error(_ part: NHRPErrorIndication) {
    lines["mandatory.err.code"] = "\(part.code.rawValue)"
    lines["mandatory.err.offset"] = "\(part.offset)"
    guard let quoted = part.offendingHeader() else { return }
    lines["quoted.op.type"] = "\(quoted.type.rawValue)"
    lines["quoted.reqid"] = Self.hex(quoted.requestID, digits: 8)
    lines["quoted.src.prot.addr"] = "\(quoted.source)"
    lines["quoted.dst.prot.addr"] = "\(quoted.destination)"
  }

  private mutating func traffic(_ part: NHRPTrafficIndication) {
    // tshark does not print the traffic code.
    let inner = part.offendingPacket
    guard inner.count >= 20 else { return }
    lines["quoted.ip.len"] = "\(Self.word(inner, 2))"
    lines["quoted.ip.ttl"] = "\(inner[8])"
    lines["quoted.ip.src"] = IPAddress(bytes: inner[12..<16])?.description
    lines["quoted.ip.dst"] = IPAddress(bytes: inner[16..<20])?.description
  }

  private mutating func add(_ entries: [ClientInformationEntry], _ prefix: String) {
    for (index, entry) in entries.enumerated() {
      let p = "\(prefix)cie.\(index)."
      lines[p + "code"] = "\(entry.code.rawValue)"
      lines[p + "prefix"] = "\(entry.prefixLength)"
      lines[p + "unused"] = "\(entry.unused)"
      lines[p + "mtu"] = "\(entry.mtu)"
      lines[p + "htime"] = "\(entry.holdingTimeSeconds)"
      lines[p + "cli.addr_tl"] = "\(entry.nbma?.byteCount ?? 0)"
      lines[p + "cli.saddr_tl"] = "\(entry.nbmaSubaddress.count)"
      lines[p + "prot.len"] = "\(entry.protocolAddress?.byteCount ?? 0)"
      lines[p + "pref"] = "\(entry.preference)"
      lines[p + "client.nbma.addr"] = entry.nbma?.description
      lines[p + "client.prot.addr"] = entry.protocolAddress?.description
    }
  }

  private mutating func add(_ one: NHRPExtension, _ prefix: String) {
    lines[prefix + "ext.c"] = one.isCompulsory ? "1" : "0"
    lines[prefix + "ext.type"] = Self.hex(one.type, digits: 4)
    lines[prefix + "ext.len"] = "\(valueLength(one))"
    add(one.entries ?? [], prefix)
    guard case .authentication(.ciscoPlain(let password)) = one.content else { return }
    lines[prefix + "auth.reserved"] = "0"
    lines[prefix + "auth.spi"] = "1"
    lines[prefix + "auth.data"] = Self.colons(password)
  }

  private func valueLength(_ one: NHRPExtension) -> Int {
    if case .authentication(.ciscoPlain(let password)) = one.content { return 4 + password.count }
    return (one.entries ?? []).reduce(0) {
      $0 + 12 + ($1.nbma?.byteCount ?? 0) + $1.nbmaSubaddress.count + ($1.protocolAddress?.byteCount ?? 0)
    }
  }
}
