// SPDX-License-Identifier: GPL-3.0-or-later

/// Key material on its way from who derives it to who uses it: it prints as its length only, cannot be encoded, and is zeroed when
/// its last owner lets go of it.
public final class SecretBytes: @unchecked Sendable {
  // Immutable after `init`, so it may cross threads.
  private let storage: UnsafeMutableRawBufferPointer

  /// Copies `bytes`.
  public init(_ bytes: some Collection<UInt8>) {
    storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    storage.copyBytes(from: bytes)
  }

  /// Lets `filling` write all `count` bytes, which are zero before.
  public init(count: Int, filling: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    storage = UnsafeMutableRawBufferPointer.allocate(byteCount: max(0, count), alignment: 8)
    storage.initializeMemory(as: UInt8.self, repeating: 0)
    try filling(storage)
  }

  deinit {
    if let start = storage.baseAddress { SecretBytes.erase(start.assumingMemoryBound(to: UInt8.self), storage.count) }
    storage.deallocate()
  }

  // Kept from the optimizer, which may drop stores to memory that is about to be freed. Plain pointers and numbers, for without it every
  // iterator and range costs a call for each byte (measured: 40 of 100 parts of a whole IKE handshake).
  @inline(never) @_optimize(none)
  private static func erase(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) {
    var i = 0
    while i < count {
      start[i] = 0
      i = i &+ 1
    }
  }

  /// How many bytes there are.
  public var count: Int { storage.count }

  /// Lends the bytes for the length of the call.
  public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(storage))
  }

  /// The bytes from `start`, at most `length`; cut where these end.
  public func part(_ start: Int, _ length: Int) -> SecretBytes {
    let from = min(max(0, start), count)
    return SecretBytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(storage)[from..<min(count, from + max(0, length))]))
  }

  /// These bytes and then `other`.
  public func appending(_ other: SecretBytes) -> SecretBytes {
    SecretBytes(count: count + other.count) { memory in
      memory.copyMemory(from: UnsafeRawBufferPointer(storage))
      other.withBytes { UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: $0) }
    }
  }
}

extension SecretBytes: Hashable {
  /// Takes the same time wherever two secrets of one length differ.
  public static func == (a: SecretBytes, b: SecretBytes) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for i in 0..<a.count { difference |= a.storage[i] ^ b.storage[i] }
    return difference == 0
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes: UnsafeRawBufferPointer(storage)) }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<\(count) secret bytes>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
