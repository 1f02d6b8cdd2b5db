// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// One block of a PEM file (RFC 7468).
struct PEMBlock {
  /// What stands after `BEGIN`.
  let label: String
  /// Header lines of the older form (RFC 1421), as an encrypted key has them.
  let header: String
  /// Any block may be a private key.
  let content: SecretBytes
}

enum PEMReader {
  /// Whether the bytes are text with a PEM block in it.
  static func isPEM(_ bytes: [UInt8]) -> Bool {
    let mark = Array("-----BEGIN".utf8)
    guard let dash = mark.first, bytes.count >= mark.count else { return false }
    return (0...bytes.count - mark.count).contains { bytes[$0] == dash && bytes[$0..<$0 + mark.count].elementsEqual(mark) }
  }

  /// All blocks, in order; text around them is passed over, and at most `limit` are read. It decrypts nothing, so nobody is asked for a
  /// password.
  static func blocks(_ bytes: [UInt8], limit: Int) throws(CryptoError) -> [PEMBlock] {
    var blocks: [PEMBlock] = [], isWhole = true
    let input = try Owned(BIO_new(BIO_s_secmem()), BIO_free_all, or: .failed("out of memory"))
    guard BIO_write(input.pointer, bytes, Int32(clamping: bytes.count)) == bytes.count else { throw .openSSL("a file of PEM blocks") }
    while let block = next(input.pointer, &isWhole) {
      guard blocks.count < limit else { throw .unreadable("a file of more than \(limit) PEM blocks") }
      blocks.append(block)
    }
    guard isWhole else { throw .unreadable("a broken PEM block") }
    return blocks
  }

  private static func next(_ input: OpaquePointer, _ isWhole: inout Bool) -> PEMBlock? {
    var label: UnsafeMutablePointer<CChar>?, header: UnsafeMutablePointer<CChar>?, content: UnsafeMutablePointer<UInt8>?, count = 0
    guard PEM_read_bio(input, &label, &header, &content, &count) == 1 else {
      let error = ERR_peek_last_error()
      isWhole = PEM_ERROR_IS_NO_START_LINE(error) == 1
      ERR_clear_error()
      return nil
    }
    defer {
      CRYPTO_free(label, nil, 0)
      CRYPTO_free(header, nil, 0)
      CRYPTO_clear_free(content, count, nil, 0)
    }
    return PEMBlock(
      label: label.map { String(cString: $0) } ?? "", header: header.map { String(cString: $0) } ?? "",
      content: SecretBytes(UnsafeBufferPointer(start: content, count: max(0, count))))
  }
}
