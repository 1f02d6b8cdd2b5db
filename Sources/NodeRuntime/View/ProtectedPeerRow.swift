// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit
import Wire

/// When a protected peer reached a layer of `show dmvpn` (IKE → IPSEC → NHRP → UP).
public struct PhaseStamp: Sendable, Codable, Equatable {
  /// The layer it is at from then on: `.ike` since IKE began, `.ipsec` since phase 1 is done, `.nhrp` since packets can pass, `.up` since
  /// NHRP is done as well.
  public var state: PeerState
  /// When.
  public var at: Instant

  /// At `state` from `at` on.
  public init(_ state: PeerState, at: Instant) { (self.state, self.at) = (state, at) }
}

/// A protected peer: its IKE association (phase 1) and the pair of ESP associations in use (phase 2).
public struct ProtectedPeerRow: Sendable, Codable, Equatable {
  /// `Tunnel0`
  public var tunnel: String
  /// IKE's number for the peer: it stays over rekeys and moves; 0 until the peer has proved who it is.
  public var number: UInt32
  /// Its name by `ip host`, else who it proved to be, else its tunnel address, else its NBMA address. Peer-supplied: never shown raw.
  public var name: String
  /// Who it proved to be, in printable ASCII; empty while it has not.
  public var identity: String
  /// Its address on the tunnel; nil until NHRP knows one.
  public var address: IPAddress?
  /// Its NBMA address as we see it.
  public var nbma: IPAddress
  /// Its UDP port where ESP travels in UDP, else 0.
  public var port: UInt16
  /// The layer that is not done yet.
  public var layer: PeerState
  /// How far IKE is: READY and its like of IKEv2, QM_IDLE of IKEv1; empty where only the pair is left.
  public var ikeState: String
  /// 1 or 2.
  public var version: UInt8
  /// `AES-GCM-256 SHA384 19`
  public var ikeSuite: String
  /// Whether we began the exchange.
  public var isInitiator: Bool
  /// Seconds until the IKE association ends.
  public var ikeSecondsLeft: Int?
  /// SPIs of the pair in use; 0 while there is none.
  public var inboundSPI: UInt32, outboundSPI: UInt32
  /// `AES-GCM-256 PFS 19`, `Transport`
  public var espSuite: String, mode: String
  /// Seconds and kilobytes until the pair ends; nil where there is no such limit.
  public var secondsLeft: Int?, kilobytesLeft: Int?
  /// The whole of what `secondsLeft` and `kilobytesLeft` are left of.
  public var lifetimeSeconds: Int?, lifetimeKilobytes: Int?
  /// Packets that the replay window holds; 0 where it is off.
  public var replayWindow: Int
  /// What its pairs carried, those that are being replaced too.
  public var packetsIn: UInt64, packetsOut: UInt64, bytesIn: UInt64, bytesOut: UInt64
  /// Packets refused: seen before, not authentic.
  public var replays: UInt64, forgeries: UInt64
  /// Times the pair was renewed.
  public var rekeys: UInt32
  /// When the IKE association was established.
  public var since: Instant?
  /// The layers it went through, oldest first.
  public var phases: [PhaseStamp]

  /// A peer of which nothing more is known.
  public init(tunnel: String, name: String, nbma: IPAddress) {
    (self.tunnel, self.name, self.nbma) = (tunnel, name, nbma)
    (number, identity, address, port, layer) = (0, "", nil, 0, .ike)
    (ikeState, version, ikeSuite, isInitiator, ikeSecondsLeft) = ("", 2, "", true, nil)
    (inboundSPI, outboundSPI, espSuite, mode, secondsLeft, kilobytesLeft) = (0, 0, "", "", nil, nil)
    (lifetimeSeconds, lifetimeKilobytes, replayWindow) = (nil, nil, 0)
    (packetsIn, packetsOut, bytesIn, bytesOut, replays, forgeries, rekeys, since) = (0, 0, 0, 0, 0, 0, 0, nil)
    phases = []
  }

  /// Packets refused for either reason.
  public var refused: UInt64 {
    let (sum, overflow) = replays.addingReportingOverflow(forgeries)
    return overflow ? .max : sum
  }
}
