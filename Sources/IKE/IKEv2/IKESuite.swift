// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// What was negotiated for an IKE SA: one algorithm of each kind.
package struct IKESuite: Sendable, Hashable {
  package var encryption: IKEProposal.Encryption
  package var prf: PseudoRandomFunction
  /// `.none` with combined algorithms.
  package var integrity: IntegrityAlgorithm
  package var group: KeyExchangeMethod

  package init(encryption: IKEProposal.Encryption, prf: PseudoRandomFunction, integrity: IntegrityAlgorithm, group: KeyExchangeMethod) {
    (self.encryption, self.prf, self.integrity, self.group) = (encryption, prf, integrity, group)
  }
}
