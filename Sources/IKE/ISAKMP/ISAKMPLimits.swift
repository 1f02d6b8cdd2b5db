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
}
