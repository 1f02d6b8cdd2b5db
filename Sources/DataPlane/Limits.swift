// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// Every bound of the data plane, with its reason. What a standard fixes is not here but beside its use.
public enum Limits {
  // Tables
  /// From so many nodes on a FIB keeps where its changes may begin: 256 kB, which is nothing beside the nodes then.
  public static let nodesBeforeStarts = 16_384

  // Batches
  /// Room in front of every packet. IPv6 40, UDP 8, ESP 8 with an IV of 16, a second IPv6 40 (tunnel mode) and GRE 16 are written there:
  /// 128. An ICMPv6 error's 48 before them make 176, but then at least 24 were freed by the headers that the packet came with.
  public static let headroomBytes = 192
  /// A smaller headroom could not take an ICMPv6 error inside all that: 176 - 24.
  public static let leastHeadroomBytes = 152
  /// Room behind every packet: for ESP's padding of up to 15, the 2 bytes behind it and an ICV of up to 32.
  public static let tailroomBytes = 64
  /// A slot below this could not hold the largest ICMP error (1280) behind its headroom.
  public static let leastSlotBytes = 1536
  /// Slots a batch may grow to while multicasts are copied and packets fragmented: a hello to 10,000 spokes is 10,000 packets.
  public static let batchSlots = 16_384
  /// Chunks of slots a batch keeps when it is emptied; more were needed for one multicast and may be rare.
  public static let batchChunksKept = 4

  // Tables
  /// Pairs of hosts and pairs of peers watched at once; 4096 pairs are some 600 KiB, and more flows than that only lose redirects.
  public static let pairs = 4096
  /// Adjacencies, and NBMA peers: 65,536 are six times the largest cloud we test.
  public static let peers = 65_536
  /// Next hops whose resolution was asked for lately; beyond it the punt's own rate limit holds alone.
  public static let resolutions = 1024
  /// Associations of each direction: two for every peer while it rekeys.
  public static let associations = 131_072
  /// SPIs of IKE that are known: two for every peer while it rekeys.
  public static let ikeSPIs = 131_072
  /// Peers whose protection was asked for lately; as `resolutions`.
  public static let protections = 1024
  /// Notices that wait to be taken: one turn's worth of a hub whose spokes all rekey. What finds no room is told by the next packet.
  public static let notices = 4096
  /// Pairs of sender and destination an ICMP Redirect was sent for lately; beyond it none is sent, and the packets go on as before.
  public static let icmpRedirectPairs = 1024

  // Times
  /// A pair of hosts that was silent this long may be evicted for a new one.
  public static let pairEviction: Duration = .seconds(30)
  /// A pair of peers that was silent this long is reported as idle: longer than the gaps of an interactive session's keystrokes.
  public static let pairIdle: Duration = .seconds(3)
  /// One redirect a pair and second is offered; how many are sent is for NHRP to decide.
  public static let redirectInterval: Duration = .seconds(1)
  /// One resolution a next hop is asked for in this time; NHRP keeps its own retransmission timer.
  public static let resolutionInterval: Duration = .milliseconds(500)
  /// Protection of one peer is asked for once in this time; IKE keeps its own retransmission timer.
  public static let protectionInterval: Duration = .milliseconds(500)
  /// That a peer moved is told once in this time: IKE may have its reasons not to follow.
  public static let endpointInterval: Duration = .milliseconds(500)
  /// One ICMP Redirect a pair of sender and destination in this time: a host that acts on it needs one, a router never will.
  public static let icmpRedirectInterval: Duration = .seconds(5)
  /// After this silence a peer may have restarted and begins its sequence at any number (RFC 2890 §2.2 leaves it open).
  public static let sequenceReset: Duration = .seconds(10)

  // Bytes shown to the control side
  /// Of a packet that is redirected or wants a resolution: FRR quotes 128 in a Traffic Indication; more does not help the receiver.
  public static let quotedBytes = 128
  /// Of the first packet of a pair: both headers are in it.
  public static let firstPacketBytes = 64
  /// Of clear GRE on a protected tunnel, behind the outer IP header: nothing of what it carries.
  public static let clearRefusedBytes = 4
  /// An IKE message: certificates make some kilobytes; RFC 7296 §2 wants 3,000 at least.
  public static let ikeMessageBytes = 16_384
  /// An ICMP error in whole (RFC 1812 §4.3.2.3).
  public static let icmpErrorBytes = 576
  /// An ICMPv6 error in whole (RFC 4443 §2.4 c).
  public static let icmp6ErrorBytes = 1280

