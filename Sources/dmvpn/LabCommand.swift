// SPDX-License-Identifier: GPL-3.0-or-later
import ArgumentParser
import Console
import IPsecCrypto
import Lab
import NodeRuntime
import ProtocolKit
import Wire

@preconcurrency import Glibc

extension DMVPNPhase: ExpressibleByArgument {
  /// Reads a phase as typed.
  public init?(argument: String) {
    switch argument {
    case "phase1", "1": self = .one
    case "phase2", "2": self = .two
    case "phase3", "3": self = .three
    default: return nil
    }
  }
}

extension LabProtection: ExpressibleByArgument {}
extension LabRouting: ExpressibleByArgument {}

/// Who does key jobs in the lab.
enum LabKeys: String, CaseIterable, ExpressibleByArgument {
  /// OpenSSL.
  case real
  /// Numbers that look like keys: for clouds of hundreds.
  case simulated
}

/// `dmvpn lab`: a whole cloud in this process, without root.
struct LabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "Run a whole cloud — hub, spokes, hosts, links — in one process, without root.")

  @Argument(help: "phase1, phase2 or phase3.") var phase: DMVPNPhase = .three
  @Option(help: "How many spokes, 1 to 4000.") var spokes = 5
  @Option(help: "How many hubs, 1 to 10.") var hubs = 1
  @Option(help: "The seed of everything random.") var seed: UInt64 = 1
  @Option(help: "How nodes learn of each other's networks: static, bgp, rip or odr.") var routing: LabRouting = .static
  @Flag(name: .customLong("ipv6"), help: "IPv6 in the tunnels and behind the nodes, beside IPv4 (static routes).") var hasIPv6 = false
  @Option(help: "How the tunnels are protected: none, psk or certificate (IKEv2).") var protection: LabProtection = .psk
  @Option(help: "real keys, or simulated ones that protect nothing but cost little.") var keys: LabKeys = .real
  @Option(help: "Spokes behind NATs: 1,2/5 puts 1 and 2 behind one NAT and 5 behind another.") var nat: String?
  @Flag(help: "No console: tell what happens as lines of text.") var headless = false
  @Option(name: .customLong("for"), help: "End after this much time: 15s, 2m, 1h.") var length: DurationArgument?
  @Flag(help: "Do not wait for real time (needs --for).") var virtualTime = false
  @Flag(help: "Print the final pictures and the journals' hash as JSON; nothing else.") var json = false
  @Option(help: "Write the underlay's packets to this pcapng file.") var pcap: String?
  @Option(help: "One-way delay of a spoke's link.") var delay: DurationArgument = DurationArgument(.milliseconds(3))
  @Option(help: "Packets lost on a spoke's link, in percent.") var loss = 0.0
  @Option(help: "The hosts' traffic: demo (pairs talk, pause, talk again) or minute (each host opens a flow a minute).") var flows = "demo"
  @OptionGroup var events: LabEvents
  @OptionGroup var terminal: TerminalOptions
  @Option(help: "ip nhrp holdtime of every node, in seconds.") var holdTime: Int?
  @OptionGroup(visibility: .hidden) var picture: LabPicture
  @Option(help: "Record all that this node is told, for `dmvpn replay`; keys are simulated then.") var recordNode: String?
  @Option(help: "Where to (NODE.dmvpnrec).") var recordTo: String?
  @Option(help: "Print this node's console as text, 80x24 and 120x40, and nothing else (needs --virtual-time).") var framesOf: String?
  @Option(help: "The time between two frames.") var every: DurationArgument = DurationArgument(.seconds(1))

  func validate() throws {
    guard (1...LabTopology.spokeLimit).contains(spokes) else { throw ValidationError("--spokes must be 1 to \(LabTopology.spokeLimit)") }
    guard (1...LabTopology.hubLimit).contains(hubs) else { throw ValidationError("--hubs must be 1 to \(LabTopology.hubLimit)") }
    guard (0...100).contains(loss) else { throw ValidationError("--loss must be 0 to 100") }
    if let refusal = LabTopology.refusal(of: routing, in: phase) { throw ValidationError(refusal) }
    guard !virtualTime || length != nil else { throw ValidationError("--virtual-time needs --for") }
    guard recordNode == nil || protection != .certificate else {
      throw ValidationError("--record-node takes --protection none or psk: a recording holds no certificates")
    }
    guard recordNode != "hub1" || events.returnHub == nil else {
      throw ValidationError("--record-node hub1 does not go with --return-hub: a recording is of one life of a node")
    }
    guard framesOf == nil || virtualTime else { throw ValidationError("--frames-of needs --virtual-time") }
    guard every.duration > .zero else { throw ValidationError("--every must be more than 0") }
    guard ["demo", "minute"].contains(flows) else { throw ValidationError("--flows must be demo or minute") }
  }

  func run() throws {
    let cloud = try makeCloud()
    if let file = picture.file { return try picture.draw(cloud, theme: terminal.theme, to: file) }
    let capture = try pcap.map { try PcapngWriter.file(at: $0) }
    if let capture {
      let interface = capture.interface(named: "underlay")
      cloud.onUnderlay = { _, packet, at in capture.write(packet, on: interface, at: at) }
    }
    let recorder = try recordNode.map { try NodeRecorder(try index(of: $0, in: cloud), of: cloud, path: recordTo ?? "\($0).dmvpnrec") }
    if !json, headless, framesOf == nil {
      let narrator = LabNarrator(names: cloud.topology.nodes.map(\.name)) { print($0) }
      cloud.onRecords = { [unowned cloud] in narrator.tell($0, $1, in: cloud) }
    }
    setvbuf(stdout, nil, _IOLBF, 0)
    if let framesOf {
      showFrames(try index(of: framesOf, in: cloud), cloud)
    } else if headless || json || virtualTime {
      drive(cloud)
    } else {
      showConsole(cloud)
    }
    try capture?.close()
    try recorder?.close(at: cloud.now)
    if framesOf != nil { return }
    if json { print(LabReport(cloud, seed: seed).json) } else if headless { summarize(cloud) }
  }

  /// The cloud with its traffic, nothing run yet.
  private func makeCloud() throws -> Cloud {
    var link = LinkSettings(delay: delay.duration)
    link.lossPerMillion = UInt32(loss * 10_000)
    var topology = LabTopology.cloud(
      phase: phase, spokes: spokes, hubs: hubs, link: link, behindNATs: nats, holdTimeSeconds: holdTime, protection: protection)
    (topology.routing, topology.hasIPv6) = (routing, hasIPv6)
    var virtual = keys == .simulated || recordNode != nil ? VirtualKeys.simulated : VirtualKeys()
    virtual.files = try topology.keyFiles()
    let cloud = Cloud(topology, seed: seed, journalLimit: spokes > 50 ? 512 : 8_192, keys: virtual)
    cloud.send(traffic(topology))
    cloud.play(events.scenario)
    return cloud
  }

  /// `--nat` as lists of spokes.
  private var nats: [[Int]] {
    (nat ?? "").split(separator: "/").map { $0.split(separator: ",").compactMap { Int($0) } }
  }

  private func traffic(_ topology: LabTopology) -> FlowGenerator {
    // A routing protocol needs its time first.
    let start = Instant.start + .seconds(routing == .static ? 3 : 40)
    // The last flow ends before the run does, so that what is unanswered at the end is lost and not under way.
    let until = length.map { Instant.start + max(.zero, $0.duration - .seconds(3)) } ?? .distantFuture
    if flows == "minute" { return .everySpoke(of: topology, seed: seed, from: start, until: until) }
    let hold = Duration.seconds(holdTime ?? 600)
    return .demonstration(of: topology, seed: seed, holdTime: min(hold, .seconds(60)), from: start, until: until)
  }

  private func index(of name: String, in cloud: Cloud) throws -> Int {
    guard let i = cloud.topology.index(named: name) else { throw ValidationError("there is no node '\(name)' in this lab") }
    return i
  }

  /// Runs the cloud to its end and prints one node's console on the way.
  private func showFrames(_ node: Int, _ cloud: Cloud) {
    let end = length.map { Instant.start + $0.duration } ?? .start
    var printer = FramePrinter()
    for time in sequence(first: Instant.start + every.duration, next: { $0 + every.duration }) {
      cloud.run(until: min(time, end))
      guard time <= end else { break }
      printer.show(cloud.nodes[node].picture(at: time))
    }
    printer.finish(cloud.nodes[node].node)
  }

  /// Runs the cloud to its end: as fast as it goes, or in step with the clock.
  private func drive(_ cloud: Cloud) {
    let end = length.map { Instant.start + $0.duration } ?? .distantFuture
    if virtualTime {
      cloud.run(until: end)
      return
    }
    let clock = RealClock()
    while cloud.now < end {
      cloud.run(until: min(end, clock.now))
      clock.sleep(until: min(end, cloud.nextTime ?? end), atMost: .milliseconds(50))
    }
  }

  /// The console on the first hub, the cloud running beside it in real time.
  private func showConsole(_ cloud: Cloud) {
    let clock = RealClock()
    let end = length.map { Instant.start + $0.duration } ?? .distantFuture
    for n in cloud.nodes { n.node.wallAtStartNanoseconds = RealClock.wallNanoseconds }
    // Both stay on this thread, which is the main one: the console calls them from its loop.
    nonisolated(unsafe) let catchUp = { _ = cloud.run(until: min(end, clock.now), limit: 20_000) }
    nonisolated(unsafe) let connection = LabConnection(cloud, node: 0, catchUp: catchUp)
    MainActor.assumeIsolated {
      var options = terminal.options
      options.tick = catchUp
      options.maxWaitMilliseconds = 5
      _ = ConsoleApp.run(connection: connection, options: options)
    }
  }

  private func summarize(_ cloud: Cloud) {
    let report = LabReport(cloud, seed: seed)
    print("")
    print("\(report.shortcutsFormed) shortcuts; packets sent \(report.packetsSent), answered \(report.packetsAnswered), lost \(report.packetsLost)")
    for p in report.pairs {
      let direct = p.firstDirectMilliseconds.map { ", first direct after \($0.rounded()) ms" } ?? ""
      print("  \(p.source) → \(p.destination): \(p.answered)/\(p.sent) answered, \(p.direct) direct, \(p.relayed) through a hub\(direct)")
    }
    print("journal hash \(report.journalHash)")
  }
}

/// Real time as a lab counts it: since the start.
struct RealClock {
  private let start = RealClock.nanoseconds

  /// The time since the start.
  var now: Instant { Instant(nanoseconds: RealClock.nanoseconds - start) }

  /// Waits until `time`, but no longer than `limit`.
  func sleep(until time: Instant, atMost limit: Duration) {
    let span = min((time - now).nanoseconds, limit.nanoseconds)
    guard span > 0 else { return }
    var request = timespec(tv_sec: Int(span / 1_000_000_000), tv_nsec: Int(span % 1_000_000_000))
    nanosleep(&request, nil)
  }

  /// Nanoseconds since 1970-01-01 UTC.
  static var wallNanoseconds: Int64 { read(CLOCK_REALTIME) }
  private static var nanoseconds: Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var t = timespec()
    clock_gettime(clock, &t)
    return Int64(t.tv_sec) * 1_000_000_000 + Int64(t.tv_nsec)
  }
}
