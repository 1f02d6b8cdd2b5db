// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// The raw sockets that the tunnels send and receive by.
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
    workers.tellAll(.bind(id, binding.map(Self.sendingKey)))
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
      keys.insert(UnderlayKey(source: binding.source, device: nil))
      keys.insert(Self.sendingKey(binding))
    }
    return keys
  }

  private static func sendingKey(_ binding: UnderlayBinding) -> UnderlayKey { UnderlayKey(source: binding.source, device: binding.device) }

  private func close(_ key: UnderlayKey) {
    isOpen.remove(key)
    workers.tellAll(.socket(key, nil))
  }

  private func open(_ key: UnderlayKey) {
    do throws(SystemError) {
      var sockets: [UnderlaySocket] = []
      for worker in 0..<workers.count { sockets.append(try socket(key, worker)) }
      for (worker, socket) in sockets.enumerated() { workers.tell(worker, .socket(key, socket)) }
      isOpen.insert(key)
      if complaints.removeValue(forKey: key) != nil { report(false, "underlay socket on \(key.source) is open") }
    } catch {
      complain(key, "\(error)")
    }
  }

  private func socket(_ key: UnderlayKey, _ worker: Int) throws(SystemError) -> UnderlaySocket {
    let receives = key.device == nil
    let filter: PacketFilter = receives ? .source(modulo: UInt32(workers.count), equals: UInt32(worker)) : .none
    return UnderlaySocket(try RawSocket(.init(source: key.source, device: key.device, filter: filter)), receives: receives)
  }

  private func complain(_ key: UnderlayKey, _ reason: String) {
    guard complaints.updateValue(reason, forKey: key) != reason else { return }
    report(true, reason)
  }
}
