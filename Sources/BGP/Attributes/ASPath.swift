// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// The AS path (RFC 4271 §4.3, RFC 5065 §3). All segments lie in one array of words, a head (kind and count) before each one's numbers, so
/// that a path costs one allocation, and an empty one none.
public struct ASPath: Hashable, Sendable {
  /// What a segment is.
  public enum Kind: UInt8, Sendable, Hashable {
    /// An unordered set, a sequence, and the two of a confederation.
    case set = 1, sequence = 2, confederationSequence = 3, confederationSet = 4
  }

  /// A run of numbers.
  public struct Segment: Hashable, Sendable {
    /// What it is.
    public var kind: Kind
    /// Its AS numbers, the latest first.
    public var numbers: [UInt32]
    /// Makes a segment.
    public init(_ kind: Kind, _ numbers: [UInt32]) { (self.kind, self.numbers) = (kind, numbers) }
  }

  private var words: [UInt32] = []

  /// The empty path.
  public init() {}

  /// A path of these segments; empty ones are left out, long ones cut into parts of 255.
  public init(_ segments: [Segment]) {
    for segment in segments { append(segment.kind, segment.numbers) }
  }

  /// A path of one sequence.
  public init(sequence numbers: [UInt32]) { append(.sequence, numbers) }

  private mutating func append(_ kind: Kind, _ numbers: [UInt32]) {
    var rest = numbers[...]
    while !rest.isEmpty {
      let part = rest.prefix(255)
      words.append(UInt32(kind.rawValue) << 8 | UInt32(part.count))
      words.append(contentsOf: part)
      rest = rest.dropFirst(255)
    }
  }

  /// Whether there is nothing in it.
  public var isEmpty: Bool { words.isEmpty }

  /// Bytes of it in memory, besides those of any array.
  var byteCount: Int { words.count * MemoryLayout<UInt32>.stride }

  /// Its segments in order.
  public var segments: [Segment] {
    var out: [Segment] = []
    visit { out.append(Segment($0, Array($1))) }
    return out
  }

  private func visit(_ body: (Kind, ArraySlice<UInt32>) -> Void) {
    var at = 0
    while at < words.count {
      let count = Int(words[at] & 0xff)
      body(Kind(rawValue: UInt8(truncatingIfNeeded: words[at] >> 8)) ?? .sequence, words[(at + 1)..<min(words.count, at + 1 + count)])
      at += 1 + count
    }
  }

  /// How long it is in the decision: a set counts one, confederations nothing (RFC 4271 §9.1.2.2, RFC 5065 §5.3).
  public var length: Int {
    var n = 0
    visit { kind, numbers in n += kind == .sequence ? numbers.count : kind == .set ? 1 : 0 }
    return n
  }

  /// How many numbers it holds.
  public var numberCount: Int {
    var n = 0
    visit { n += $1.count }
    return n
  }

  /// The neighbouring AS it came from: the first number, where it begins with a sequence (RFC 4271 §9.1.2.2 c); 0 for a local one.
  public var neighborAS: UInt32 {
    var found: UInt32?
    visit { kind, numbers in
      if found == nil, kind == .sequence || kind == .set { found = kind == .sequence ? numbers.first : 0 }
    }
    return found ?? 0
  }

  /// How often a number is in it.
  public func count(of number: UInt32) -> Int {
    var n = 0
    visit { _, numbers in for other in numbers where other == number { n += 1 } }
    return n
  }

  /// All its numbers, in order.
  public var numbers: [UInt32] {
    var out: [UInt32] = []
    visit { out += $1 }
    return out
  }

  /// The path with `number` before it, `times` times (RFC 4271 §5.1.2).
  public func prepending(_ number: UInt32, times: Int = 1) -> ASPath {
    guard times > 0 else { return self }
    // Nearly always there is a sequence first, with room in it.
    if let head = words.first, head >> 8 == UInt32(Kind.sequence.rawValue), Int(head & 0xff) + times <= 255 {
      var path = ASPath()
      path.words.reserveCapacity(words.count + times)
      path.words.append(head + UInt32(times))
      path.words.append(contentsOf: repeatElement(number, count: times))
      path.words.append(contentsOf: words[1...])
      return path
    }
    var segments = segments
    let new = [UInt32](repeating: number, count: times)
    if let first = segments.first, first.kind == .sequence, first.numbers.count + times <= 255 {
      segments[0].numbers = new + first.numbers
    } else {
      segments.insert(Segment(.sequence, new), at: 0)
    }
    return ASPath(segments)
  }

