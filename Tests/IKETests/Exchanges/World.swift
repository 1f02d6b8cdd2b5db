// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Wire

/// A datagram between two nodes.
struct Datagram {
  enum Content {
    case udp([UInt8])
    /// ESP: what counts of it is by which association it was sealed.
    case esp(spi: UInt32, keys: SecretBytes)
  }

  var source: IPAddress
  var sourcePort: UInt16
  var destination: IPAddress
  var destinationPort: UInt16
  var content: Content

  var isESP: Bool { if case .esp = content { true } else { false } }
}

/// What the way between two nodes does to datagrams.
struct LinkQuality {
  var delay = Duration.milliseconds(10)
  /// Added by chance, so that datagrams overtake each other.
  var jitter = Duration.zero
  /// Added for ESP: packets that are slower than IKE.
  var packetDelay = Duration.zero
  /// Percent.
  var loss = 0
  var duplication = 0
}

/// Nodes, the way between them, and time that passes only when asked.
final class World {
  enum Event {
    case arrival(Datagram)
    case deadline(IPAddress)
    case jobDone(IPAddress, UInt64, KeyResult)
    case call(() -> Void)
  }

  private(set) var now = Instant.start
  private var queue: [(at: Instant, order: Int, event: Event)] = []
  private var order = 0
  var random: RandomSource
  var quality = LinkQuality()
  /// Changes or swallows datagrams on their way.
  var filter: (Datagram) -> Datagram? = { $0 }
  /// Address translation: source addresses on the way out, destinations on the way in.
  var nat: NATBox?
  private(set) var nodes: [IPAddress: TestNode] = [:]
  /// Every IKE datagram that was sent, in order.
  var sent: [Datagram] = []

  init(seed: UInt64 = 1) { random = RandomSource(seed: seed) }

  func add(_ address: IPAddress, keys: Keys = .openSSL) -> TestNode {
    let node = TestNode(address, self, keys: keys, seed: random.next())
    nodes[address] = node
    return node
  }

  /// Takes a node out; its events find nobody.
  func remove(_ address: IPAddress) { nodes[address] = nil }

  func schedule(_ event: Event, after span: Duration) {
    order += 1
    let entry = (at: now + span, order: order, event: event)
    let index = queue.firstIndex { $0.at > entry.at } ?? queue.endIndex
    queue.insert(entry, at: index)
  }

  func send(_ datagram: Datagram) {
    if case .udp = datagram.content { sent.append(datagram) }
    var translated = datagram
    if let box = nat { translated = box.outbound(datagram) }
    guard let passed = filter(translated) else { return }
    let copies = random.below(100) < UInt64(quality.duplication) ? 2 : 1
    for _ in 0..<copies where random.below(100) >= UInt64(quality.loss) {
      let jitter = Duration.nanoseconds(Int64(random.below(UInt64(max(1, quality.jitter.nanoseconds)))))
      schedule(.arrival(passed), after: quality.delay + jitter + (passed.isESP ? quality.packetDelay : .zero))
    }
  }

  /// Lets `span` pass.
  func run(_ span: Duration) { run(until: now + span) }

  func run(until end: Instant) {
    while let first = queue.first, first.at <= end {
      queue.removeFirst()
      now = max(now, first.at)
      perform(first.event)
    }
    now = end
  }

  private func perform(_ event: Event) {
    switch event {
    case .arrival(let datagram):
      let inner = nat.flatMap { $0.inbound(datagram) } ?? datagram
      nodes[inner.destination]?.receive(inner)
    case .deadline(let address): nodes[address]?.expireIfDue()
    case .jobDone(let address, let id, let result): nodes[address]?.handle(.computed(id, result))
    case .call(let body): body()
    }
  }
}

/// A NAT in front of some nodes: one public address, a port for each inner address and port.
final class NATBox {
  let publicAddress: IPAddress
  let inside: Set<IPAddress>
  private var ports: [[UInt64]: UInt16] = [:]
  private var owners: [UInt16: (IPAddress, UInt16)] = [:]
  private var nextPort: UInt16 = 20_000

  init(publicAddress: IPAddress, inside: Set<IPAddress>) { (self.publicAddress, self.inside) = (publicAddress, inside) }

  /// Forgets all mappings: what goes out next gets new ports.
  func rebind() { (ports, owners, nextPort) = ([:], [:], nextPort + 1_000) }

  func outbound(_ datagram: Datagram) -> Datagram {
    guard inside.contains(datagram.source), !inside.contains(datagram.destination) else { return datagram }
    var out = datagram
    let key = [datagram.source.low, UInt64(datagram.sourcePort)]
    if ports[key] == nil {
      nextPort += 1
      ports[key] = nextPort
      owners[nextPort] = (datagram.source, datagram.sourcePort)
    }
    (out.source, out.sourcePort) = (publicAddress, ports[key] ?? 0)
    return out
  }

  func inbound(_ datagram: Datagram) -> Datagram? {
    guard datagram.destination == publicAddress else { return nil }
    guard let owner = owners[datagram.destinationPort] else {
      var lost = datagram
      lost.destination = .anyV4
      return lost
    }
    var inner = datagram
    (inner.destination, inner.destinationPort) = owner
    return inner
  }
}
