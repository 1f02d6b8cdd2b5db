// SPDX-License-Identifier: GPL-3.0-or-later

/// Numbers of rtnetlink (RFC 3549; linux/netlink.h, rtnetlink.h, if_link.h, if_addr.h). Part of the kernel's ABI.
enum NetlinkNumber {
  // Message types
  static let error: UInt16 = 2
  static let done: UInt16 = 3
  static let newLink: UInt16 = 16
  static let deleteLink: UInt16 = 17
  static let dumpLink: UInt16 = 18
  static let newAddress: UInt16 = 20
  static let deleteAddress: UInt16 = 21
  static let dumpAddress: UInt16 = 22
  static let newRoute: UInt16 = 24
  static let deleteRoute: UInt16 = 25
  static let dumpRoute: UInt16 = 26

  // Header flags
  static let request: UInt16 = 0x1
  static let acknowledge: UInt16 = 0x4
  static let dumpInterrupted: UInt16 = 0x10
  /// In the answer to a request: the request itself is not quoted back.
  static let capped: UInt16 = 0x100
  /// In the answer to a request: attributes (the kernel's sentence) follow.
  static let hasAttributes: UInt16 = 0x200
  static let replace: UInt16 = 0x100
  static let exclusive: UInt16 = 0x200
  static let create: UInt16 = 0x400
  static let dump: UInt16 = 0x300

  // Socket options (SOL_NETLINK)
  static let socketLevel: Int32 = 270
  static let capAcknowledgement: Int32 = 10
  static let extendedAcknowledgement: Int32 = 11
  static let strictCheck: Int32 = 12

  // Multicast groups, as bits: link, IPv4 address, IPv4 route, IPv6 address, IPv6 route
  static let groups: UInt32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400
}

/// Attributes of a link message.
enum LinkAttribute {
  static let name: UInt16 = 3
  static let mtu: UInt16 = 4
  static let operationalState: UInt16 = 16
  static let linkInfo: UInt16 = 18
  static let infoKind: UInt16 = 1
  static let infoContents: UInt16 = 2
  static let greInputFlags: UInt16 = 2
  static let greInputKey: UInt16 = 4
  static let greLocal: UInt16 = 6
  static let greRemote: UInt16 = 7
}

/// Attributes of an address message.
enum AddressAttribute {
  static let address: UInt16 = 1
  static let local: UInt16 = 2
  static let flags: UInt16 = 8
  static let noDuplicateDetection: UInt32 = 0x02
  static let noPrefixRoute: UInt32 = 0x200
}

/// Attributes of a route message.
enum RouteAttribute {
  static let destination: UInt16 = 1
  static let outgoingInterface: UInt16 = 4
  static let gateway: UInt16 = 5
  static let priority: UInt16 = 6
  static let preferredSource: UInt16 = 7
  static let metrics: UInt16 = 8
  static let multipath: UInt16 = 9
  static let table: UInt16 = 15
  static let metricMTU: UInt16 = 2
  static let flagCloned: UInt32 = 0x200
  static let flagOnLink: UInt32 = 0x4
  static let scopeUniverse: UInt8 = 0
  static let scopeLink: UInt8 = 253
  static let scopeHost: UInt8 = 254
  static let scopeNowhere: UInt8 = 255
}
