// SPDX-License-Identifier: GPL-3.0-or-later

/// What is told in a NOTIFICATION (RFC 4271 §4.5): the code, its subcode, and bytes that explain it.
public struct BGPError: Error, Hashable, Sendable {
  /// The kind of error.
  public var code: Code
  /// Which of its kind; 0 is unspecific.
  public var subcode: UInt8
  /// Bytes that explain it, by code.
  public var bytes: [UInt8]

  /// RFC 4271 §4.5, RFC 7313 §5.
  public enum Code: Hashable, Sendable {
    /// The known codes.
    case header, open, update, holdTimerExpired, stateMachine, cease, routeRefresh
    /// Any other.
    case unknown(UInt8)

    /// The number on the wire.
    public var rawValue: UInt8 {
      switch self {
      case .header: 1
      case .open: 2
      case .update: 3
      case .holdTimerExpired: 4
      case .stateMachine: 5
      case .cease: 6
      case .routeRefresh: 7
      case .unknown(let n): n
      }
    }

    /// Reads the number.
    public init(rawValue: UInt8) {
      let known: [Code] = [.header, .open, .update, .holdTimerExpired, .stateMachine, .cease, .routeRefresh]
      self = known.first { $0.rawValue == rawValue } ?? .unknown(rawValue)
    }
  }

  /// Makes an error.
  public init(_ code: Code, _ subcode: UInt8 = 0, bytes: [UInt8] = []) { (self.code, self.subcode, self.bytes) = (code, subcode, bytes) }
}

extension BGPError {
  // RFC 4271 §6.1
  static let notSynchronized = BGPError(.header, 1)
  static func badLength(_ length: Int) -> BGPError {
    BGPError(.header, 2, bytes: [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)])
  }
  static func badType(_ type: UInt8) -> BGPError { BGPError(.header, 3, bytes: [type]) }

  // RFC 4271 §6.2
  static let badVersion = BGPError(.open, 1, bytes: [0, BGPAssignments.version])
  static let badPeerAS = BGPError(.open, 2)
  static let badIdentifier = BGPError(.open, 3)
  static let unsupportedParameter = BGPError(.open, 4)
  static let badHoldTime = BGPError(.open, 6)
  static let malformedOpen = BGPError(.open, 0)

  // RFC 4271 §6.3
  static let malformedAttributes = BGPError(.update, 1)
  static let badOptionalAttribute = BGPError(.update, 9)
  static let badNetwork = BGPError(.update, 10)

  static let holdTimerExpired = BGPError(.holdTimerExpired)
  /// RFC 6608 §3: 1 in OpenSent, 2 in OpenConfirm, 3 in Established.
  static func unexpected(_ subcode: UInt8) -> BGPError { BGPError(.stateMachine, subcode) }

  /// RFC 4486 §3.
  enum Cease {
    static let maximumPrefixes: UInt8 = 1, shutdown: UInt8 = 2, deconfigured: UInt8 = 3, reset: UInt8 = 4, rejected: UInt8 = 5
    static let configurationChange: UInt8 = 6, collision: UInt8 = 7, resources: UInt8 = 8
    /// RFC 9384.
    static let linkDown: UInt8 = 10
  }
  static func cease(_ subcode: UInt8, bytes: [UInt8] = []) -> BGPError { BGPError(.cease, subcode, bytes: bytes) }

  /// The words of IOS: `hold time expired`, `cease`.
  public var text: String {
    let detail: String? =
      switch code {
      case .header: ["", "connection not synchronized", "illegal header length", "illegal message type"].at(subcode)
      case .open:
        [
          "", "unsupported version", "peer in wrong AS", "BGP identifier wrong", "unsupported optional parameter", "authentication failure",
          "unacceptable hold time", "unsupported/disjoint capability",
        ].at(subcode)
      case .update:
        [
          "", "malformed attribute list", "unrecognized well-known attribute", "missing well-known attribute", "attribute flags error",
          "attribute length error", "invalid ORIGIN", "AS routing loop", "invalid NEXT_HOP", "optional attribute error",
          "invalid network field", "malformed AS_PATH",
        ].at(subcode)
      case .cease:
        [
          "", "maximum number of prefixes reached", "administrative shutdown", "peer de-configured", "administrative reset",
          "connection rejected", "other configuration change", "connection collision resolution", "out of resources", "hard reset",
          "link down",
        ].at(subcode)
      default: nil
      }
    return "\(code.rawValue)/\(subcode) (\(detail ?? name))"
  }

  private var name: String {
    switch code {
    case .header: "header error"
    case .open: "OPEN error"
    case .update: "UPDATE error"
    case .holdTimerExpired: "hold time expired"
    case .stateMachine: "finite state machine error"
    case .cease: "cease"
    case .routeRefresh: "route refresh error"
    case .unknown(let n): "error \(n)"
    }
  }
}

extension [String] {
  /// The text at an index from the wire; nil where there is none, or an empty one.
  fileprivate func at(_ index: UInt8) -> String? {
    Int(index) < count && !self[Int(index)].isEmpty ? self[Int(index)] : nil
  }
}
