// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Wire

extension HostFacts {
  /// A UDP socket bound to a local port.
  public struct PortUserRow: Sendable, Hashable {
    /// The port.
    public var port: UInt16
    /// The local address it is bound to; unspecified for all.
    public var address: IPAddress
    /// The user who opened it.
    public var userName: String
    /// The process that holds it, where that can be seen (as root, or one's own).
    public var processID: Int32?
    /// That process' short name.
    public var processName: String?
  }

  /// Who holds any of `ports` for UDP in this network namespace: IKE's 500 and 4500 unless said otherwise.
  public static func udpPortUsers(of ports: [UInt16] = [500, 4500]) -> [PortUserRow] {
    var sockets: [(inode: String, row: PortUserRow)] = []
    for path in ["/proc/net/udp", "/proc/net/udp6"] {
      for line in (Files.text(path) ?? "").split(separator: "\n").dropFirst() {
        if let socket = parseSocketLine(line), ports.contains(socket.row.port) { sockets.append(socket) }
      }
    }
    guard !sockets.isEmpty else { return [] }
    let owners = processes(holding: Set(sockets.map { "socket:[\($0.inode)]" }))
    return sockets.map { socket in
      var row = socket.row
      row.processID = owners["socket:[\(socket.inode)]"]
      row.processName = row.processID.flatMap { Files.line("/proc/\($0)/comm") }
      return row
    }
  }

  /// One line of /proc/net/udp: number, local address, remote address, state, queues, timer, retransmits, user, timeout, inode, …
  private static func parseSocketLine(_ line: Substring) -> (inode: String, row: PortUserRow)? {
    let fields = line.split(separator: " ", omittingEmptySubsequences: true)
    guard fields.count >= 10, let user = UInt32(fields[7]) else { return nil }
    let local = fields[1].split(separator: ":")
    guard local.count == 2, let port = UInt16(local[1], radix: 16), let address = parseAddress(local[0]) else { return nil }
    return (String(fields[9]), PortUserRow(port: port, address: address, userName: Accounts.userName(user) ?? String(user)))
  }

  /// The kernel prints addresses as 32-bit words in the host's order.
  private static func parseAddress(_ digits: Substring) -> IPAddress? {
    guard digits.utf8.count == 8 || digits.utf8.count == 32 else { return nil }
    var bytes: [UInt8] = []
    var rest = digits
    while !rest.isEmpty {
      guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
      bytes += hostBytes(word)
      rest = rest.dropFirst(8)
    }
    return IPAddress(bytes: bytes)
  }

  /// Which process has one of the wanted descriptors open. Processes of others are passed over without the right to look.
  private static func processes(holding wanted: Set<String>) -> [String: Int32] {
    var found: [String: Int32] = [:]
    for processID in Files.names(in: "/proc").compactMap({ Int32($0) }).sorted() {
      for name in Files.names(in: "/proc/\(processID)/fd") {
        guard let target = Files.linkTarget("/proc/\(processID)/fd/\(name)"), wanted.contains(target) else { continue }
        if found[target] == nil { found[target] = processID }
      }
      if found.count == wanted.count { break }
    }
    return found
  }
}
