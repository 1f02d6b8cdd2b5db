// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import ProtocolKit
import Testing
import Wire

/// What the tests of sockets need of the machine. Everything goes over the loopback interface.
enum Loopback {
  static let v4 = IPAddress(127, 0, 0, 1)
  static let v6 = IPAddress(high: 0, low: 1)
  static let index = UInt32(if_nametoindex("lo"))

  /// Whether a socket can be bound to an address and reach it.
  static func isThere(_ address: IPAddress) -> Bool {
    guard let listener = try? StreamListenerSocket(.init(local: address, port: 0)), let port = try? listener.localPort() else {
      return false
    }
    return (try? StreamSocket(connecting: .init(remote: address, port: port))) != nil
  }

  static let hasV4 = isThere(v4)
  static let hasV6 = isThere(v6)

  /// Whether the kernel has the MD5 option of TCP (CONFIG_TCP_MD5SIG).
  static let hasDigests: Bool = {
    guard hasV4, let listener = try? StreamListenerSocket(.init(local: v4, port: 0)) else { return false }
    return listener.set([StreamListener(peers: IPPrefix(host: v4), options: StreamOptions(key: SecretBytes("k".utf8)))]).isEmpty
  }()

  /// The families that can be tested here.
  static let addresses = [hasV4 ? v4 : nil, hasV6 ? v6 : nil].compactMap { $0 }
}

extension Trait where Self == ConditionTrait {
  /// Runs only where the loopback interface is up.
  static var loopback: Self { .enabled(if: Loopback.hasV4, "the loopback interface is down") }
  /// Runs only where the kernel knows the MD5 option of TCP.
  static var digests: Self { .enabled(if: Loopback.hasDigests, "the kernel has no TCP_MD5SIG, or loopback is down") }
}

/// A listener and what connects to it, driven by hand.
final class StreamBench {
  let listener: StreamListenerSocket
  let address: IPAddress
  let port: UInt16

  init(_ address: IPAddress, _ options: StreamOptions = StreamOptions(), peers: IPPrefix? = nil) throws {
    self.address = address
    listener = try StreamListenerSocket(.init(local: address, port: 0))
    port = try listener.localPort()
    let failures = listener.set([StreamListener(peers: peers ?? IPPrefix(address, length: 8), options: options)])
    #expect(failures.isEmpty, "\(failures)")
  }

  func connect(_ options: StreamOptions = StreamOptions(), local: IPAddress? = nil) throws -> StreamSocket {
    try StreamSocket(connecting: .init(local: local, remote: address, port: port, options: options))
  }

  /// A connection and its accepted other end, both standing.
  func pair(_ options: StreamOptions = StreamOptions()) throws -> (near: StreamSocket, far: StreamSocket) {
    let near = try connect(options)
    var far: StreamSocket?
    try eventually {
      if far == nil, case .stream(let stream) = try listener.accept() { far = stream }
      return try near.finishConnecting() && far != nil
    }
    return (near, try #require(far))
  }
}

/// Asks again and again until the answer is yes, at most for ten seconds.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ isDone: () throws -> Bool) throws {
  let end = MonotonicClock.now() + 10_000_000_000
  while MonotonicClock.now() < end {
    if try isDone() { return }
    usleep(1_000)
  }
  Issue.record("it did not come about within ten seconds", sourceLocation: sourceLocation)
}

/// Asks for 300 ms whether something happens that must not.
func never(sourceLocation: SourceLocation = #_sourceLocation, _ happens: () throws -> Bool) throws {
  let end = MonotonicClock.now() + 300_000_000
  while MonotonicClock.now() < end {
    if try happens() {
      Issue.record("it must not happen", sourceLocation: sourceLocation)
      return
    }
    usleep(10_000)
  }
}

/// The error that `body` throws.
func failure(_ body: () throws -> Void) -> Int32? {
  do {
    try body()
    return nil
  } catch {
    return (error as? SystemError)?.errno
  }
}
