// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import NodeRuntime
import ProtocolKit
import Wire

/// Why a recording could not be written or read.
public enum NodeRecordingError: Error, Equatable, CustomStringConvertible {
  /// The file could not be opened, written or read: its path and `errno`.
  case file(String, errno: Int32)
  /// Not a recording of this version.
  case notARecording
  /// A record contradicts its length or its tag, at this offset.
  case badRecord(offset: Int)

  /// What is wrong, in words.
  public var description: String {
    switch self {
    case .file(let path, let number): "\(path): \(String(cString: strerror(number)))"
    case .notARecording: "not a recording of this version"
    case .badRecord(let offset): "damaged at byte \(offset)"
    }
  }
}

/// Everything one node of a cloud was ever told, in a file: with its seed that is the node itself.
///
/// ```
///   "DMVPNREC" version:2 0:2 seed:8 wall:8 journalLimit:4 shortcutLimit:4 nameLength:4 name
///   then, until the end:  time:8 tag:1 length:4 bytes
/// ```
///
/// Numbers are big endian; times are nanoseconds since the start. The last record has tag 255 and says when the recording ended.
public final class NodeRecorder {
  private let path: String
  private var file: UnsafeMutablePointer<FILE>?
  private var failure: Int32 = 0
  private var hasHeader = false
  private let node: Int

  /// Records node `node` of `cloud` from now on; the cloud must not have run yet. Other observers of its inputs stay.
  public init(_ node: Int, of cloud: Cloud, path: String) throws(NodeRecordingError) {
    guard let file = fopen(path, "we") else { throw .file(path, errno: errno) }
    (self.file, self.path, self.node) = (file, path, node)
    let before = cloud.onInput
    cloud.onInput = { [weak self, unowned cloud] i, input, now in
      before?(i, input, now)
      if i == node { self?.note(input, now, cloud) }
    }
  }

  deinit { if let file { fclose(file) } }

  private func note(_ input: NodeInput, _ now: Instant, _ cloud: Cloud) {
    if !hasHeader {
      hasHeader = true
      put(NodeRecording.header(of: node, in: cloud))
    }
    guard let (tag, bytes) = NodeInputCodec.encode(input) else { return }
    record(now, tag, bytes)
  }

  private func record(_ at: Instant, _ tag: NodeInputCodec.Tag, _ bytes: [UInt8]) {
    var w = ByteWriter(capacity: 13 + bytes.count)
    w.u64(UInt64(bitPattern: at.nanoseconds))
    w.u8(tag.rawValue)
    w.u32(UInt32(clamping: bytes.count))
    w.put(bytes)
    put(w.bytes)
  }

  private func put(_ bytes: [UInt8]) {
    guard let file, failure == 0 else { return }
    if fwrite(bytes, 1, bytes.count, file) != bytes.count { failure = errno }
  }

  /// Ends the recording at `now`; throws the first failure of any write.
  public func close(at now: Instant) throws(NodeRecordingError) {
    guard let file else { return }
    record(now, .end, [])
    self.file = nil
    if fclose(file) != 0, failure == 0 { failure = errno }
    if failure != 0 { throw .file(path, errno: failure) }
  }
}

/// A recording that was read: the node comes to life again, alone.
public final class NodeRecording {
  /// The node's name in its cloud.
  public let name: String
  /// When the recording ended; the last input's time when it was cut off.
  public let end: Instant
  /// The node as it stands after the inputs given so far.
  public let node: VirtualNode
  private let inputs: [(at: Instant, input: NodeInput)]
  private var next = 0
  private var outputs: [VirtualOutput] = []

  private static let magic: [UInt8] = Array("DMVPNREC".utf8)
  private static let version: UInt16 = 1

  /// Reads a whole recording.
  public init(path: String) throws {
    var reader = ByteReader(try Self.contents(of: path))
    let header = try Self.readHeader(&reader)
    (inputs, end) = try Self.readInputs(&reader)
    name = header.name
    node = VirtualNode(seed: header.seed, journalLimit: header.journalLimit, shortcutLimit: header.shortcutLimit, keys: .simulated)
    node.node.wallAtStartNanoseconds = header.wall
  }

  /// Gives the node every input up to `time`. What it says goes nowhere: whoever it spoke to is in the recording.
  public func run(until time: Instant) {
    while next < inputs.count, inputs[next].at <= time {
      inputs[next].input.apply(to: node, at: inputs[next].at)
      node.takeOutputs(into: &outputs)
      next += 1
    }
  }

  // MARK: Bytes

  static func header(of i: Int, in cloud: Cloud) -> [UInt8] {
    var w = ByteWriter()
    w.put(magic)
    w.u16(version)
    w.u16(0)
    w.u64(cloud.seed(of: i))
    w.u64(UInt64(bitPattern: cloud.nodes[i].node.wallAtStartNanoseconds))
    w.u32(UInt32(clamping: cloud.nodes[i].node.journal.limit))
    w.u32(UInt32(clamping: Cloud.shortcutLimit))
    w.put(NodeInputCodec.strings([cloud.topology.nodes[i].name]))
    return w.bytes
  }

  private struct Header {
    var seed: UInt64, wall: Int64, journalLimit: Int, shortcutLimit: Int, name: String
  }

  private static func readHeader(_ r: inout ByteReader) throws(NodeRecordingError) -> Header {
    do throws(WireError) {
      guard try r.take(8) == magic, try r.u16() == version else { throw .badVersion }
      try r.skip(2)
      let (seed, wall, journal, shortcuts) = (try r.u64(), try r.u64(), try r.u32(), try r.u32())
      let name = String(decoding: try r.take(Int(try r.u32())), as: UTF8.self)
      return Header(seed: seed, wall: Int64(bitPattern: wall), journalLimit: Int(journal), shortcutLimit: Int(shortcuts), name: name)
    } catch { throw .notARecording }
  }

  private static func readInputs(_ r: inout ByteReader) throws(NodeRecordingError) -> ([(at: Instant, input: NodeInput)], Instant) {
    var inputs: [(at: Instant, input: NodeInput)] = []
    while !r.isAtEnd {
      let offset = r.position
      do {
        let at = Instant(nanoseconds: Int64(bitPattern: try r.u64()))
        let (raw, length) = (try r.u8(), try r.u32())
        let bytes = try r.take(Int(length))
        guard let tag = NodeInputCodec.Tag(rawValue: raw) else { throw WireError.badValue }
        if tag == .end { return (inputs, at) }
        inputs.append((at, try NodeInputCodec.decode(tag, bytes)))
      } catch { throw .badRecord(offset: offset) }
    }
    return (inputs, inputs.last?.at ?? .start)
  }

  private static func contents(of path: String) throws(NodeRecordingError) -> [UInt8] {
    guard let file = fopen(path, "re") else { throw .file(path, errno: errno) }
    defer { fclose(file) }
    var all: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&part, 1, part.count, file)
      if count > 0 { all += part[..<count] }
      if count < part.count { break }
    }
    if ferror(file) != 0 { throw .file(path, errno: errno) }
    return all
  }
}

extension ByteWriter {
  mutating func u64(_ value: UInt64) {
    u32(UInt32(truncatingIfNeeded: value >> 32))
    u32(UInt32(truncatingIfNeeded: value))
  }
}

extension ByteReader {
  mutating func u64() throws(WireError) -> UInt64 { UInt64(try u32()) << 32 | UInt64(try u32()) }
}
