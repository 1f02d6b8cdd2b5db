// SPDX-License-Identifier: GPL-3.0-or-later

/// How much of one packet we are willing to keep.
public enum NHRPMessageLimits {
  /// Entries in one list. Others build packets in buffers of 1500 bytes: at most 123 empty entries of 12 bytes.
  public static let maximumEntries = 128
  /// Extensions in one packet. Seen in the field: seven; vendor-private ones may repeat.
  public static let maximumExtensions = 32
  /// Bytes of a subaddress: its length has six bits (RFC 2332 §5.1, `ar$sstl`).
  public static let maximumSubaddressBytes = 63
}
