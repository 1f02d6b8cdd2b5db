// SPDX-License-Identifier: GPL-3.0-or-later
import ProtocolKit

// The two versions behind the one contract.
extension IKEEngine {
  func machine(_ version: ProtectionPolicy.Version, _ setup: AssociationSetup) -> any Association { IKEv2Association(setup) }

  func firstContactVersion1(_ header: IKEHeader, _ bytes: [UInt8], _ endpoints: AssociationEndpoints) -> FirstContact { .refuse(.version) }
}
