// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

/// The bounds of the lab's TCP, each with its reason.
public enum TCPLimits {
  /// Connections of one node: a hub with 10,000 spokes, each of which may open one while ours is being opened.
  public static let connections = 24_576
  /// Connections whose handshake a peer began and did not finish: a flood of SYNs must not take the others' room.
  public static let halfOpen = 4_096
  /// Ports that are listened at.
  public static let listeningPorts = 16
  /// Peers' networks of one port: every spoke of a hub configured by itself.
  public static let listeners = 16_384
  /// Bytes that wait or are under way to one peer; an engine that sends more is cut off (twice the largest kernel's default).
  public static let sendBufferBytes = 8 << 20
  /// The receive window: the largest without window scaling. Engines take what comes at once, so it never shrinks.
  public static let receiveWindowBytes = 65_535
  /// Segments kept that came before their turn; a window holds 48 of the usual size.
  public static let reassemblySegments = 64
  /// Timers run in one turn; the rest stays due.
  public static let timersPerTurn = 64
  /// The smallest segment size taken from a peer, as in Linux: less would be a way to make us send a packet a byte.
  public static let segmentBytesAtLeast = 88
  /// The path MTU is never believed to be less (RFC 1122 §3.3.3: what every host takes).
  public static let mtuAtLeast = 576
  /// Answers to segments that might be forged, in a second and to one peer (RFC 5961 §7).
  public static let challengesPerSecond = 10
}

/// The times and sizes of the lab's TCP where nothing is negotiated.
public enum TCPDefaults {
  /// TTL and hop limit of packets (IANA's recommendation, and Linux').
  public static let ttl: UInt8 = 64
  /// The MTU of the path until told otherwise: a tunnel's usual one.
  public static let mtu = 1_400
  /// The segment size of a peer that names none (RFC 9293 §3.7.1).
  public static let segmentBytes = 536
  /// The first segments' window, in segments (RFC 6928).
  public static let initialWindowSegments = 10
  /// The retransmission time before anything was measured (RFC 6298 §2.1).
  public static let initialTimeout = Duration.seconds(1)
  /// It is never less: Linux' figure and not the second of RFC 6298 §2.4, so that the lab recovers as fast as the kernel does.
  public static let timeoutAtLeast = Duration.milliseconds(200)
  /// It is never more (RFC 6298 §2.5).
  public static let timeoutAtMost = Duration.seconds(60)
  /// Connections that get nothing acknowledged for so long are gone (`TCP_USER_TIMEOUT` of the Linux host).
  public static let patience = Duration.seconds(120)
  /// SYNs are sent so often, 1, 2, 4, 8, 16 s apart; then the attempt has failed after 31 s.
  public static let handshakeTries = 5
  /// A second segment, or this time, brings the acknowledgement (RFC 9293 §3.8.6.3 allows 500 ms; Linux begins with 40).
  public static let acknowledgementDelay = Duration.milliseconds(40)
  /// How long a closed connection may take to get its last bytes across.
  public static let closingPatience = Duration.seconds(60)
  /// TIME-WAIT: short, for nothing in the lab stays on its way for longer.
  public static let timeWait = Duration.seconds(2)
  /// A TOS of internetwork control (CS6), as routers send their protocols.
  public static let trafficClass: UInt8 = 0xc0
}
