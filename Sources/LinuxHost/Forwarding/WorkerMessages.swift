// SPDX-License-Identifier: GPL-3.0-or-later
import DataPlane
import LinuxNet
import NodeRuntime
import ProtocolKit
import Synchronization
import Wire

/// What an underlay socket carries.
enum UnderlayKind: UInt8, Hashable, Sendable, CaseIterable {
  case gre, esp
  /// UDP 500.
  case ike
  /// UDP 4500: ESP, and IKE behind its marker (RFC 3948).
  case encapsulated

  /// The kinds a protected tunnel uses; clear GRE is still heard, to be refused by name.
  static let protected = allCases
}

/// Which underlay sockets: all that leaves (and comes) with one local address, over one interface or over any.
struct UnderlayPlace: Hashable, Sendable {
  var source: IPAddress
  /// nil: the host's routes decide.
  var device: String?
}

/// Which underlay socket.
struct UnderlayKey: Hashable, Comparable, Sendable {
  var place: UnderlayPlace
  var kind = UnderlayKind.gre

  /// A raw socket gets a copy of what others get too, so one of an address is enough; a datagram comes to one socket only, and the one
  /// bound to its interface is preferred.
  var receives: Bool { place.device == nil || kind == .ike || kind == .encapsulated }

  static func < (a: UnderlayKey, b: UnderlayKey) -> Bool {
    let (x, y) = (a.place, b.place)
    if x.source != y.source { return x.source < y.source }
    return (x.device ?? "", a.kind.rawValue) < (y.device ?? "", b.kind.rawValue)
  }
}

/// A socket on its way to the one worker that will use it.
final class UnderlaySocket: @unchecked Sendable {
  // Opened by the control thread, handed over with the command that carries it, and from then on the worker's alone.
  let port: any UnderlayPort
  let receives: Bool

  init(_ port: any UnderlayPort, receives: Bool) { (self.port, self.receives) = (port, receives) }
}

/// What the control thread tells a worker. Commands are carried out in order, each in whole.
enum WorkerCommand: Sendable {
  case change(DataPlaneChange)
  case inject(InjectedPacket)
  /// This queue of a tunnel's TUN device, or (nil) none any more.
  case device(InterfaceID, TUNDevice?, mtu: Int)
  /// An underlay socket, or (nil) none any more.
  case socket(UnderlayKey, UnderlaySocket?)
  /// Which socket a tunnel sends by.
  case bind(InterfaceID, UnderlayPlace?)
  /// Report the counters under this ticket.
  case count(UInt64)
  /// The control side has caught up: hand over the punts that were held back.
  case resumePunts
  case stop
}

/// What a worker tells the control thread.
enum WorkerReport: Sendable {
  case punts(worker: Int, [PuntedPacket])
  case notices([DataPlaneNotice])
  case counters(worker: Int, ticket: UInt64, DataPlaneCounters)
  case captured([CapturedPacket])
  /// The TUN device is gone though nobody closed it.
  case deviceLost(InterfaceID, String)
  /// The socket's interface is gone.
  case socketLost(UnderlayKey, String)
}

/// Bounds the punts between one worker and the control thread. What does not pass stays in the worker's `PuntQueue`, whose
/// lanes keep strangers and known peers apart also when the control side is behind.
final class PuntGate: Sendable {
  /// Two hundred turns' work of the control side: some milliseconds.
  static let limit = 256
  private let pending = Atomic<Int>(0)
  private let isHolding = Atomic<Bool>(false)

  /// How many may be handed over now; asking for more than there is room notes that some are held back.
  func admit(_ wanted: Int) -> Int {
    var granted = take(wanted)
    guard granted < wanted else { return granted }
    isHolding.store(true, ordering: .sequentiallyConsistent)
    // What the control side released before it could see the note is for us to see.
    granted += take(wanted - granted)
    return granted
  }

  private func take(_ wanted: Int) -> Int {
    let granted = min(max(0, Self.limit - pending.load(ordering: .sequentiallyConsistent)), wanted)
    pending.add(granted, ordering: .sequentiallyConsistent)
    return granted
  }

  /// `count` were handled. True: the worker holds some back and shall be told to go on.
  func release(_ count: Int) -> Bool {
    let left = pending.subtract(count, ordering: .sequentiallyConsistent).newValue
    guard left < Self.limit / 2 else { return false }
    return isHolding.exchange(false, ordering: .sequentiallyConsistent)
  }
}
