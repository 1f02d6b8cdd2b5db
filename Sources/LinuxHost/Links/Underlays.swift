// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// The sockets that the tunnels send and receive by: raw ones for GRE and ESP, datagrams for IKE and for ESP in UDP.
///
/// A raw socket gets a copy of every packet to its address, whatever other sockets there are; so for each local address one
/// socket of each worker receives, over any interface, for all tunnels that share the address. A tunnel whose packets must
/// leave by one interface (`tunnel route-via`) sends by another socket, bound to that interface, that receives nothing.
final class Underlays {
  private let workers: WorkerGroup
  private var bindings: [InterfaceID: UnderlayBinding] = [:]
  private var isOpen: Set<UnderlayKey> = []
  private var complaints: [UnderlayKey: String] = [:]
  /// Says what is being waited for, and that it came.
  var report: (_ isWaiting: Bool, String) -> Void = { _, _ in }

  init(workers: WorkerGroup) { self.workers = workers }

  /// Whether a socket is still to be opened.
  var isWaiting: Bool { !complaints.isEmpty }

  /// Binds a tunnel to its underlay, or (nil) takes it off.
  func bind(_ id: InterfaceID, _ binding: UnderlayBinding?) {
    bindings[id] = binding
    let needed = neededKeys()
    for key in isOpen.subtracting(needed).sorted() { close(key) }
    for key in complaints.keys where !needed.contains(key) { complaints[key] = nil }
    for key in needed.sorted() where !isOpen.contains(key) { open(key) }
    workers.tellAll(.bind(id, binding.map(Self.sendingPlace)))
    workers.flush()
  }

  /// Tries again what could not be opened.
  func retry() {
    for key in complaints.keys.sorted() { open(key) }
    workers.flush()
  }

  /// A socket stopped working on its own.
  func lost(_ key: UnderlayKey, _ reason: String) {
    guard isOpen.contains(key) else { return }
    close(key)
    complain(key, reason)
    workers.flush()
  }

  private func neededKeys() -> Set<UnderlayKey> {
    var keys: Set<UnderlayKey> = []
    for binding in bindings.values {
      let places = [UnderlayPlace(source: binding.source, device: nil), Self.sendingPlace(binding)]
      for kind in binding.isProtected ? UnderlayKind.protected : [.gre] { for place in places { keys.insert(UnderlayKey(place: place, kind: kind)) } }
    }
    return keys
  }

  private static func sendingPlace(_ binding: UnderlayBinding) -> UnderlayPlace {
    UnderlayPlace(source: binding.source, device: binding.device)
  }

  private func close(_ key: UnderlayKey) {
    isOpen.remove(key)
    workers.tellAll(.socket(key, nil))
  }

  private func open(_ key: UnderlayKey) {
    do throws(SystemError) {
      var sockets: [UnderlaySocket] = []
      for worker in 0..<workers.count { sockets.append(UnderlaySocket(try port(key, worker), receives: key.receives)) }
      for (worker, socket) in sockets.enumerated() { workers.tell(worker, .socket(key, socket)) }
      isOpen.insert(key)
      if complaints.removeValue(forKey: key) != nil { report(false, "underlay socket on \(key.place.source) is open") }
    } catch {
      complain(key, "\(error)")
    }
  }

  private func port(_ key: UnderlayKey, _ worker: Int) throws(SystemError) -> any UnderlayPort {
    let isV4 = key.place.source.isV4
    switch key.kind {
    case .gre: return try raw(key, 47, .source(modulo: UInt32(workers.count), equals: UInt32(worker), isV4: isV4))
    case .esp: return try raw(key, 50, .spi(modulo: UInt32(workers.count), equals: UInt32(worker), isV4: isV4))
    case .ike: return try datagrams(key, 500, sharers: 1, worker)
    case .encapsulated: return try datagrams(key, 4500, sharers: workers.count, worker)
    }
  }

  private func raw(_ key: UnderlayKey, _ number: UInt8, _ filter: PacketFilter) throws(SystemError) -> any UnderlayPort {
    let isReceiver = key.place.device == nil
    return try RawSocket(
      .init(protocolNumber: number, source: key.place.source, device: key.place.device, filter: isReceiver ? filter : .none))
  }

  /// Several workers share a port: datagrams go to the worker of their SPI, and IKE to the first.
  private func datagrams(_ key: UnderlayKey, _ port: UInt16, sharers: Int, _ worker: Int) throws(SystemError) -> any UnderlayPort {
    try DatagramSocket(.init(source: key.place.source, port: port, device: key.place.device, sharers: key.place.device == nil ? sharers : 1))
  }

  private func complain(_ key: UnderlayKey, _ reason: String) {
    guard complaints.updateValue(reason, forKey: key) != reason else { return }
    report(true, reason)
  }
}
