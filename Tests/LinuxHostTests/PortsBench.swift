// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxHost
import LinuxNet
import ProtocolKit
import Testing
import Wire

/// Two performers of `StreamPort` on one loop, over loopback: end 0 opens, end 1 listens.
final class StreamPortsBench {
  static let first = StreamID(1)
  let address: IPAddress
  let port: UInt16
  let loop: EventLoop
  let ends: [StreamPorts]
  var events: [[StreamPort.Event]] = [[], []]
  var bytes: [[StreamID: [UInt8]]] = [[:], [:]]
  var complaints: [String] = []

  init(_ address: IPAddress = IPAddress(127, 0, 0, 1)) throws {
    self.address = address
    loop = try EventLoop()
    ends = [StreamPorts(loop: loop), StreamPorts(loop: loop)]
    // The kernel chooses a port, which is free again at once.
    port = try StreamListenerSocket(.init(local: address, port: 0)).localPort()
    for end in 0..<2 {
      ends[end].deliver = { [unowned self] in take($0, end) }
      ends[end].complain = { [unowned self] in complaints.append($0) }
    }
  }

  private func take(_ event: StreamPort.Event, _ end: Int) {
    if case .received(let id, let more) = event { bytes[end][id, default: []] += more } else { events[end].append(event) }
  }

  func listen(_ options: StreamOptions = StreamOptions(), peers: IPPrefix? = nil) {
    ends[1].perform(.listen(port: port, [StreamListener(peers: peers ?? IPPrefix(address, length: 8), options: options)]))
  }

  func connect(_ options: StreamOptions = StreamOptions()) {
    ends[0].perform(.connect(Self.first, local: nil, remote: address, port: port, options))
  }

  /// Connects, and gives the number at the listener.
  func open(_ options: StreamOptions = StreamOptions()) throws -> StreamID {
    listen(options)
    connect(options)
    try run { accepted != nil && !events[0].isEmpty }
    return try #require(accepted)
  }

  var accepted: StreamID? {
    for case .accepted(let id, _, _, _) in events[1] { return id }
    return nil
  }

  /// Turns the loop until the answer is yes, at most for ten seconds.
  func run(sourceLocation: SourceLocation = #_sourceLocation, until isDone: () -> Bool) throws {
    let end = MonotonicClock.now() + 10_000_000_000
    while !isDone() {
      guard MonotonicClock.now() < end else {
        Issue.record("it did not come about within ten seconds; \(complaints)", sourceLocation: sourceLocation)
        return
      }
      try loop.turn(timeoutMilliseconds: 10)
    }
  }

  /// Turns the loop until nothing happens any more.
  func settle() throws { for _ in 0..<20 { try loop.turn(timeoutMilliseconds: 5) } }
}

extension Trait where Self == ConditionTrait {
  /// Runs only where the loopback interface is up.
  static var loopback: Self {
    .enabled("the loopback interface is down") {
      guard let listener = try? StreamListenerSocket(.init(local: IPAddress(127, 0, 0, 1), port: 0)), let port = try? listener.localPort()
      else { return false }
      return (try? StreamSocket(connecting: .init(remote: IPAddress(127, 0, 0, 1), port: port))) != nil
    }
  }
}
