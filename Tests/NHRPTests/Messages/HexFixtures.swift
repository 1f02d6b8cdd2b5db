// SPDX-License-Identifier: GPL-3.0-or-later
import NHRP
import Wire

/// The bytes of a hex string.
func hex(_ text: String) -> [UInt8] {
  let digits = Array(text.utf8).map { UInt8(String(UnicodeScalar($0)), radix: 16) ?? 0 }
  return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The hex string of bytes, for reading failures.
func hexText(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// An address written as text; the tests write only valid ones.
func ip(_ text: String) -> IPAddress { IPAddress(text) ?? .anyV6 }

/// The same packet with `ar$pktsz` for its length and a checksum that fits, so that a disturbed packet gets
/// past the outer checks; too short ones stay as they are.
func resealed(_ bytes: [UInt8], packetSize: Int? = nil) -> [UInt8] {
  guard bytes.count >= 20 else { return bytes }
  var sealed = bytes
  let size = packetSize ?? bytes.count
  sealed[10] = UInt8(truncatingIfNeeded: size >> 8)
  sealed[11] = UInt8(truncatingIfNeeded: size)
  sealed[12] = 0
  sealed[13] = 0
  let sum = InternetChecksum.of(sealed[..<min(max(size, 0), sealed.count)])
  sealed[12] = UInt8(truncatingIfNeeded: sum >> 8)
  sealed[13] = UInt8(truncatingIfNeeded: sum)
  return sealed
}

/// What decoding gives, as a value.
func outcome(_ bytes: [UInt8]) -> Result<NHRPPacket, NHRPDecodeError> {
  do { return .success(try NHRPPacket.decode(bytes)) } catch { return .failure(error) }
}
