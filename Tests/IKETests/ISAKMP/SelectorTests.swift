// SPDX-License-Identifier: GPL-3.0-or-later
import IKE
import IPsecCrypto
import ProtocolKit
import Testing
import Wire

@Suite("IKEv1: identities of quick mode, RFC 2407 §4.6.2")
struct SelectorTests {
  static let ends = AssociationEndpoints(local: IPAddress(192, 0, 2, 1), remote: IPAddress(198, 51, 100, 1))
  static let here: [UInt8] = [192, 0, 2, 1], there: [UInt8] = [198, 51, 100, 1], elsewhere: [UInt8] = [10, 0, 0, 1]

  static func accepts(_ local: ISAKMPIdentification, _ remote: ISAKMPIdentification, isHere: Bool = false, isThere: Bool = false) -> Bool {
    var traversal = NATTraversal()
    (traversal.form, traversal.isHere, traversal.isThere) = (.rfc3947, isHere, isThere)
    let asInitiator = QuickModeSelectors.accept([local, remote], ends, traversal, isInitiator: true)
    #expect(QuickModeSelectors.accept([remote, local], ends, traversal, isInitiator: false) == asInitiator)
    return asInitiator
  }

  static func host(_ address: [UInt8], kind: UInt8 = 1, protocolNumber: UInt8 = 47, port: UInt16 = 0) -> ISAKMPIdentification {
    let content = kind == 1 ? address : kind == 4 ? address + [255, 255, 255, 255] : address + address
    return ISAKMPIdentification(kind: kind, protocolNumber: protocolNumber, port: port, content: content)
  }

  @Test("GRE between the two ends in any form: one address, a subnet of 32 bits, a range of one, a key in place of the port")
  func accepted() {
    for kind in [1, 4, 7] as [UInt8] {
      for port in [0, 42] as [UInt16] {
        #expect(Self.accepts(Self.host(Self.here, kind: kind, port: port), Self.host(Self.there, kind: kind, port: port)))
      }
    }
    #expect(QuickModeSelectors.offer(Self.ends).map { ISAKMPPayload.identification(Self.host(Self.here)) == $0 } == [true, false])
  }

  @Test("another protocol, another address, a whole network, a name: refused")
  func refused() {
    let here = Self.host(Self.here), there = Self.host(Self.there)
    for protocolNumber in [0, 6, 17, 4, 50] as [UInt8] {
      #expect(!Self.accepts(Self.host(Self.here, protocolNumber: protocolNumber), there))
      #expect(!Self.accepts(here, Self.host(Self.there, protocolNumber: protocolNumber)))
    }
    #expect(!Self.accepts(Self.host(Self.elsewhere), there) && !Self.accepts(here, Self.host(Self.elsewhere)))
    #expect(!Self.accepts(there, here))
    #expect(!Self.accepts(ISAKMPIdentification(kind: 4, protocolNumber: 47, content: Self.here + [255, 255, 255, 254]), there))
    #expect(!Self.accepts(ISAKMPIdentification(kind: 4, protocolNumber: 47, content: [0, 0, 0, 0, 0, 0, 0, 0]), there))
    #expect(!Self.accepts(ISAKMPIdentification(kind: 2, protocolNumber: 47, content: Self.here), there))
    for few in [[], [here], [here, there, there]] {
      #expect(!QuickModeSelectors.accept(few, Self.ends, NATTraversal(), isInitiator: true))
    }
  }

  @Test("an end behind a NAT may be named by an address that nobody else sees; the other may not, RFC 3947 §5.2")
  func translated() {
    let private1 = Self.host(Self.elsewhere), here = Self.host(Self.here), there = Self.host(Self.there)
    #expect(Self.accepts(here, private1, isThere: true) && !Self.accepts(private1, there, isThere: true))
    #expect(Self.accepts(private1, there, isHere: true) && !Self.accepts(here, private1, isHere: true))
    // Still one host, and still GRE.
    let network = ISAKMPIdentification(kind: 4, protocolNumber: 47, content: Self.elsewhere + [255, 255, 255, 0])
    #expect(!Self.accepts(here, network, isThere: true))
    #expect(!Self.accepts(here, Self.host(Self.elsewhere, protocolNumber: 0), isThere: true))
  }
}
