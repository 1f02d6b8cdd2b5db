// SPDX-License-Identifier: GPL-3.0-or-later

/// The type-and-length octet in front of an NBMA address or subaddress (RFC 2332 §5.1 `ar$shtl`, `ar$sstl`;
/// §5.2.0.1): two type bits, zero in all known senders and kept as they come, and a length of six bits.
struct AddressTypeLength {
  var typeBits: UInt8
  var length: Int

  init(octet: UInt8) {
    typeBits = octet >> 6
    length = Int(octet & 0x3f)
  }

  init(typeBits: UInt8, length: Int) {
    self.typeBits = typeBits
    self.length = length
  }

  var octet: UInt8 { typeBits << 6 | UInt8(truncatingIfNeeded: length) & 0x3f }
}
