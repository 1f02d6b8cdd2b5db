// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import Foundation
import ProtocolKit
import Routing
import Testing
import Wire

/// Half a million routes. The figures are printed, not asserted: they are the machine's. In a debug build a tenth of them.
struct TableSizeTests {
  #if DEBUG
    static let count = 50_000
  #else
    static let count = 500_000
  #endif

  /// Messages of a full table: prefixes of many lengths, a set of attributes for every eight of them, as in the Internet's table.
  private static func messages(_ peer: IPAddress) -> [[UInt8]] {
    var out: [[UInt8]] = []
    let context = UpdateContext(isWide: true)
    for g in 0..<count / 8 {
      let path = ASPath(sequence: [65002, 100 + UInt32(g % 3000), 5000 + UInt32(g / 7)])
      let attributes: [PathAttribute] = [.init(.origin(.igp)), .init(.asPath(path, isWide: true)), .init(.nextHop(peer))]
      let nlri = (0..<8).map { k in NLRI(IPPrefix(IPAddress(v4: 0x0100_0000 + UInt32(g * 8 + k) << 8), length: 24)) }
      out.append(UpdateMessage(attributes: attributes, nlri: nlri).encode(context))
    }
    return out
  }

  private static func status(_ key: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  }

  private static func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

  @Test("a full table from one neighbour: CPU and memory, then all of it to a second one, then none of it")
  func fullTable() throws {
    let peer = IPAddress(10, 0, 0, 2), other = IPAddress(10, 0, 0, 3)
    let messages = Self.messages(peer)
    let load = TableLoad(
      peer, other, try Lines.bgp("router bgp 65001\n neighbor 10.0.0.2 remote-as 65002\n neighbor 10.0.0.3 remote-as 65003"))
    load.connect(peer, asNumber: 65002)
    var chunk: [UInt8] = []
    let memory = Self.status("VmRSS"), start = Self.cpuSeconds()
    for message in messages {
      chunk += message
      if chunk.count > 60_000 {
        load.receive(chunk, peer)
        chunk.removeAll(keepingCapacity: true)
      }
    }
    load.receive(chunk, peer)
    load.run()
    let loaded = Self.cpuSeconds() - start, grown = Self.status("VmRSS") - memory
    #expect(load.routes == Self.count)
    #expect(load.engine.summary()?.paths[0] == Self.count)
    let second = Self.cpuSeconds()
    load.connect(other, asNumber: 65003)
    load.run()
    let told = Self.cpuSeconds() - second
    #expect(load.prefixesSent(Self.count))
    let third = Self.cpuSeconds()
    load.lose(peer)
    load.run()
    let swept = Self.cpuSeconds() - third
    #expect(load.routes == 0)
    #expect(load.engine.summary()?.paths[0] == 0)
    // One way in and out is remembered by the update group.
    #expect((load.engine.summary()?.attributeSets ?? 9) <= 2)
    print(
      "\(Self.count) routes, \(messages.count) messages: \(Self.text(loaded)) CPU s to take, \(grown / 1024) MB more; "
        + "\(Self.text(told)) CPU s to tell one neighbour (\(load.bytesSent / 1024) kB); "
        + "\(Self.text(swept)) CPU s to withdraw"
    )
  }

  private static func text(_ seconds: Double) -> String {
    "\(Int(seconds * 1000) / 1000)." + String(1000 + Int(seconds * 1000) % 1000).suffix(3)
  }
}

/// Just enough around an engine to load it, with nothing that costs.
private final class TableLoad {
  var engine = BGPEngine()
  private(set) var routes = 0, bytesSent = 0
  private var withdrawn = 0, messagesSent = 0
  private var now = Instant.start
  private var view = FakeRoutes()
  private var streams: [IPAddress: StreamID] = [:]
  private let other: IPAddress

  init(_ peer: IPAddress, _ other: IPAddress, _ settings: BGPSettings?) {
    self.other = other
    view.connected = [IPPrefix(peer, length: 24)]
    handle(
      .interface(
        RoutingInterface(
          id: InterfaceID(1), name: "Tunnel0", isUp: true, isTunnel: true, isMultipoint: true,
          addresses: [IPPrefixAddress(IPAddress(10, 0, 0, 1), length: 24)], mtu: 1400)))
    handle(.configure(settings))
  }

  func handle(_ input: BGPEngine.Input) {
    var turn = Turn<BGPEngine.Output>(now: now, cause: .none, random: RandomSource(seed: 1), routes: view, firstRecord: EventID(1))
    engine.handle(input, &turn)
    take(turn)
  }

  private func take(_ turn: Turn<BGPEngine.Output>) {
    for (output, _) in turn.outputs {
      switch output {
      case .routes(let updates): for case .paths(_, _, let list) in updates { routes += list.isEmpty ? -1 : 1 }
      case .stream(.send(let stream, let bytes)):
        if stream == streams[other] { bytesSent += bytes.count }
        messagesSent += 1
        handle(.stream(.drained(stream)))
      default: break
      }
    }
  }

  func connect(_ address: IPAddress, asNumber: UInt32) {
    let stream = StreamID((1 << 31) + UInt32(streams.count) + 1)
    streams[address] = stream
    handle(.stream(.accepted(stream, local: IPAddress(10, 0, 0, 1), remote: address, remotePort: 5)))
    let open = OpenMessage(
      asNumber: asNumber, holdTime: 0, identifier: address.v4Bits,
      capabilities: [.multiprotocol(afi: 1, reserved: 0, safi: 1), .fourOctetAS(asNumber)])
    receive(open.encode(), address)
    receive(BGPMessage.keepalive.encode(UpdateContext(isWide: true)), address)
  }

  func receive(_ bytes: [UInt8], _ address: IPAddress) {
    streams[address].map { handle(.stream(.received($0, bytes))) }
    run()
  }

  func lose(_ address: IPAddress) { streams[address].map { handle(.stream(.closed($0, .reset))) } }

  func run() {
    let end = now + .milliseconds(50)
    while let due = engine.nextDeadline, due <= end {
      now = max(now, due)
      var turn = Turn<BGPEngine.Output>(now: now, cause: .none, random: RandomSource(seed: 1), routes: view, firstRecord: EventID(1))
      engine.expire(&turn)
      take(turn)
    }
  }

  /// Four bytes a prefix at least.
  func prefixesSent(_ count: Int) -> Bool { bytesSent > count * 4 }
}
