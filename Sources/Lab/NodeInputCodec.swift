// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import NodeRuntime
import ProtocolKit
import Wire

/// The bytes of a node's inputs in a recording: a tag, then what belongs to it. Packets are raw, structures JSON with sorted keys.
enum NodeInputCodec {
  /// The raw values are part of recordings: add at the end, never renumber.
  enum Tag: UInt8 {
    case underlay = 1, inner, expire, startup, interface, hostRoute, request, sessionClosed, saved, stop, tunnelDevice, nameResolved, captureEnded
    /// Not an input: the recording ends here.
    case end = 255
  }

  /// The bytes of an input; nil for what a core tells its own node, which is no input of the two together.
  static func encode(_ input: NodeInput) -> (Tag, [UInt8])? {
    switch input {
    case .underlay(let packet): (.underlay, packet)
    case .inner(let packet): (.inner, packet)
    case .expire: (.expire, [])
    case .event(let event): encode(event)
    }
  }

  private static func encode(_ event: HostEvent) -> (Tag, [UInt8])? {
    switch event {
    case .expire: (.expire, [])
    case .startup(let text, let file): (.startup, strings([file, text]))
    case .interface(let interface): (.interface, json(interface))
    case .hostRoute(let route, let isPresent): (.hostRoute, [isPresent ? 1 : 0] + json(route))
    case .request(let session, let request): (.request, number(session.rawValue) + ConsoleCodec.encode(request))
    case .sessionClosed(let session): (.sessionClosed, number(session.rawValue))
    case .saved(let session, let id, let failure):
      (.saved, number(session.rawValue) + number(id) + strings(failure.map { [$0] } ?? []))
    case .captureEnded(let name, let failure): (.captureEnded, strings([name, failure]))
    case .stop: (.stop, [])
    case .tunnelDevice(let name, let failure): (.tunnelDevice, strings([name] + (failure.map { [$0] } ?? [])))
    case .nameResolved(let name, let addresses): (.nameResolved, strings([name] + addresses.map(\.description)))
    case .punt, .notice, .counters, .computed, .material, .datagram, .stream: nil
    }
  }

  /// Reads an input back.
  static func decode(_ tag: Tag, _ bytes: [UInt8]) throws -> NodeInput {
    switch tag {
    case .underlay: .underlay(bytes)
    case .inner: .inner(bytes)
    case .expire: .expire
    default: .event(try event(tag, bytes))
    }
  }

  private static func event(_ tag: Tag, _ bytes: [UInt8]) throws -> HostEvent {
    var r = ByteReader(bytes)
    switch tag {
    case .interface: return .interface(try JSONDecoder().decode(HostInterface.self, from: Data(bytes)))
    case .hostRoute:
      let isPresent = try r.u8() == 1
      return .hostRoute(try JSONDecoder().decode(HostRoute.self, from: Data(bytes.dropFirst())), isPresent: isPresent)
    case .request:
      let session = SessionID(try r.u32())
      return .request(session, try ConsoleCodec.decodeRequest(try r.take(r.remaining)))
    case .sessionClosed: return .sessionClosed(SessionID(try r.u32()))
    case .saved: return .saved(SessionID(try r.u32()), id: try r.u32(), failure: try strings(&r).first)
    case .stop: return .stop
    default: return try named(tag, strings(&r))
    }
  }

  private static func named(_ tag: Tag, _ words: [String]) throws(WireError) -> HostEvent {
    guard let name = words.first else { throw .badValue }
    switch tag {
    case .startup where words.count == 2: return .startup(text: words[1], file: name)
    case .captureEnded where words.count == 2: return .captureEnded(name: name, failure: words[1])
    case .tunnelDevice: return .tunnelDevice(name: name, failure: words.count > 1 ? words[1] : nil)
    case .nameResolved: return .nameResolved(name, words.dropFirst().compactMap { IPAddress($0) })
    default: throw .badValue
    }
  }

  // MARK: Parts

  static func number(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

  /// Each string behind its length.
  static func strings(_ all: [String]) -> [UInt8] { all.flatMap { number(UInt32(clamping: $0.utf8.count)) + Array($0.utf8) } }

  static func strings(_ r: inout ByteReader) throws(WireError) -> [String] {
    var all: [String] = []
    while !r.isAtEnd { all.append(String(decoding: try r.take(Int(try r.u32())), as: UTF8.self)) }
    return all
  }

  private static func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(value)).map { [UInt8]($0) } ?? []
  }
}
