// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

/// What packets leave by at each end is what the other end opens.
func expectMatching(_ a: TestNode, _ b: TestNode, _ location: SourceLocation = #_sourceLocation) throws {
  for (from, to) in [(a, b), (b, a)] {
    let out = try #require(
      from.outbound.values.first { $0.endpoints.remote == to.address || from.outbound.count == 1 }, sourceLocation: location)
    #expect(to.inbound[out.spi]?.keys == out.keys, sourceLocation: location)
    #expect(to.inbound[out.spi]?.suite == out.suite && to.inbound[out.spi]?.mode == out.mode, sourceLocation: location)
    #expect(to.inbound[out.spi]?.usesESN == out.usesESN, sourceLocation: location)
  }
}

/// No association, no exchange, nothing in the packet path.
func expectNothing(_ nodes: TestNode..., location: SourceLocation = #_sourceLocation) {
  for node in nodes {
    let summary = node.engine.summary
    #expect(summary.established == 0 && summary.halfOpen == 0 && summary.children == 0, sourceLocation: location)
    #expect(node.inbound.isEmpty && node.outbound.isEmpty, sourceLocation: location)
    #expect(node.knownSPIs.isEmpty, sourceLocation: location)
  }
}

extension Datagram {
  /// The IKE datagram's bytes; empty for ESP.
  var udp: [UInt8] { if case .udp(let bytes) = content { bytes } else { [] } }
}
