// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Lab
import NodeRuntime
import Testing
import Wire

@Suite("The lab as a program", .needsProgram)
struct LabProgramTests {
  @Test("a process that holds only the hub's packets draws the hub's console as the lab did, byte for byte")
  func replay() throws {
    let scratch = try Scratch()
    let file = scratch.path("hub1.rec")
    let lab = try Program.lab(
      "lab", "phase3", "--spokes", "4", "--seed", "3", "--loss", "1", "--hold-time", "30", "--virtual-time", "--for", "90s",
      "--record-node", "hub1",
      "--record-to", file, "--frames-of", "hub1", "--every", "1s")
    let replay = try Program.lab("replay", file, "--frames", "--every", "1s")
    #expect(lab == replay)
    #expect(lab.contains("hub1 at 90000 ms, 120x40") && lab.contains("✓ up") && lab.contains("spoke1>spoke2"))
    let bytes = try Data(contentsOf: URL(filePath: file))
    let plain = String(decoding: bytes, as: UTF8.self)
    #expect(!plain.contains("hostname spoke1"), "nothing of the spokes is in it but what they sent")
  }

  @Test("--ipv6: the report has IPv6 routes beside IPv4's; without it there is none")
  func ipv6() throws {
    let both = try Program.lab("lab", "phase3", "--ipv6", "--spokes", "2", "--virtual-time", "--for", "10s", "--json")
    #expect(both.contains("2001:db8:0:1::b") && both.contains("10.0.0.11"))
    #expect(!(try Program.lab("lab", "phase3", "--spokes", "2", "--virtual-time", "--for", "10s", "--json")).contains("2001:db8"))
  }

  @Test("a spoke's recording comes to life as well, and one cut off in the middle says where")
  func damaged() throws {
    let scratch = try Scratch()
    let (file, cut) = (scratch.path("spoke"), scratch.path("cut"))
    let lab = try Program.lab(
      "lab", "--spokes", "3", "--virtual-time", "--for", "15s", "--record-node", "spoke2", "--record-to", file, "--frames-of", "spoke2")
    #expect(try Program.lab("replay", file, "--frames") == lab)
    let bytes = try Data(contentsOf: URL(filePath: file))
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: cut))
    let ending = try Program.run(try #require(Program.path), ["replay", cut])
    #expect(ending.status != 0 && ending.errors.contains("damaged at byte"))
    #expect(try Program.run(try #require(Program.path), ["replay", "/nonexistent"]).errors.contains("No such file"))
    try Data("no recording".utf8).write(to: URL(filePath: cut))
    #expect(try Program.run(try #require(Program.path), ["replay", cut]).errors.contains("not a recording"))
  }

  @Test("the same seed gives the same journal hash in three processes, another seed another", arguments: ["phase1", "phase2", "phase3"])
  func determinism(_ phase: String) throws {
    func hash(_ seed: String) throws -> String {
      let json = try Program.lab(
        "lab", phase, "--spokes", "12", "--hubs", "2", "--seed", seed, "--loss", "2", "--virtual-time", "--for", "5m", "--json")
      let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
      return try #require(object["journalHash"] as? String)
    }
    let hashes = try (0..<3).map { _ in try hash("11") }
    #expect(Set(hashes).count == 1)
    #expect(try hash("12") != hashes[0])
  }

  @Test("--json and --pcap: every pair that talks is up with its chain, none lost, and tshark finds nothing malformed", .needsTshark)
  func promised() throws {
    let scratch = try Scratch()
    let file = scratch.path("out.pcapng")
    let json = try Program.lab("lab", "phase3", "--spokes", "3", "--protection", "none", "--headless", "--virtual-time", "--for", "15s", "--json", "--pcap", file)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((object["journalHash"] as? String)?.isEmpty == false)
    #expect(object["packetsLost"] as? Int == 0)
    let pairs = try #require(object["pairs"] as? [[String: Any]])
    #expect(pairs.count >= 3)
    for pair in pairs {
      #expect(pair["lost"] as? Int == 0 && (pair["relayed"] as? Int ?? 0) >= 1 && (pair["direct"] as? Int ?? 0) > 10)
      try expectShortcut(pair, object)
    }
    let tshark = try #require(Program.tshark)
    let malformed = try Program.run(tshark, ["-r", file, "-Y", "_ws.malformed"])
    #expect(malformed.status == 0 && malformed.output.isEmpty)
    let nhrp = try Program.run(tshark, ["-r", file, "-Y", "nhrp", "-T", "fields", "-e", "nhrp.hdr.op.type"])
    let types = Set(nhrp.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
    #expect(types.isSuperset(of: ["1", "2", "3", "4", "8"]), "\(types)")
    let bad = try Program.run(tshark, ["-r", file, "-o", "ip.check_checksum:TRUE", "-Y", "ip.checksum.status == 0"])
    #expect(bad.output.isEmpty)
  }

  private func expectShortcut(_ pair: [String: Any], _ object: [String: Any]) throws {
    let nodes = try #require(object["nodes"] as? [[String: Any]])
    let target = try #require(pair["destination"] as? String)
    let rows = nodes.flatMap {
      ($0["shortcuts"] as? [[String: Any]] ?? []).filter { $0["target"] as? String == target && $0["state"] as? String == "up" }
    }
    let steps = rows.flatMap { ($0["steps"] as? [[String: Any]] ?? []).compactMap { $0["step"] as? Int } }
    // redirect, request, reply, route
    #expect(Set(steps).isSuperset(of: [1, 2, 4, 5]), "to \(target)")
  }

  @Test(
    "a cloud of every protocol, two hubs, one of which dies when all is said: no packet is lost before",
    arguments: ["static", "rip", "bgp", "odr"])
  func scenarios(_ routing: String) throws {
    let json = try Program.lab(
      "lab", "phase3", "--routing", routing, "--protection", "none", "--spokes", "4", "--hubs", "2", "--virtual-time", "--for", "4m", "--json",
      "--kill-hub", "239s", "--flap", "238s")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect((object["packetsAnswered"] as? Int ?? 0) > 300 && object["packetsLost"] as? Int == 0)
  }

  @Test(
    "bad options are named, with status 64",
    arguments: [
      ["lab", "--frames-of", "hub1"], ["lab", "--virtual-time"], ["lab", "--spokes", "0"],
      ["lab", "--virtual-time", "--for", "1s", "--record-node", "nobody"], ["lab", "phase2", "--routing", "odr"],
      ["lab", "--return-hub", "5s"], ["lab", "--kill-hub", "5s", "--return-hub", "5s"], ["lab", "--flap", "1s", "--flap-every", "1s"],
    ])
  func badOptions(_ arguments: [String]) throws {
    let ending = try Program.run(try #require(Program.path), arguments)
    #expect(ending.status != 0 && ending.errors.contains("Error"))
  }
}
