// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// tcpdump on one device, and tshark over what it wrote.
struct PacketCapture: Sendable {
  let file: URL
  private let process: BackgroundProcess

  /// Starts it, and comes back when it listens.
  static func start(in namespace: Namespace, device: String, file: URL, filter: String = "") async throws -> PacketCapture {
    let process = try namespace.start(
      ["tcpdump", "--immediate-mode", "-U", "-n", "-s", "0", "-B", "8192", "-i", device, "-w", file.path]
        + filter.split(separator: " ").map(String.init))
    let capture = PacketCapture(file: file, process: process)
    try await eventually("tcpdump listens on \(device)", lastSeen: { process.output() }) { process.output().contains("listening on") }
    return capture
  }

  /// Ends it when its file grows no more: what the kernel still holds for it at its end is lost.
  func stop() async throws {
    var size = -1
    for _ in 0..<100 {
      let now = (try? FileManager.default.attributesOfItem(atPath: file.path)[.size] as? Int) ?? 0
      if now == size { break }
      size = now
      try await Task.sleep(for: .milliseconds(60))
    }
    process.signal(SIGTERM)
    if await process.wait(timeout: .seconds(5)) == nil { await process.kill() }
    process.removeLog()
  }

  /// The fields of every packet that `filter` lets pass; fields that occur more than once (inner and outer header) are separated by commas.
  func packets(where filter: String, fields: [String]) async throws -> [[String]] {
    let list = fields.map { "-e \($0)" }.joined(separator: " ")
    let output = try await Shell.run(
      "tshark -r \(file.path) -Y \(Shell.quote(filter)) -T fields \(list) 2>/dev/null", timeout: .seconds(60))
    return output.split(separator: "\n", omittingEmptySubsequences: true)
      .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
  }

  /// How many packets `filter` lets pass.
  func count(where filter: String) async throws -> Int { try await packets(where: filter, fields: ["frame.number"]).count }

  /// How many packets the tcpdump filter lets pass: quicker, for a capture of a hundred thousand.
  func count(matching filter: String) async throws -> Int {
    let output = try await Shell.run("tcpdump -n -r \(file.path) --count \(Shell.quote(filter)) 2>/dev/null", timeout: .seconds(60))
    return output.split(separator: " ").first.flatMap { Int($0) } ?? 0
  }

  /// Whether these bytes are in any packet.
  func contains(_ bytes: Data) throws -> Bool { try Data(contentsOf: file, options: .mappedIfSafe).range(of: bytes) != nil }

  /// When the first packet passed that `filter` lets pass, in seconds since the epoch.
  func firstTime(where filter: String) async throws -> Double? {
    try await packets(where: filter, fields: ["frame.time_epoch"]).first?.first.flatMap(Double.init)
  }
}
