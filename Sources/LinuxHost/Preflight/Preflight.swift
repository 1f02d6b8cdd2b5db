// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import Interfaces
import LinuxNet
import NodeRuntime
import Routing
import Wire

/// One thing about the host that would keep a tunnel from working, or make it "up, but no traffic".
public struct PreflightFinding: Sendable, Equatable {
  /// How bad it is.
  public enum Level: String, Sendable, Comparable {
    /// Nothing works, or some packets surely do not.
    case error
    /// It may be meant so.
    case warning
    /// Errors come first.
    public static func < (a: Level, b: Level) -> Bool { a == .error && b == .warning }
  }

  /// How bad it is.
  public var level: Level
  /// What is so, and what comes of it.
  public var what: String
  /// The command that mends it; empty where there is none.
  public var mend: String

  /// Makes a finding.
  public init(_ level: Level, _ what: String, mend: String = "") { (self.level, self.what, self.mend) = (level, what, mend) }

  /// `warning: …; mend: …`
  public var text: String { "\(level.rawValue): \(what)" + (mend.isEmpty ? "" : "; mend: \(mend)") }
}

/// What a node needs of its host, asked before it is missed. Reads only.
public enum Preflight {
  /// Everything that is to be said, errors first.
  public static func check(settings: NodeSettings) -> [PreflightFinding] {
    let links = (try? NetlinkRoutes())
    let host = Host(
      links: (try? links?.links()) ?? [], addresses: (try? links?.addresses()) ?? [], routes: (try? links?.routes()) ?? [])
    let found =
      device() + capabilities() + forwarding() + interfaces(settings, host) + addresses(settings, host)
      + reversePath(settings, host) + firewall() + keyExchange(settings) + kernelTunnels(settings, host) + defaultRoute(settings, host)
    return found.enumerated().sorted { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }.map(\.element)
  }

  /// The host's side, asked once.
  struct Host {
    var links: [LinkRow]
    var addresses: [(index: UInt32, address: LinuxNet.InterfaceAddress)]
    var routes: [KernelRoute]

    func link(_ name: String) -> LinkRow? { links.first { $0.name == name } }
    func addresses(of name: String) -> [LinuxNet.InterfaceAddress] {
      guard let link = link(name) else { return [] }
      return addresses.filter { $0.index == link.index && $0.address.address.isV4 }.map(\.address)
    }
  }

  // MARK: The process

  private static func device() -> [PreflightFinding] {
    switch HostFacts.tunAvailability {
    case .usable: []
    case .missing:
      [PreflightFinding(.error, "/dev/net/tun is missing: no tunnel interface can be made", mend: "modprobe tun")]
    case .refused(let error): [PreflightFinding(.error, "\(error)", mend: "chmod 0666 /dev/net/tun")]
    }
  }

  private static func capabilities() -> [PreflightFinding] {
    let has = Privileges.effective
    let needed: [(CapabilitySet, String, String)] = [
      (.networkAdministration, "CAP_NET_ADMIN", "tunnel interfaces and routes"), (.rawSockets, "CAP_NET_RAW", "GRE packets"),
    ]
    let path = (try? ownExecutable()) ?? "dmvpn"
    return needed.filter { !has.contains($0.0) }.map {
      PreflightFinding(.error, "the capability \($0.1) is missing: no \($0.2)", mend: "setcap cap_net_admin,cap_net_raw+ep \(path)")
    }
  }

  private static func ownExecutable() throws -> String {
    guard let path = realpath("/proc/self/exe", nil) else { throw SystemError(call: "find the own executable", errno: errno) }
    defer { free(path) }
    return String(cString: path)
  }

  private static func forwarding() -> [PreflightFinding] {
    guard HostFacts.forwardsIPv4 == false else { return [] }
    return [
      PreflightFinding(
        .warning, "net.ipv4.ip_forward is 0: packets of the LAN do not reach the tunnel, nor the tunnel's the LAN",
        mend: "sysctl -w net.ipv4.ip_forward=1")
    ]
  }

  private static func firewall() -> [PreflightFinding] {
    HostFacts.firewalls().filter { $0.dropsInputByDefault && !$0.mentionsGRE }.map { row in
      let mend =
        row.program == "nft"
        ? "nft insert rule inet filter input ip protocol gre accept" : "iptables -I INPUT -p gre -j ACCEPT"
      return PreflightFinding(.error, "\(row.program) drops input by default and no rule names GRE (protocol 47)", mend: mend)
    }
  }
}
