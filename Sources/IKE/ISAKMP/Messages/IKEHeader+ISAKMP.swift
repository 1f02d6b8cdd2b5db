// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

// Version 1's view of the common header (RFC 2408 §3.1): what version 2 calls SPIs are its cookies.
extension IKEHeader {
  /// A header of version 1.
  package init(
    initiatorCookie: UInt64, responderCookie: UInt64, _ exchange: ISAKMPExchange, flags: ISAKMPFlags = [], messageID: UInt32 = 0
  ) {
    self.init(
      initiatorSPI: initiatorCookie, responderSPI: responderCookie, majorVersion: ISAKMPAssignments.majorVersion,
      exchange: exchange.rawValue, flags: flags.rawValue, messageID: messageID)
  }

  package var isakmpExchange: ISAKMPExchange { ISAKMPExchange(rawValue: exchange) }
  package var isakmpFlags: ISAKMPFlags { ISAKMPFlags(rawValue: flags) }
}
