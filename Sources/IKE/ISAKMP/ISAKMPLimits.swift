// SPDX-License-Identifier: GPL-3.0-or-later

/// Our own bounds of IKEv1, each with its reason. What the RFCs fix is in `ISAKMPAssignments`.
package enum ISAKMPLimits {
  // Messages
  /// Payloads of one message: a phone's main mode has 18, a chain of certificates adds ten.
  package static let payloads = 64
  /// Proposals of one SA payload, and transforms of one proposal: Windows offers 12, libreswan 18.
  package static let proposals = 32, transforms = 64
  /// Attributes of one transform; the registries name 16.
  package static let attributes = 32
  /// SPIs of one delete: more than anybody keeps with one peer.
  package static let deletedSPIs = 64

  // Strangers
  /// A responder's answer in aggressive mode may be longer than the question by one part in so many: it holds a hash and NAT-D that the
  /// question has not. strongSwan's question has 488 bytes with SHA-256, and the answer needs 520. Main mode's is never longer.
  package static let aggressiveExcess = 4

  // An association
  /// Quick modes under way at once: each of ours replaces a child, each of the peer's costs an exchange of keys.
  package static let quickModes = 8
  /// Quick modes that are done and remembered, so that the last message can be sent again.
  package static let finishedQuickModes = 4
  /// Message IDs that are remembered as used: a day of quick modes, and an hour and a half of probes every ten seconds.
  package static let messageIDs = 512
  /// Things that wait for an association to be established.
  package static let wishes = 8
  /// Probes of a peer that does not answer, as IOS sends.
  package static let probes = 5
  /// How long the initiator of a rekey keeps the old child when the peer is not heard on the new one: strongSwan repeats its answer
  /// after 4, 11 and 24 s, and has its half only when the third message came.
  package static let oldChildPatience = Duration.seconds(30)
  /// How long after the peer deleted phase 1 its deletes of children may still come.
  package static let deletesUnderWay = Duration.seconds(1)
  /// How long children without a phase 1 wait for a new one.
  package static let successorPatience = Duration.seconds(40)
  /// INITIAL-CONTACT after this age of the association is not believed: it might be a replay.
  package static let initialContactPatience = Duration.seconds(60)
}
