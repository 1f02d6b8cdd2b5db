// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import ProtocolKit

/// What tests see and do of protection without a console's words in between.
extension Node {
  /// IKE's tables, as they stand.
  package var protectionTables: IKEEngine { ike }

  /// One turn of IKE at the time of the last event; what follows from it goes out with the next event.
  package func withIKE(_ body: (inout IKEEngine, inout Turn<IKEEngine.Output>) -> Void) { runIKE(.none, body) }

  /// How many rows NHRP has, of all tunnels.
  package var mappingCount: Int { nhrp.entryCount }
}
