// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import ProtocolKit
import Wire

/// Performs `StreamPort` with the kernel's TCP, on the control thread's loop.
///
/// ```
///   StreamPort.Effect ─▶ perform ─┬─▶ StreamListenerSocket, one a port and family ─ accept ─┐
///                                 └─▶ StreamSocket, one a connection ◀─────────────────────┘
///   loop: readable, writable ─▶ receive, flush ─▶ deliver (StreamPort.Event)
///   close ─▶ LeavingStreams: the last bytes, our end, the peer's end, or ten seconds
/// ```
///
/// As in the lab's TCP nothing more is said about a number after the engine closed or reset it, or heard `closed`; and when the peer
/// closes, our side closes too. What cannot be had now (a port that another daemon holds, a descriptor) is complained of once and tried
/// again by `retry`.
package final class StreamPorts {
  /// A port of one family.
  private struct Door: Hashable, Comparable {
    var port: UInt16
    var isV4: Bool
    static func < (a: Door, b: Door) -> Bool { a.port != b.port ? a.port < b.port : a.isV4 && !b.isV4 }
  }

  /// Connections at once: as many as the lab's TCP keeps.
  private static let connectionLimit = 24_576
  /// Connections accepted before others have their turn.
  private static let acceptsPerTurn = 64

  /// Tells the node what happened.
  package var deliver: (StreamPort.Event) -> Void = { _ in }
  /// Whether the node has something to do before it wants to hear more. What comes meanwhile waits with the kernel, and then with the
  /// peer (RFC 9293 §3.8.6); here it would only become old.
  package var isBehind: () -> Bool = { false }
  /// Says what the operator should know: a port that is held by another, a key that the kernel does not take.
  package var complain: (String) -> Void = { _ in }
  private let loop: EventLoop
  private let leaving: LeavingStreams
  private var wanted: [UInt16: [StreamListener]] = [:]
  private var doors: [Door: StreamListenerSocket] = [:]
  /// Doors that are shut for want of room.
  private var paused: Set<Door> = []
  private var complaints: [Door: String] = [:]
  private var streams: [StreamID: StreamSocket] = [:]
  /// Who sent, and has not heard yet that it has gone.
  private var owesDrained: Set<StreamID> = []
  private var nextAccepted: UInt32 = 1 << 31

  /// Ports without connections, on a loop.
  package init(loop: EventLoop) {
    self.loop = loop
    leaving = LeavingStreams(loop: loop)
  }

  /// How many connections engines have.
  package var connectionCount: Int { streams.count }
  /// Whether something is to be tried again.
  package var isWaiting: Bool { !complaints.isEmpty }
  /// When `expire` wants to be called, in `MonotonicClock` nanoseconds.
  package var nextDeadline: Int64? { leaving.nextDeadline }
  /// Ends what took too long to close.
  package func expire() { leaving.expire() }

  // MARK: Wishes

  /// Carries out a wish of an engine.
  package func perform(_ effect: StreamPort.Effect) {
    switch effect {
    case .listen(let port, let listeners):
      wanted[port] = listeners.isEmpty ? nil : listeners
      for isV4 in [true, false] { settle(Door(port: port, isV4: isV4)) }
    case .connect(let id, let local, let remote, let port, let options): connect(id, local, remote, port, options)
    case .send(let id, let bytes): send(id, bytes)
    case .close(let id): close(id)
    case .reset(let id):
      streams[id]?.reset()
      forget(id)
    }
  }

  private func connect(_ id: StreamID, _ local: IPAddress?, _ remote: IPAddress, _ port: UInt16, _ options: StreamOptions) {
    guard streams[id] == nil, streams.count < Self.connectionLimit else { return deliver(.closed(id, .limit)) }
    do throws(SystemError) {
      let stream = try StreamSocket(connecting: .init(local: local, remote: remote, port: port, options: options))
      try adopt(id, stream)
    } catch {
      deliver(.closed(id, error.streamFailure))
    }
  }

  private func send(_ id: StreamID, _ bytes: [UInt8]) {
    guard let stream = streams[id], !bytes.isEmpty else { return }
    do throws(SystemError) {
      try stream.send(bytes)
      owesDrained.insert(id)
      try attend(id, stream)
    } catch {
      fail(id, error)
    }
  }

  private func close(_ id: StreamID) {
    guard let stream = streams[id] else { return }
    forget(id)
    if stream.isConnected { leaving.add(stream) }
  }

  // MARK: Connections

  private func adopt(_ id: StreamID, _ stream: StreamSocket) throws(SystemError) {
    try loop.add(stream.descriptor, stream.interest) { [unowned self] _ in ready(id) }
    streams[id] = stream
  }

  private func forget(_ id: StreamID) {
    guard let stream = streams.removeValue(forKey: id) else { return }
    owesDrained.remove(id)
    loop.remove(stream.descriptor)
  }

  private func fail(_ id: StreamID, _ error: SystemError) {
    if error.streamFailure == .limit { streams[id]?.reset() }
    forget(id)
    deliver(.closed(id, error.streamFailure))
  }

  /// What the engine is told may make it close the connection: each step asks whether it is still there.
  private func ready(_ id: StreamID) {
    guard let stream = streams[id] else { return }
    do throws(SystemError) {
      if !stream.isConnected {
        guard try stream.finishConnecting() else { return }
        let end = try stream.localEnd()
        deliver(.connected(id, local: end.address, localPort: end.port))
      }
      try stream.flush()
      let received = isBehind() ? .nothing : try stream.receive()
      try attend(id, stream)
      guard streams[id] === stream else { return }
      take(received, id, stream)
    } catch {
      if streams[id] === stream { fail(id, error) }
    }
  }

  private func take(_ received: StreamSocket.Received, _ id: StreamID, _ stream: StreamSocket) {
    switch received {
    case .nothing: break
    case .bytes(let bytes): deliver(.received(id, bytes))
    case .end:
      forget(id)
      leaving.add(stream)
      deliver(.closed(id, nil))
    }
  }

  /// Watches for what is still to come, and says when all has gone.
  private func attend(_ id: StreamID, _ stream: StreamSocket) throws(SystemError) {
    guard streams[id] === stream else { return }
    try loop.setInterest(stream.interest, of: stream.descriptor)
    if !stream.wantsWrite, owesDrained.remove(id) != nil { deliver(.drained(id)) }
  }

  // MARK: Listening

  /// Opens, changes or shuts a door, as is wanted now.
  private func settle(_ door: Door) {
    let listeners = (wanted[door.port] ?? []).filter { $0.peers.address.isV4 == door.isV4 }
    guard !listeners.isEmpty else { return shut(door) }
    do throws(SystemError) {
      let socket = try open(door)
      let failures = socket.set(listeners)
      note(door, Self.text(of: failures))
    } catch {
      note(door, "\(error)")
    }
  }

  /// One line for the operator: whom it concerns first, and how many more. They are refused until a retry succeeds.
  private static func text(of failures: [SystemError]) -> String? {
    failures.first.map { failures.count == 1 ? "\($0)" : "\($0) (and \(failures.count - 1) more)" }
  }

  private func open(_ door: Door) throws(SystemError) -> StreamListenerSocket {
    if let socket = doors[door] { return socket }
    let socket = try StreamListenerSocket(.init(local: door.isV4 ? .anyV4 : .anyV6, port: door.port))
    try loop.add(socket.descriptor) { [unowned self] _ in accept(door) }
    doors[door] = socket
    return socket
  }

  private func shut(_ door: Door) {
    if let socket = doors.removeValue(forKey: door) { loop.remove(socket.descriptor) }
    complaints[door] = nil
    paused.remove(door)
  }

  private func note(_ door: Door, _ reason: String?) {
    guard complaints[door] != reason else { return }
    complaints[door] = reason
    if let reason { complain(reason) }
  }

  /// Tries again what could not be had.
  package func retry() {
    for door in paused.sorted() {
      if let socket = doors[door] { try? loop.setInterest(.readable, of: socket.descriptor) }
    }
    paused = []
    for door in complaints.keys.sorted() { settle(door) }
  }

  private func accept(_ door: Door) {
    guard let socket = doors[door] else { return }
    do throws(SystemError) {
      for _ in 0..<Self.acceptsPerTurn {
        switch try socket.accept() {
        case .nobody: return
        case .refused: continue
        case .stream(let stream): try welcome(stream)
        }
        guard doors[door] === socket else { return }
      }
    } catch {
      // No descriptor, no memory: what waits would make the loop turn for nothing.
      try? loop.setInterest([], of: socket.descriptor)
      paused.insert(door)
      note(door, "\(error)")
    }
  }

  private func welcome(_ stream: StreamSocket) throws(SystemError) {
    guard streams.count < Self.connectionLimit else { return stream.reset() }
    let local = try stream.localEnd().address, id = acceptedID()
    try adopt(id, stream)
    deliver(.accepted(id, local: local, remote: stream.remote, remotePort: stream.remotePort))
  }

  private func acceptedID() -> StreamID {
    repeat { nextAccepted = nextAccepted == .max ? 1 << 31 : nextAccepted + 1 } while streams[StreamID(nextAccepted)] != nil
    return StreamID(nextAccepted)
  }
}

extension StreamSocket {
  /// What its owner must hear of.
  var interest: EventLoop.Readiness { wantsWrite ? [.readable, .writable] : .readable }
}

extension SystemError {
  /// What an engine is told about a connection that failed like this.
  package var streamFailure: StreamFailure {
    switch errno {
    case SystemError.timedOut: .timedOut
    case let number where SystemError.unreachable.contains(number): .unreachable
    case let number where SystemError.noRoom.contains(number): .limit
    default: .reset
    }
  }
}
