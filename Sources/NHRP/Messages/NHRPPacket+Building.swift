// SPDX-License-Identifier: GPL-3.0-or-later
import Wire

extension NHRPPacket {
  /// Makes a packet whose header's families fit the body's addresses.
  public init(_ body: NHRPBody, hopCount: UInt8, extensions: [NHRPExtension]? = nil, trailing: [UInt8] = []) {
    let header = NHRPFixedHeader(
      nbma: body.sourceNBMA, protocolAddress: body.destinationProtocol, hopCount: hopCount)
    self.init(header: header, body: body, extensions: extensions, trailing: trailing)
  }

  /// Makes a request or reply (types 1 to 6).
  public init(
    _ type: NHRPPacketType, flags: NHRPFlags, requestID: UInt32, sourceNBMA: IPAddress, sourceProtocol: IPAddress,
    destinationProtocol: IPAddress, entries: [ClientInformationEntry], hopCount: UInt8, extensions: [NHRPExtension]?
  ) {
    let part = NHRPMandatory(
      type: type, flags: flags, requestID: requestID, sourceNBMA: sourceNBMA, sourceProtocol: sourceProtocol,
      destinationProtocol: destinationProtocol, entries: entries)
    self.init(.request(part), hopCount: hopCount, extensions: extensions)
  }

  /// `ar$op.type`.
  public var type: NHRPPacketType { body.type }

  /// The mandatory part of types 1 to 6.
  public var mandatory: NHRPMandatory? {
    if case .request(let part) = body { part } else { nil }
  }

  /// The first extension of a type.
  public func `extension`(_ type: NHRPExtensionType) -> NHRPExtension? {
    extensions?.first { $0.type == type.rawValue }
  }

  /// The entries of the first extension of a type; empty when it is missing or no list.
  public func entries(of type: NHRPExtensionType) -> [ClientInformationEntry] {
    `extension`(type)?.entries ?? []
  }

  /// The value of the authentication extension, if there is one.
  public var authentication: NHRPAuthentication? {
    if case .authentication(let value) = `extension`(.authentication)?.content { value } else { nil }
  }

  /// Puts `replacement` where the first extension of its type is, or behind all others.
  public mutating func replaceExtension(_ replacement: NHRPExtension) {
    var list = extensions ?? []
    if let place = list.firstIndex(where: { $0.type == replacement.type }) {
      list[place] = replacement
    } else {
      list.append(replacement)
    }
    extensions = list
  }

  /// Takes all extensions of a type out; the extension part stays, if empty with End alone.
  public mutating func removeExtensions(_ type: NHRPExtensionType) {
    extensions?.removeAll { $0.type == type.rawValue }
  }
}
