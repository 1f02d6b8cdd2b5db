// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// What a preflight wants to know of the host. Reads only; what cannot be read is nil or absent, never an error.
public enum HostFacts {
  /// Whether TUN devices can be made.
  public enum TUNAvailability: Sendable, Equatable {
    /// The clone device opens.
    case usable
    /// /dev/net/tun is not there: the module is not loaded, or a container lacks the device.
    case missing
    /// It is there and does not open.
    case refused(SystemError)
  }

  /// Tries to open /dev/net/tun (which makes nothing yet).
  public static var tunAvailability: TUNAvailability {
    let number = open("/dev/net/tun", O_RDWR | O_CLOEXEC)
    guard number < 0 else {
      close(number)
      return .usable
    }
    switch Glibc.errno {
    case ENOENT, ENODEV, ENXIO: return .missing
    default: return .refused(.last("open /dev/net/tun", "make it mode 0666, or run as root"))
    }
  }

  /// A kernel setting by its path below /proc/sys (`net/ipv4/ip_forward`).
  public static func systemSetting(_ path: String) -> String? { Files.line("/proc/sys/" + path) }

  /// Whether the kernel forwards IPv4 packets.
  public static var forwardsIPv4: Bool? { systemSetting("net/ipv4/ip_forward").map { $0 != "0" } }

  /// Whether the kernel forwards IPv6 packets; nil where it has no IPv6.
  public static var forwardsIPv6: Bool? { systemSetting("net/ipv6/conf/all/forwarding").map { $0 != "0" } }

  /// The lowest port that takes no privilege.
  public static var firstUnprivilegedPort: Int { systemSetting("net/ipv4/ip_unprivileged_port_start").flatMap { Int($0) } ?? 1_024 }

  /// How strictly the kernel checks that a packet came in where its answer would go out (rp_filter).
  public enum ReversePathFilter: Int, Sendable, Comparable {
    /// Not at all.
    case off = 0
    /// Through the same interface (RFC 3704 §2.2); this breaks a node whose underlay is asymmetric.
    case strict = 1
    /// Through any interface (RFC 3704 §2.4).
    case loose = 2
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
  }

  /// The setting of `all`, `default` or one interface as it is written.
  public static func reversePathFilter(of name: String) -> ReversePathFilter? {
    guard !name.contains("/") else { return nil }
    return systemSetting("net/ipv4/conf/\(name)/rp_filter").flatMap { Int($0) }.flatMap { ReversePathFilter(rawValue: $0) }
  }

  /// What an interface really does: the higher of its own setting and that of `all`.
  public static func effectiveReversePathFilter(of name: String) -> ReversePathFilter? {
    guard let own = reversePathFilter(of: name) else { return nil }
    return max(own, reversePathFilter(of: "all") ?? .off)
  }

  /// A GRE tunnel that the kernel runs, and that would take packets from ours.
  public struct KernelTunnelRow: Sendable, Hashable {
    /// The interface.
    public var name: String
    /// `gre`, `gretap`, `erspan`.
    public var kind: String
    /// The local outer address; 0.0.0.0 for any.
    public var local: IPAddress
    /// The only peer; 0.0.0.0 for any.
    public var remote: IPAddress
    /// The key packets must carry; nil for no key.
    public var key: UInt32?
  }

  /// The kernel's IPv4 GRE tunnels, fallback device included.
  public static func kernelTunnels() -> [KernelTunnelRow] {
    var rows: [KernelTunnelRow] = []
    guard let routes = try? NetlinkRoutes() else { return [] }
    try? routes.socket.perform(.dump(NetlinkNumber.dumpLink), "list tunnels") {
      if let row = KernelTunnelRow($0) { rows.append(row) }
    }
    return rows
  }

  /// Those of the kernel's tunnels that take packets to `local` with `key`.
  public static func kernelTunnels(local: IPAddress, key: UInt32?) -> [KernelTunnelRow] {
    kernelTunnels().filter { ($0.local == local || $0.local == .anyV4) && $0.key == key }
  }
}

extension HostFacts.KernelTunnelRow {
  init?(_ message: NetlinkMessage) {
    let attributes = message.attributes(from: 16)
    guard let link = LinkRow(message), ["gre", "gretap", "erspan"].contains(link.kind),
      let contents = attributes.nested(LinkAttribute.linkInfo)?.nested(LinkAttribute.infoContents)
    else { return nil }
    (name, kind) = (link.name, link.kind)
    local = contents.address(LinkAttribute.greLocal) ?? .anyV4
    remote = contents.address(LinkAttribute.greRemote) ?? .anyV4
    // Flags and key are in network order here; 0x2000 says that there is a key.
    let flags = contents[LinkAttribute.greInputFlags]?.load(UInt16.self, at: 0).map { UInt16(bigEndian: $0) } ?? 0
    key = flags & 0x2000 == 0 ? nil : contents.u32(LinkAttribute.greInputKey).map { UInt32(bigEndian: $0) }
  }
}
