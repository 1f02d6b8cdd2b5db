// SPDX-License-Identifier: GPL-3.0-or-later
import COpenSSL
import ProtocolKit

/// A keyed function over bytes of any number, made once and used for many messages. It belongs to one thread at a time.
protocol Authenticator: AnyObject {
  /// Bytes that `finish` writes, before any truncation.
  var outputBytes: Int { get }
  /// Starts a message.
  func begin()
  func update(_ bytes: UnsafeRawPointer, _ count: Int)
  /// Ends the message and leaves `outputBytes` bytes at `output`. False if the library failed on the way.
  func finish(_ output: UnsafeMutablePointer<UInt8>) -> Bool
}

extension Authenticator {
  /// The value for `secret` and then `parts`, one after the other; empty if the library failed.
  func value(after secret: SecretBytes? = nil, of parts: [[UInt8]]) -> SecretBytes {
    var isDone = false
    let value = SecretBytes(count: outputBytes) { memory in
      begin()
      secret?.withBytes { bytes in bytes.baseAddress.map { update($0, bytes.count) } }
      for part in parts { part.withUnsafeBytes { bytes in bytes.baseAddress.map { update($0, bytes.count) } } }
      isDone = memory.baseAddress.map { finish($0.assumingMemoryBound(to: UInt8.self)) } ?? false
    }
    return isDone ? value : SecretBytes([])
  }
}

/// Memory for key-dependent state, zeroed when it is given back.
func release<T>(_ secret: UnsafeMutablePointer<T>, count: Int = 1) {
  OPENSSL_cleanse(secret, count * MemoryLayout<T>.stride)
  secret.deallocate()
}
