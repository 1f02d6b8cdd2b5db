// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

/// What is told together: prefixes with the same attributes, for all members of an update group but one.
struct UpdateParcel: Sendable {
  /// None: withdrawals.
  let attributes: AttributeID
  /// Who gets nothing of it, or with `UpdateParcels.onlySource` who alone does.
  let source: UInt32
  /// The attributes as they are sent.
  let head: [UInt8]
  /// Bytes for prefixes in one message.
  let room: Int
  /// The prefixes of each message.
  fileprivate(set) var messages: [[NLRI]] = []
  /// Bytes of prefixes in the last one.
  fileprivate var used = 0

  func isFor(_ attributes: AttributeID, _ source: UInt32) -> Bool { self.attributes == attributes && self.source == source }
  func concerns(_ peer: UInt32) -> Bool { (peer == source & ~UpdateParcels.onlySource) == (source & UpdateParcels.onlySource != 0) }
}

/// What a piece of an update group's table or log becomes, in as few messages as may be, with their bytes counted.
struct UpdateParcels: Sendable {
  /// Marks what goes to the source alone.
  static let onlySource: UInt32 = 0x8000_0000
  /// The source of what goes to all.
  static let nobody = UpdateGroup.Record.sourceMask

  private struct Key: Hashable {
    var attributes: AttributeID, source: UInt32
  }

  let family: BGPFamily, context: UpdateContext
  private(set) var list: [UpdateParcel] = []
  /// The first prefix whose attributes leave no room for it.
  private(set) var tooLong: IPPrefix?
  /// Bytes that one member gets of it.
  private(set) var bytes = 0
  private var places: [Key: Int] = [:]
  private var current = -1

  init(_ family: BGPFamily, _ key: UpdateGroupKey) {
    (self.family, context) = (family, UpdateContext(isWide: key.isWide, hasPathIDs: [key.takesPaths, key.takesPaths]))
  }

  /// Lengths, and the head of a multiprotocol attribute.
  private var overhead: Int { BGPAssignments.headerBytes + 4 + (family == .ipv4 ? 0 : 32) }

  /// Goes to the parcel of these attributes; false where there is none yet. Most prefixes share theirs with the one before.
  mutating func find(_ attributes: AttributeID, _ source: UInt32) -> Bool {
    if current >= 0, list[current].isFor(attributes, source) { return true }
    guard let place = places[Key(attributes: attributes, source: source)] else { return false }
    current = place
    return true
  }

  /// Begins a parcel.
  mutating func open(_ attributes: AttributeID, _ source: UInt32, head: [UInt8]) {
    current = list.count
    places[Key(attributes: attributes, source: source)] = current
    let room = BGPAssignments.messageBytes - overhead - head.count
    list.append(UpdateParcel(attributes: attributes, source: source, head: head, room: room))
  }

  /// Puts a prefix into the parcel that was found or begun last; false where the attributes leave no room for it.
  mutating func add(_ nlri: NLRI) -> Bool {
    let count = nlri.byteCount(withPathID: context.pathIDs(family))
    guard count <= list[current].room else {
      tooLong = tooLong ?? nlri.prefix
      return false
    }
    if list[current].messages.isEmpty || list[current].used + count > list[current].room { beginMessage() }
    list[current].messages[list[current].messages.count - 1].append(nlri)
    list[current].used += count
    bytes += count
    return true
  }

  private mutating func beginMessage() {
    list[current].messages.append([])
    list[current].used = 0
    bytes += overhead + list[current].head.count
  }
}
