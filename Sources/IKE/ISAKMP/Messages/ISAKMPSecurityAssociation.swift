// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The SA payload: what is offered, or what was chosen (RFC 2408 §3.4, RFC 2407 §4.6.1).
package struct ISAKMPSecurityAssociation: Sendable, Hashable {
  /// The domain of interpretation; 1 is IPsec.
  package var doi: UInt32
  /// Bits; more than "identity only" would bring labels that nobody uses, and is refused.
  package var situation: UInt32
  /// The best first.
  package var proposals: [ISAKMPProposal]

  package init(
    doi: UInt32 = ISAKMPAssignments.ipsecDOI, situation: UInt32 = ISAKMPAssignments.situationIdentityOnly, proposals: [ISAKMPProposal]
  ) {
    (self.doi, self.situation, self.proposals) = (doi, situation, proposals)
  }

  /// Whether proposals can be read behind the situation.
  static func isReadable(_ body: [UInt8]) -> Bool {
    body.starts(with: [0, 0, 0, 1, 0, 0, 0, 1])
  }

  init(_ fields: inout ISAKMPFieldReader) throws(ISAKMPDecodeError) {
    self.init(doi: try fields.u32(), situation: try fields.u32(), proposals: [])
    proposals = try ISAKMPProposal.list(&fields)
  }

  func encode(into writer: inout ByteWriter) {
    writer.u32(doi)
    writer.u32(situation)
    for (index, proposal) in proposals.enumerated() { proposal.encode(into: &writer, isLast: index == proposals.count - 1) }
  }
}
