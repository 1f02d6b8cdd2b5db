// SPDX-License-Identifier: GPL-3.0-or-later

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
