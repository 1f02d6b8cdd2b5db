// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Wire

/// A hub and two spokes back to back: what one sends another gets as a punt, a millisecond later. No data plane.
final class Cloud {
  final class Place {
    let node: Node
    let nbma: IPAddress
    var tunnel = InterfaceID.none
    /// Effects of the host that nobody here performs, in order.
    var effects: [HostEffect] = []
    var replies: [ConsoleReply] = []
    init(_ node: Node, _ nbma: IPAddress) { (self.node, self.nbma) = (node, nbma) }
  }

  private(set) var places: [Place] = []
  private(set) var now = Instant.start
  private var wire: [(at: Instant, to: IPAddress, from: IPAddress, bytes: [UInt8])] = []
  private var nextRequest: UInt32 = 0
  /// NBMA addresses whose packets are lost.
  var silent: Set<IPAddress> = []

  var hub: Place { places[0] }
  var spoke1: Place { places[1] }
  var spoke2: Place { places[2] }
  static let session = SessionID(1)

  /// `wall` is the wall clock at the start, 0 for none.
  init(hubLines: String = "", spokeLines: String = "", wall: Int64 = 0, isOperator: Bool = true) {
    add("hub", 1, Cloud.hubText(hubLines), wall)
    for n in [11, 12] { add("spoke\(n - 10)", UInt8(n), Cloud.spokeText(n, spokeLines), wall) }
    for place in places {
      give(place, .request(Cloud.session, .hello(user: "admin", terminal: "vty0", isOperator: isOperator)))
      place.replies = []
    }
  }

  private func add(_ name: String, _ host: UInt8, _ text: String, _ wall: Int64) {
    let place = Place(Node(seed: UInt64(host)), IPAddress(198, 51, 100, host))
    place.node.wallAtStartNanoseconds = wall
    places.append(place)
    precondition(!place.node.load(startup: text, file: "\(name).conf").contains { $0.level == .error })
    let underlay = HostInterface(name: "eth0", addresses: [HostAddress(place.nbma, length: 24)])
    give(place, .interface(underlay))
    give(place, .interface(HostInterface(name: "lan0", addresses: [HostAddress(IPAddress(192, 168, host, 1), length: 24)])))
  }

  static func hubText(_ more: String) -> String {
    """
    hostname hub
    ip host hub 10.0.0.1
    ip host spoke1 10.0.0.11
    ip host spoke2 10.0.0.12
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.1 255.255.255.0
     ip mtu 1400
     ip nhrp network-id 1
     ip nhrp redirect
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel key 42
    \(more)
    ip route 192.168.11.0 255.255.255.0 10.0.0.11
    ip route 192.168.12.0 255.255.255.0 10.0.0.12
    """
  }

  static func spokeText(_ host: Int, _ more: String) -> String {
    """
    hostname spoke\(host - 10)
    ip host hub 10.0.0.1
    ip host spoke1 10.0.0.11
    ip host spoke2 10.0.0.12
    platform interface GigabitEthernet1 eth0
    interface Tunnel0
     ip address 10.0.0.\(host) 255.255.255.0
     ip nhrp network-id 1
     ip nhrp nhs 10.0.0.1 nbma 198.51.100.1 multicast
     tunnel source GigabitEthernet1
     tunnel mode gre multipoint
     tunnel key 42
    \(more)
    ip route 192.168.0.0 255.255.0.0 10.0.0.1
    """
  }

  // MARK: Time

  /// Lets `seconds` pass: timers fire, packets arrive, in order.
  func run(seconds: Int64) { run(until: now + .seconds(seconds)) }

  func run(until end: Instant) {
    while let next = nextInstant(), next <= end {
      now = next
      step()
    }
    now = end
    for place in places { give(place, .expire) }
  }

  private func nextInstant() -> Instant? {
    let deadlines = places.compactMap { $0.node.nextDeadline } + wire.map(\.at)
    return deadlines.min().map { max($0, now) }
  }

  private func step() {
    let due = wire.filter { $0.at <= now }
    wire.removeAll { $0.at <= now }
    for packet in due where !silent.contains(packet.to) && !silent.contains(packet.from) {
      guard let place = places.first(where: { $0.nbma == packet.to }) else { continue }
      give(
        place,
        .punt(PuntedPacket(kind: .nhrp, interface: place.tunnel, nbmaSource: packet.from, nbmaDestination: packet.to, bytes: packet.bytes)))
    }
    for place in places where (place.node.nextDeadline ?? .distantFuture) <= now { give(place, .expire) }
  }

