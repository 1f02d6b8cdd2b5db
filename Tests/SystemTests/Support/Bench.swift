// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A test's world: namespaces, guests, nodes and captures, and a directory. All of it is taken down in reverse order of its making.
actor Bench {
  let directory: URL
  private var steps: [@Sendable () async -> Void] = []

  /// Runs `body` with a bench of its own, and takes it down however `body` ends.
  static func with(_ body: (Bench) async throws -> Void) async throws {
    let bench = try Bench()
    do { try await body(bench) } catch {
      await bench.takeDown()
      throw error
    }
    await bench.takeDown()
  }

  private init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "dmvpn-test-\(getpid())-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func takeDown() async {
    for step in steps.reversed() { await step() }
    try? FileManager.default.removeItem(at: directory)
  }

  /// Something to be done when the bench is taken down.
  func undo(_ step: @escaping @Sendable () async -> Void) { steps.append(step) }

  /// A namespace with its loopback up.
  func namespace(_ label: String) async throws -> Namespace {
    let namespace = Namespace(name: "\(label)-\(directory.lastPathComponent.suffix(8))")
    try await Shell.run("ip netns add \(namespace.name) && ip -n \(namespace.name) link set lo up")
    undo { _ = try? await Shell.attempt("ip netns del \(namespace.name)") }
    return namespace
  }

  /// A namespace with a bridge `br0`: the network that everybody's tunnels run over.
  func underlay(address: String = "198.51.100.254/24") async throws -> Namespace {
    let namespace = try await namespace("underlay")
    // What the bridge's kernel itself would say on it is left out.
    try await namespace.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
    try await Shell.run("ip -n \(namespace.name) link add name br0 type bridge mcast_snooping 0")
    try await namespace.address("br0", address)
    return namespace
  }

  /// A guest whose eth0 is on the bridge of `underlay`. Boots in the background.
  func guest(_ name: String, on underlay: Namespace) async throws -> Guest {
    let tap = "tap-\(name)"
    try await Shell.run("ip -n \(underlay.name) tuntap add dev \(tap) mode tap && ip -n \(underlay.name) link set \(tap) master br0 up")
    let guest = try Guest(name: name, control: directory.appending(path: name), namespace: underlay, tap: tap)
    undo { await guest.stop() }
    return guest
  }

  /// Our node with this configuration in `namespace`; comes back when it answers.
  func node(
    _ name: String, in namespace: Namespace, configuration: String, options: [String] = [], under wrapper: [String] = []
  ) async throws -> NodeProcess {
    let node = try NodeProcess(
      in: namespace, configuration: configuration, directory: directory, name: name, options: options, under: wrapper)
    undo {
      await node.stop()
      node.removeLog()
    }
    try await node.ready()
    return node
  }

  /// A capture of what passes a device of `namespace`.
  func capture(_ device: String, in namespace: Namespace, filter: String = "") async throws -> PacketCapture {
    let file = directory.appending(path: "\(namespace.name)-\(device)-\(steps.count).pcap")
    let capture = try await PacketCapture.start(in: namespace, device: device, file: file, filter: filter)
    undo { try? await capture.stop() }
    return capture
  }
}
