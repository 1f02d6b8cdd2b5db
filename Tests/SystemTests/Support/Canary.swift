// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// Bytes that pings carry, to be looked for where nothing of them may be seen.
enum Canary {
  /// As many as `ping -p` takes; its payload repeats them.
  static let bytes = Data("canary in a tube".utf8)

  /// The options of `ping` that make it carry them.
  static let pingOptions = "-s 120 -p " + bytes.map { String(format: "%02x", $0) }.joined()
}

extension PacketCapture {
  /// What the capture holds besides ESP and IKE, in words: other IPv4 packets, bytes of the canary, or too few ESP packets for
  /// that to mean anything. Every address on the underlay is IPv4.
  func breachesOfProtection(leastESPPackets: Int) async throws -> [String] {
    var breaches: [String] = []
    let esp = try await count(matching: "ip proto 50 or (udp port 4500 and udp[8:4] != 0)")
    if esp < leastESPPackets { breaches.append("only \(esp) ESP packets, not \(leastESPPackets)") }
    let others = try await packets(where: "ip && !(udp.port == 500 || udp.port == 4500 || esp)", fields: ["_ws.col.Info"])
    if !others.isEmpty { breaches.append("\(others.count) other packets: \(others.prefix(5))") }
    if try contains(Canary.bytes) { breaches.append("bytes of a ping in clear") }
    return breaches
  }

  /// Expects ESP and IKE and nothing else.
  func expectOnlyProtectedPackets(atLeast espPackets: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let breaches = try await breachesOfProtection(leastESPPackets: espPackets)
    #expect(breaches.isEmpty, "\(breaches.joined(separator: "; "))", sourceLocation: sourceLocation)
  }
}