  // Rates
  /// ICMP errors a second and core: a traceroute needs 3, a flood shall not be answered (RFC 1812 §4.3.2.8).
  public static let icmpErrors = Rate(perSecond: 100, burst: 100)

  /// Answers to peers' keepalives a second and core: a thousand tunnels that ask each second.
  public static let keepaliveAnswers = Rate(perSecond: 1_000, burst: 500)
  /// The largest answer to a keepalive that is sent on: IOS' has 24 bytes, 28 with a key.
  public static let keepaliveBytes = 64

  // Sequence numbers
  /// Without extended numbers, where a new association is asked for: 16 million packets, ten seconds at our best, before the end.
  public static let softSequence: UInt64 = 1 << 32 - 1 << 24

  // Capture
  /// Packets that wait to be taken; one full console page of a busy second.
  public static let capturedPackets = 1024
  /// Bytes that wait to be taken.
  public static let capturedBytes = 2 << 20

  /// How many packets a second, and how many at once.
  public struct Rate: Sendable, Equatable {
    /// The long-term rate.
    public let perSecond: Int64
    /// How many may come at once after a pause.
    public let burst: Int64
  }

  /// How many packets of a class may wait for the control side.
  public static func puntQueue(_ kind: PuntClass) -> Int {
    switch kind {
    case .nhrp: 512  // 1,000 spokes that refresh in the same second, two turns' worth
    case .nhrpStranger: 64  // one turn's work; registrations are repeated
    case .redirectWanted, .resolutionWanted, .firstPacket: 128  // hints: the next packet brings the next one
    case .probeReply: 128  // a traceroute of 30 hops with 3 probes, whole
    case .stepReport: 128  // one a hop of a path, several paths
    case .cdp: 64  // one a minute and peer
    case .routing: 1024  // full tables of a few hundred neighbours at once
    case .ike: 1024  // 1,000 spokes that rekey in the same second
    case .ikeStranger: 256  // a burst of a restarted cloud; initiators retransmit
    case .protectionWanted: 128  // hints: the next packet brings the next one
    case .unknownSPI, .clearRefused: 32  // one log line each, at a limited rate
    case .keepalive: 256  // a thousand tunnels that ask each second answer within some milliseconds of each other; the next one counts as well
    }
  }

  /// How fast packets of a class may reach the control side.
  public static func puntRate(_ kind: PuntClass) -> Rate {
    switch kind {
    case .nhrp: Rate(perSecond: 5_000, burst: 1_000)  // 10,000 spokes at hold/3 = 10 s are 1,000/s; fivefold for repeats
    case .nhrpStranger: Rate(perSecond: 200, burst: 400)  // a restarted hub hears 1,000 strangers: all within 3 s, forgers get 200/s
    case .redirectWanted: Rate(perSecond: 500, burst: 128)  // above NHRP's own limiter in any sane network
    case .resolutionWanted: Rate(perSecond: 500, burst: 128)  // an address scan must not keep the engine busy
    case .firstPacket: Rate(perSecond: 500, burst: 128)  // one journal record each
    case .probeReply: Rate(perSecond: 1_000, burst: 256)  // only our own probes are answered
    case .stepReport: Rate(perSecond: 500, burst: 128)  // told by peers: theirs to flood, ours to bound
    case .cdp: Rate(perSecond: 200, burst: 64)  // 10,000 spokes once a minute are 170/s
    case .routing: Rate(perSecond: 5_000, burst: 2_000)  // 1,000 neighbours with 25 routes a message every 30 s are 34/s; updates come in trains
    case .ike: Rate(perSecond: 5_000, burst: 2_000)  // 10,000 peers with a liveness check every 10 s are 1,000/s; fivefold for repeats
    case .ikeStranger: Rate(perSecond: 2_000, burst: 500)  // what a core can answer with cookies at little cost
    case .protectionWanted: Rate(perSecond: 500, burst: 128)  // as resolutions: an address scan must not keep the engine busy
    case .unknownSPI, .clearRefused: Rate(perSecond: 10, burst: 20)  // each is a log line
    case .keepalive: Rate(perSecond: 2_000, burst: 1_000)  // a thousand tunnels that ask each second, twofold
    }
  }
}
