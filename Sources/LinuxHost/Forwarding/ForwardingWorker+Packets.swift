// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import Glibc
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

// The path of packets through a worker. Nothing here allocates for a packet.
extension ForwardingWorker {
  /// Full batches of one port before the others have their turn.
  private static let roundLimit = 4
  /// How long a full socket is waited for before its packets are dropped; the TUN queue holds the host back meanwhile.
  private static let socketWaitMilliseconds: Int32 = 5

  // MARK: Receiving

  /// Takes what the host's stack sends into a tunnel.
  func readDevice(_ id: InterfaceID, _ device: TUNDevice) {
    for _ in 0..<Self.roundLimit {
      var failure: SystemError?
      while !batch.isFull, fillSlot(device, &failure) {}
      let isDrained = !batch.isFull
      if batch.count > 0 {
        core.outbound(&batch, from: id, at: now, &punts)
        finishBatch()
      }
      if let failure { return lose(id, failure) }
      if isDrained { return }
    }
  }

  /// Reads one packet; false when none waits.
  private func fillSlot(_ device: TUNDevice, _ failure: inout SystemError?) -> Bool {
    batch.appendSlot { room in
      do throws(SystemError) {
        return try device.readPacket(into: room) ?? 0
      } catch {
        failure = error
        return 0
      }
    }
  }

  private func lose(_ id: InterfaceID, _ failure: SystemError) {
    guard let device = devices.removeValue(forKey: id) else { return }
    loop.remove(device.descriptor)
    queues.set(id, nil)
    chooseAnyDevice()
    reports.post(.deviceLost(id, "\(failure)"))
  }

  /// Takes what the underlay brings.
  func readUnderlay(_ key: UnderlayKey, _ socket: any UnderlayPort) {
    for _ in 0..<Self.roundLimit {
      let count: Int
      do throws(SystemError) {
        count = try receiveSlab.receive(from: socket)
      } catch {
        return lose(key, error)
      }
      for i in 0..<count { _ = batch.append(receiveSlab.packet(i)) }
      if batch.count > 0 {
        core.inbound(&batch, at: now, &punts)
        finishBatch()
      }
      if count < underlayBatchLimit { return }
    }
  }

  private func lose(_ key: UnderlayKey, _ failure: SystemError) {
    guard let socket = sockets.removeValue(forKey: key) else { return }
    if socket.receives { loop.remove(socket.port.descriptor) }
    retire(socket.port)
    for (id, bound) in bindings where bound == key.place { ports.set(id, key.kind, nil) }
    reports.post(.socketLost(key, "\(failure)"))
  }

  // MARK: Sending

  /// Sends every packet of the batch where its verdict says, empties the batch, and hands the punts over.
  func finishBatch() {
    var i = 0
    while i < batch.count {
      switch batch.verdict(of: i) {
      case .underlay(let tunnel, _): i = sendRun(from: i, tunnel)
      case .host(let id):
        write(i, to: id)
        i += 1
      case .none, .drop, .punted: i += 1
      }
    }
    batch.removeAll()
    // That a peer uses its association comes before what it said under it: the answer to that wants the way back.
    if core.hasNotices { reports.post(.notices(core.takeNotices())) }
    if !punts.isEmpty { handOver() }
    if isCapturing { handOverCaptured() }
    if pairDeadline == nil { pairDeadline = core.nextPairDeadline }
  }

  /// Which kind of socket a complete outer packet leaves by: by its protocol, and for UDP by its source port.
  private func kind(of i: Int) -> UnderlayKind {
    let isV6 = batch.byte(i, at: 0).map { $0 >> 4 } == 6, payload = isV6 ? 40 : 20
    return switch batch.byte(i, at: isV6 ? 6 : 9) {
    case 50: .esp
    // Source port 4500, or 500.
    case 17: batch.byte(i, at: payload) == 0x11 && batch.byte(i, at: payload + 1) == 0x94 ? .encapsulated : .ike
    default: .gre
    }
  }

  /// Sends the packets from `first` on that leave by the same socket; gives the index behind them.
  private func sendRun(from first: Int, _ tunnel: InterfaceID) -> Int {
    outgoing.removeAll(keepingCapacity: true)
    let kind = kind(of: first)
    var i = first
    while i < batch.count, case .underlay(tunnel, _) = batch.verdict(of: i), self.kind(of: i) == kind {
      // The slab of a batch does not move, and nothing changes it before these are sent.
      outgoing.append(batch.withBytes(i) { $0 })
      i += 1
    }
    let number = Int(tunnel.rawValue)
    guard number < ports.count, let socket = ports[number][kind] else {
      lost.noSocket &+= UInt64(outgoing.count)
      return i
    }
    do throws(SystemError) {
      try sendAll(by: socket)
    } catch {
      if let place = bindings[tunnel] { lose(UnderlayKey(place: place, kind: kind), error) }
    }
    return i
  }

  private func sendAll(by socket: any UnderlayPort) throws(SystemError) {
    var done = 0
    var hasWaited = false
    while done < outgoing.count {
      let outcome = try socket.send(count: outgoing.count - done) { outgoing[done + $0] }
      done += outcome.consumed
      guard outcome.wouldBlock else { return }
      guard !hasWaited || outcome.consumed > 0 else {
        lost.socketFull &+= UInt64(outgoing.count - done)
        return
      }
      var watched = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&watched, 1, Self.socketWaitMilliseconds)
      hasWaited = true
    }
  }

  /// A packet for an address of a tunnel goes into that tunnel's device. One for a LAN behind the host names the LAN's
  /// interface, which has none: any device hands it to the host's stack, which routes it.
  private func write(_ i: Int, to id: InterfaceID) {
    let number = Int(id.rawValue)
    guard let (owner, device) = number < queues.count ? queues[number].map({ (id, $0) }) ?? anyDevice : anyDevice else {
      lost.host &+= 1
      return
    }
    do throws(SystemError) {
      let bytes = batch.withBytes(i) { $0 }
      if try !device.writePacket(bytes) { lost.host &+= 1 }
    } catch {
      lost.host &+= 1
      lose(owner, error)
    }
  }

  // MARK: Handing over

  /// Gives the control thread what it takes of the punts; the rest waits in its lanes.
  func handOver() {
    let count = gate.admit(punts.count)
    guard count > 0 else { return }
    var list: [PuntedPacket] = []
    list.reserveCapacity(count)
    for _ in 0..<count {
      guard let packet = punts.popFirst() else { break }
      if packet.kind == .firstPacket || packet.kind == .redirectWanted { notePair(packet) }
      list.append(packet)
    }
    reports.post(.punts(worker: index, list))
  }

  /// Remembers between which peers packets pass, for the counters.
  private func notePair(_ packet: PuntedPacket) {
    guard transitPairs.count < Limits.pairs, let nbma = nextHops[NextHopKey(interface: packet.interface, nextHop: packet.nextHop)]
    else { return }
    transitPairs.insert(TransitPair(source: packet.nbmaSource, destination: nbma))
  }

  private func handOverCaptured() {
    let packets = core.takeCaptured()
    if !packets.isEmpty { reports.post(.captured(packets)) }
  }
}
