// SPDX-License-Identifier: GPL-3.0-or-later

/// What IKE's journal records mean. In all, `a` is the peer's address and `b` our own; `interface` is the tunnel.
///
/// | kind | x | y | also |
/// |---|---|---|---|
/// | protectionWanted, ikePortFloated | – | – | |
/// | ikeInitSent, ikeInitReceived | version, 1 or 2 | – | |
/// | ikeAuthenticated | version | number of the association in shows | |
/// | ikeFailed, ikeDeleted, peerDead | `IKEFailure.journalCode.x` | `.y`: the notify of a refusal | |
/// | ikeRekeyed | 1: we began it, 0: the peer | – | |
/// | childInstalled, childRekeyed, childDeleted | inbound SPI | outbound SPI | |
/// | protectionUp | `ProtectionID` | – | |
/// | protectionDown | `ProtectionID` | `journalCode.x` | |
/// | peerEndpointMoved | new port | `ProtectionID` | `c`: the old address |
/// | unknownSPI | the SPI | – | |
/// | ikeRefused, cookieDemanded | index in `IKERefusal.allCases` | the sender's port | |
package enum IKEJournal {
  /// The reason of an `ikeRefused` record, in words.
  package static func reason(_ x: UInt32) -> String {
    IKERefusal.allCases.indices.contains(Int(x)) ? IKERefusal.allCases[Int(x)].rawValue : "unknown"
  }
}

extension IKEFailure {
  /// The two numbers that stand for it in journal records of `ikeFailed`, `ikeDeleted`, `peerDead` (x and y) and `protectionDown` (y
  /// alone, the first). `JournalText` makes words of them: never renumber.
  package var journalCode: (x: UInt32, y: UInt32) {
    switch self {
    case .timeout: (1, 0)
    case .peerDead: (2, 0)
    case .deletedByPeer: (3, 0)
    case .deletedHere: (4, 0)
    case .refused(let notify): (5, UInt32(notify))
    case .noProposalChosen: (6, 0)
    case .authenticationFailed: (7, 0)
    case .identityRefused: (8, 0)
    case .certificateRefused: (9, 0)
    case .selectorsRefused: (10, 0)
    case .malformed: (11, 0)
    case .limit: (12, 0)
    case .expired: (13, 0)
    case .noPolicy: (14, 0)
    }
  }
}
