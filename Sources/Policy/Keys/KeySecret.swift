// SPDX-License-Identifier: GPL-3.0-or-later

/// The bytes of a key. They print as their length, and are zeroed when their last owner lets go of them.
public final class KeyBytes: @unchecked Sendable, Hashable {
  // Immutable after `init`, so it may cross threads.
  private let storage: UnsafeMutableRawBufferPointer

  /// Copies `bytes`.
  public init(_ bytes: some Collection<UInt8>) {
    storage = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    storage.copyBytes(from: bytes)
  }

  deinit {
    if let start = storage.baseAddress { KeyBytes.erase(start.assumingMemoryBound(to: UInt8.self), storage.count) }
    storage.deallocate()
  }

  // Kept from the optimizer, which may drop stores to memory that is about to be freed.
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

  /// Takes the same time wherever two keys of one length differ.
  public static func == (a: KeyBytes, b: KeyBytes) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for i in 0..<a.count { difference |= a.storage[i] ^ b.storage[i] }
    return difference == 0
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(bytes: UnsafeRawBufferPointer(storage)) }
}

extension KeyBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "<\(count) secret bytes>" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A key as the configuration gives it. Its description shows nothing of it.
public enum KeySecret: Sendable, Hashable {
  /// Typed as text; its UTF-8 bytes are the key.
  case text(KeyBytes)
  /// The first line of a file, and its bytes once the host has read it.
  case file(String, KeyBytes?)
  /// It is there, and this copy of the settings does not hold it: what shows are made of.
  case hidden

  /// What stands in a show where the key would be.
  public static let placeholder = "<hidden>"

  /// The bytes, where they are known.
  public var bytes: KeyBytes? {
    switch self {
    case .text(let bytes): bytes
    case .file(_, let bytes): bytes
    case .hidden: nil
    }
  }

  /// The same without the key; a file's path stays.
  public var withoutKey: KeySecret {
    switch self {
    case .text, .hidden: .hidden
    case .file(let path, _): .file(path, nil)
    }
  }
}