  /// The path with each number changed, or (nil) left out.
  public func mapping(_ change: (UInt32) -> UInt32?) -> ASPath {
    ASPath(segments.map { Segment($0.kind, $0.numbers.compactMap(change)) })
  }

  /// The path without what belongs to a confederation (RFC 5065 §4).
  public var withoutConfederations: ASPath {
    var hasSome = false
    visit { kind, _ in if kind == .confederationSet || kind == .confederationSequence { hasSome = true } }
    return hasSome ? ASPath(segments.filter { $0.kind == .set || $0.kind == .sequence }) : self
  }

  /// As IOS writes it: `65001 65002 {1,2}`.
  public var text: String {
    segments.map { segment in
      let numbers = segment.numbers.map(String.init)
      switch segment.kind {
      case .sequence: return numbers.joined(separator: " ")
      case .set: return "{" + numbers.joined(separator: ",") + "}"
      case .confederationSequence: return "(" + numbers.joined(separator: " ") + ")"
      case .confederationSet: return "[" + numbers.joined(separator: ",") + "]"
      }
    }.joined(separator: " ")
  }

  // MARK: The wire

  /// Reads a path whose numbers have four octets, or two. A segment of an unknown kind, without numbers, or longer than what is there makes
  /// it malformed (RFC 7606 §7.2).
  static func decode(_ bytes: [UInt8], from start: Int, to end: Int, isWide: Bool) throws(WireError) -> ASPath {
    guard start >= 0, end <= bytes.count else { throw .truncated }
    var path = ASPath()
    path.words.reserveCapacity((end - start) / (isWide ? 4 : 2) + 1)
    var at = start
    let width = isWide ? 4 : 2
    while at < end {
      guard end - at >= 2, Kind(rawValue: bytes[at]) != nil, bytes[at + 1] > 0 else { throw .badValue }
      let count = Int(bytes[at + 1])
      guard end - at - 2 >= count * width else { throw .badLength }
      path.words.append(UInt32(bytes[at]) << 8 | UInt32(count))
      at += 2
      for _ in 0..<count {
        var number = UInt32(bytes[at]) << 8 | UInt32(bytes[at + 1])
        if isWide { number = number << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3]) }
        path.words.append(number)
        at += width
      }
    }
    return path
  }

  /// Writes it; towards who knows only two octets, larger numbers become 23456 (RFC 6793 §4.2.2).
  func encode(into w: inout ByteWriter, isWide: Bool) {
    visit { kind, numbers in
      w.u8(kind.rawValue)
      w.u8(UInt8(truncatingIfNeeded: numbers.count))
      for number in numbers {
        if isWide { w.u32(number) } else { w.u16(UInt16(exactly: number) ?? UInt16(BGPAssignments.transitionAS)) }
      }
    }
  }

  /// Whether a number needs four octets.
  var needsFourOctets: Bool {
    var found = false
    visit { for n in $1 where n > 0xffff { found = true } }
    return found
  }

  /// The path as it was before it passed who knows only two octets (RFC 6793 §4.2.3): what this one is longer than `wide` stands before it.
  func merged(with wide: ASPath) -> ASPath {
    let extra = length - wide.length
    guard extra >= 0 else { return self }
    var head: [Segment] = []
    var left = extra
    for segment in segments where left > 0 && (segment.kind == .sequence || segment.kind == .set) {
      let taken = segment.kind == .set ? segment.numbers : Array(segment.numbers.prefix(left))
      head.append(Segment(segment.kind, taken))
      left -= segment.kind == .set ? 1 : taken.count
    }
    return ASPath(head + wide.withoutConfederations.segments).joined
  }

  /// The same path with sequences that follow each other in one segment, as long as it may be.
  private var joined: ASPath {
    var out: [Segment] = []
    for segment in segments {
      if let last = out.last, last.kind == .sequence, segment.kind == .sequence, last.numbers.count + segment.numbers.count <= 255 {
        out[out.count - 1].numbers += segment.numbers
      } else {
        out.append(segment)
      }
    }
    return ASPath(out)
  }
}
