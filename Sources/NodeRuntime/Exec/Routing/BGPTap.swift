// SPDX-License-Identifier: GPL-3.0-or-later
import BGP
import ProtocolKit
import Wire

/// BGP's connections as they pass the node's port: who is at the other end, and while somebody debugs, which messages go by.
///
/// It is told of every connection, and reads bytes only while it is asked to. Begun in the middle of a stream it waits for a marker.
struct BGPTap {
  /// One direction of a connection.
  private struct Stream {
    /// What has not become a message yet, shorter than one; nil until a marker was seen.
    var pending: [UInt8]?

    /// The messages that are whole with `bytes`.
    mutating func messages(_ bytes: [UInt8]) -> [[UInt8]] {
      var all = pending.map { $0 + bytes } ?? BGPTap.fromMarker(bytes)
      var out: [[UInt8]] = []
      while true {
        do throws(BGPError) {
          guard let header = try MessageHeader.decode(all), all.count >= header.length else { break }
          out.append(Array(all[..<header.length]))
          all.removeFirst(header.length)
        } catch {
          pending = nil
          return out
        }
      }
      pending = all
      return out
    }
  }

  private var remotes: [StreamID: IPAddress] = [:]
  private var inputs: [StreamID: Stream] = [:]
  private var outputs: [StreamID: Stream] = [:]

  /// The other end of a connection.
  subscript(id: StreamID) -> IPAddress? { remotes[id] }

  /// A connection is there.
  mutating func opened(_ id: StreamID, to remote: IPAddress) { remotes[id] = remote }

  /// It is gone.
  mutating func closed(_ id: StreamID) { (remotes[id], inputs[id], outputs[id]) = (nil, nil, nil) }

  /// Nobody reads on.
  mutating func rest() {
    guard !inputs.isEmpty || !outputs.isEmpty else { return }
    (inputs, outputs) = ([:], [:])
  }

  /// The messages that are whole with these bytes, received or sent.
  mutating func messages(_ id: StreamID, _ bytes: [UInt8], isSent: Bool) -> [[UInt8]] {
    isSent ? outputs[id, default: Stream()].messages(bytes) : inputs[id, default: Stream()].messages(bytes)
  }

  /// What stands from the first marker on; nothing where there is none.
  private static func fromMarker(_ bytes: [UInt8]) -> [UInt8] {
    var ones = 0
    for (index, byte) in bytes.enumerated() {
      ones = byte == 0xff ? ones + 1 : 0
      if ones == 16 { return Array(bytes[(index - 15)...]) }
    }
    return []
  }
}
