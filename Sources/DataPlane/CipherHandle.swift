// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import ProtocolKit

/// A cipher (or counter) that a table owns, as its facts carry it: plain bits, so that copying facts for a packet retains nothing. Whoever
/// made the handle releases it once.
struct CipherHandle {
  private let reference: Unmanaged<PacketCipher>

  init(_ cipher: PacketCipher) { reference = .passRetained(cipher) }

  func release() { reference.release() }

  @inline(__always) func seal(_ packet: UnsafeMutableRawPointer, count: Int, sequence: UInt64, usesESN: Bool) -> Bool {
    reference._withUnsafeGuaranteedRef { $0.seal(packet, count: count, sequence: sequence, usesESN: usesESN) }
  }

  @inline(__always) func open(_ packet: UnsafeMutableRawPointer, count: Int, sequence: UInt64, usesESN: Bool) -> Bool {
    reference._withUnsafeGuaranteedRef { $0.open(packet, count: count, sequence: sequence, usesESN: usesESN) }
  }
}

/// The same for what gives out an outbound association's sequence numbers.
struct SequenceHandle {
  private let reference: Unmanaged<SharedSequence>

  init(_ sequence: SharedSequence) { reference = .passRetained(sequence) }

  func release() { reference.release() }

  @inline(__always) func next() -> UInt64 { reference._withUnsafeGuaranteedRef { $0.next() } }

  @inline(__always) func count(_ bytes: Int) -> UInt64 { reference._withUnsafeGuaranteedRef { $0.count(UInt64(truncatingIfNeeded: bytes)) } }

  @inline(__always) var bytes: UInt64 { reference._withUnsafeGuaranteedRef { $0.bytes } }

  var last: UInt64 { reference._withUnsafeGuaranteedRef { $0.last } }
}
