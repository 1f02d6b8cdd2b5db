// SPDX-License-Identifier: GPL-3.0-or-later

/// Our own bounds, each with its reason. What the RFCs fix is in `Assignments`.
package enum IKELimits {
  // What is read of a message
  /// Bytes of one message, reassembled: a chain of four RSA-4096 certificates and everything else fits.
  package static let messageBytes = 16_384
  /// Payloads of one message, outside and inside the encrypted one: IOS sends about 15, strongSwan with MOBIKE 20.
  package static let payloads = 64
  /// Proposals of one SA payload; strongSwan's default offers 2 to 5, IOS' smart defaults 8.
  package static let proposals = 32
  /// Transforms of one proposal; strongSwan's default offers about 25.
  package static let transforms = 80
  /// Attributes of one transform; there is one that means anything.
  package static let attributes = 8
  /// Traffic selectors of one payload.
  package static let selectors = 64
  /// SPIs of one Delete payload.
  package static let deletedSPIs = 128
  /// Certificates taken from one message: our own longest chains have three.
  package static let certificates = 8
  /// Bytes of an identity: certificates' names are the longest.
  package static let identityBytes = 2_048

  // Fragments (RFC 7383)
  /// Fragments of one message: 16,384 bytes in pieces of at least 256.
  package static let fragments = 64

  // Tables
  /// Established associations: 10,000 spokes and their replacements fit.
  package static let associations = 16_384
  /// Children of one association: one is the rule; a collision makes three for a moment.
  package static let childrenPerAssociation = 8
  /// IKE SAs inside one version 2 association: the old one, two of a collision, and deleted ones for a moment.
  package static let generations = 5
  /// Things an association still wants to do.
  package static let queuedTasks = 16
  /// Half-open exchanges from one /24 (IPv6: /48): 32 spokes behind one NAT may come back at once; one forger's network cannot fill the table.
  package static let halfOpenPerNetwork = 32
  /// Half-open responders from one address and port: a peer that restarts leaves one behind.
  package static let halfOpenPerEndpoint = 4
  /// Remote addresses that are remembered as contacted since the start (INITIAL_CONTACT).
  package static let contactedPeers = 32_768
  /// Peers that IKE lately had an association with, for recovery of unknown SPIs.
  package static let remembered = 4_096
  /// Public-key jobs of unauthenticated peers under way at once: more would only wait in the pool's queue.
  package static let strangerJobs = 64

  // Rates
  /// Error answers outside any association, a second: what is beyond is dropped.
  package static let errorAnswersPerSecond = 20
  /// Journal records of refused messages a second: a flood must not push everything else out of the journal.
  package static let refusalRecordsPerSecond = 5
  /// Recoveries of unknown SPIs a second, all peers together.
  package static let recoveriesPerSecond = 10

  // Times
  /// Tries of a probe, `deadPeerRetrySeconds` apart: IOS' five.
  package static let probeTries = 5
  /// Tries of farewells and of probes that a doubt led to: 0.5, 1, 2, 4, 8 s, given up after 15.5 s.
  package static let shortTries = 5
  /// Seconds between two questions that words in clear led to.
  package static let doubtSeconds = 30
  /// Seconds a deleted IKE SA is kept, to answer its Delete again.
  package static let tombstoneSeconds = 20
  /// Seconds a superseded IKE SA waits for the peer to delete it.
  package static let supersededSeconds = 60
  /// Seconds a responder waits for the rest of a first exchange.
  package static let halfOpenSeconds = 30
  /// The first retransmission: in a lab nobody waits, and a satellite link costs one duplicate.
  package static let firstRetransmission = Duration.milliseconds(500)
  /// Tries of one request: 0.5 s, then twice as long each time: 0, 0.5, 1.5, 3.5, 7.5, 15.5 s; given up after 31.5 s.
  package static let tries = 6
  /// Seconds a cookie's secret is used; the one before it is accepted for as long again.
  package static let cookieSecretSeconds = 60
  /// How long the inbound half of a child stays when another took its place: packets under way, also by a longer path.
  package static let lingering = Duration.seconds(5)
  /// How long the initiator of a rekey waits before it deletes the old child: the peer moves its packets in that time.
  package static let oldChildDelay = Duration.seconds(2)
  /// A responder's outbound packets move three eighths of a round trip after its reply; at the earliest and latest so long after it. Both
  /// take the same way, so that is the time in which the peer reads the reply before the first of them comes.
  package static let outboundMove = Duration.milliseconds(5)...Duration.seconds(1)
  /// Children of two IKE SAs that were made within this time came of exchanges that both ends began at once: longer than an exchange that
  /// loses two messages takes.
  package static let rivalChildren = Duration.seconds(5)
  /// How often packets leave a child for such another and may come back at once.
  package static let rivalDepartures = 8
  /// Between looks at which of two such children serves: a few packets pass in it.
  package static let rivalsPause = Duration.milliseconds(500)
  /// The longest, where nothing passes.
  package static let rivalsLongestPause = Duration.seconds(60)
  /// After so many, about four minutes, both stay until their lifetime ends.
  package static let rivalsLooks = 12
  /// How long our new child waits for the peer's to be used where the peer's won: longer than all tries of its exchange.
  package static let lostChildPatience = Duration.seconds(35)
  /// The longest lifetime, in seconds: ten years, so that no sum overflows.
  package static let lifetimeSeconds = 315_360_000
  /// After a rekey that the peer began: it was neither heard on the new child, nor did it delete the old one. Longer than all tries of its
  /// exchange: if our answer was lost, it has nothing but the old one until one of them succeeds.
  package static let rekeyedOutboundMove = Duration.seconds(35)
  /// Seconds an association without children is kept.
  package static let childlessSeconds = 30
  /// The packet path answers a question in this time.
  package static let usageAnswer = Duration.milliseconds(200)
  /// A rekey that failed is tried again after this many seconds.
  package static let rekeyAgainSeconds = 30
  /// How long `protect` waits for a peer's own exchange that is half open before it starts one.
  package static let yielding = Duration.seconds(2)
  /// A TEMPORARY_FAILURE is tried again after this (RFC 7296 §2.25: "some time").
  package static let temporaryFailure = Duration.seconds(2)
  /// Seconds between two recoveries towards one peer.
  package static let recoverySeconds = 10
  /// Unfinished fragments are forgotten after this.
  package static let fragmentSeconds = 30
}