  func give(_ place: Place, _ event: HostEvent) {
    var out: [HostEffect] = []
    place.node.handle(event, at: now, &out)
    for effect in out { note(effect, place) }
  }

  private func note(_ effect: HostEffect, _ place: Place) {
    switch effect {
    case .inject(.gre(_, let nbma, _, let bytes, _)): wire.append((now + .milliseconds(1), nbma, place.nbma, bytes))
    case .dataPlane(.tunnel(let id, .some)): place.tunnel = id
    case .reply(_, let reply): place.replies.append(reply)
    default: break
    }
    place.effects.append(effect)
  }

  // MARK: Traffic

  /// An inner IPv4 packet with nothing in it.
  static func inner(_ from: IPAddress, _ to: IPAddress) -> [UInt8] {
    [0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0] + from.bytes + to.bytes + [UInt8](repeating: 0, count: 8)
  }

  /// A packet of spoke 1's LAN passes the hub on its way to spoke 2's; the hub redirects.
  func flow(from: IPAddress = IPAddress(192, 168, 11, 10), to: IPAddress = IPAddress(192, 168, 12, 10)) {
    for kind in [PuntClass.firstPacket, .redirectWanted] {
      give(
        hub,
        .punt(
          PuntedPacket(kind: kind, interface: hub.tunnel, nbmaSource: spoke1.nbma, nbmaDestination: hub.nbma, bytes: Cloud.inner(from, to))))
    }
    run(seconds: 1)
  }

  /// Answers every echo request `place` has sent and nobody answered yet, as its destination would, after `delay`.
  /// With `exceeded`, the routers on the way answer instead: the time to live has run out.
  func answerProbes(of place: Place, after delay: Duration = .milliseconds(3), exceededAt router: IPAddress? = nil) {
    let open = place.effects.compactMap { if case .inject(.inner(_, let bytes)) = $0, bytes[9] == 1 { bytes } else { nil } }
    guard let request = open.last else { return }
    run(until: now + delay)
    let (source, destination) = (Array(request[12..<16]), Array(request[16..<20]))
    var reply = Array(request[..<12])
    if let router {
      reply += router.bytes + source + [11, 0, 0, 0, 0, 0, 0, 0] + request
    } else {
      reply += destination + source + [0, 0] + request[22...]
    }
    give(
      place, .punt(PuntedPacket(kind: .probeReply, interface: place.tunnel, nbmaSource: hub.nbma, nbmaDestination: place.nbma, bytes: reply)))
  }

  // MARK: Console

  struct Answer: Equatable {
    var text: String
    var prompt: String
    var failed: Bool
    var exits: Bool
    var isFinished: Bool
  }

  /// Sends a line and returns what came back; the texts of several outputs have line feeds between.
  @discardableResult
  func ask(_ line: String, of place: Place? = nil, _ session: SessionID = Cloud.session) -> Answer {
    let place = place ?? hub
    place.replies = []
    nextRequest += 1
    give(place, .request(session, .execute(id: nextRequest, line: line)))
    return answer(place)
  }

  /// What has come back so far for the last line.
  func answer(_ place: Place) -> Answer {
    var answer = Answer(text: "", prompt: "", failed: false, exits: false, isFinished: false)
    var texts: [String] = []
    for case .output(let id, let text, let prompt, let isLast, let failed, let exits) in place.replies where id == nextRequest {
      if !text.isEmpty { texts.append(text) }
      answer = Answer(text: texts.joined(separator: "\n"), prompt: prompt, failed: failed, exits: exits, isFinished: isLast)
    }
    answer.text = texts.joined(separator: "\n")
    return answer
  }

  /// The text of a line's answer.
  func text(_ line: String, of place: Place? = nil) -> String { ask(line, of: place).text }

  func help(_ line: String, of place: Place? = nil) -> [HelpRow] {
    let place = place ?? hub
    place.replies = []
    give(place, .request(Cloud.session, .help(id: 1, line: line)))
    for case .help(_, let rows) in place.replies { return rows }
    return []
  }

  func completions(_ line: String, of place: Place? = nil) -> [String] {
    let place = place ?? hub
    place.replies = []
    give(place, .request(Cloud.session, .complete(id: 1, line: line)))
    for case .completions(_, let words) in place.replies { return words }
    return []
  }

  func logs(_ place: Place) -> [String] {
    place.replies.compactMap { if case .log(let line) = $0 { line } else { nil } }
  }
}
