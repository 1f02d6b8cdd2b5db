// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Lab
import NodeRuntime
import Testing
import Wire

@Suite("The console on a lab")
struct LabConsoleTests {
  private func said(_ replies: [ConsoleReply]) -> (text: String, prompt: String) {
    var all = (text: "", prompt: "")
    for case .output(_, let text, let prompt, _, _, _) in replies { all = (all.text + text, prompt) }
    return all
  }

  @Test("`console NODE` moves it to another node, Tab completes the name, an unknown name is refused")
  func moves() {
    let cloud = Cloud(.cloud(phase: .three, spokes: 2), seed: 1)
    cloud.run(to: 3)
    let line = LabConnection(cloud, node: 0, catchUp: {})
    line.send(.hello(user: "me", terminal: "tty1", isOperator: true))
    guard case .welcome("hub1#", _) = line.receive().first else { return #expect(Bool(false), "no welcome") }
    line.send(.complete(id: 1, line: "console sp"))
    #expect(line.receive() == [.completions(id: 1, words: ["spoke1", "spoke2"])])
    line.send(.execute(id: 2, line: "console spoke2"))
    let moved = line.receive()
    #expect(line.node == 2 && said(moved).prompt == "spoke2#")
    line.send(.execute(id: 3, line: "show ip nhrp nhs"))
    #expect(said(line.receive()).text.contains("10.0.0.1"))
    line.send(.execute(id: 4, line: "console atlantis"))
    let refused = line.receive()
    guard case .output(4, let text, _, true, true, _)? = refused.last else { return #expect(Bool(false), "\(refused)") }
    #expect(text.hasPrefix("% No node 'atlantis'") && line.node == 2)
    line.send(.wantSnapshot)
    guard case .snapshot(let picture)? = line.receive().last else { return #expect(Bool(false), "no picture") }
    #expect(picture.hostname == "spoke2")
  }

  @Test("a spoke's capture of a peer, begun before it knows where the peer is, holds the shortcut's packets too")
  func captureBeforeShortcut() throws {
    let scratch = try Scratch()
    let file = scratch.path("peer.pcapng")
    let cloud = Cloud(.cloud(phase: .three, spokes: 2), seed: 1)
    cloud.run(to: 2.5)
    #expect(cloud.console(1, "monitor capture one peer spoke2 file \(file)") == "")
    cloud.talk(1, 2, from: 3, packets: 10)
    cloud.run(to: 6)
    #expect(cloud.console(1, "monitor capture one stop") == "")
    let outer = named("outer", try PcapngFile(reading: [UInt8](try Data(contentsOf: URL(filePath: file)))))
    let (spoke1, spoke2) = (cloud.topology.nodes[1].nbma, cloud.topology.nodes[2].nbma)
    #expect(outer.contains { $0 == (spoke1, spoke2) } && outer.contains { $0 == (spoke2, spoke1) })
  }

  @Test("a capture whose file cannot be made is over, and says why")
  func captureWithoutFile() {
    let cloud = Cloud(.cloud(phase: .three, spokes: 2), seed: 1)
    cloud.run(to: 2.5)
    #expect(cloud.console(0, "monitor capture one peer spoke1 file no-such-folder/x.pcapng") == "")
    #expect(cloud.console(0, "show monitor capture one").contains("Status : Inactive: cannotOpen"))
    #expect(cloud.console(0, "monitor capture one stop").contains("not running"))
  }

  @Test("`monitor capture` writes the inner and the outer packets of the peer that is named, and of no other")
  func capture() throws {
    let scratch = try Scratch()
    let file = scratch.path("spoke1.pcapng")
    let cloud = Cloud(.cloud(phase: .three, spokes: 3), seed: 1)
    cloud.run(to: 2.5)
    #expect(cloud.console(0, "monitor capture one peer spoke1 file \(file)") == "")
    cloud.talk(1, 2, from: 3, packets: 5)
    cloud.talk(3, 2, from: 3, packets: 5)
    cloud.run(to: 6)
    #expect(cloud.console(0, "monitor capture one stop") == "")
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: file)))
    let pcap = try PcapngFile(reading: bytes)
    let (inner, outer) = (named("inner", pcap), named("outer", pcap))
    let (hub, spoke1, spoke3) = (cloud.topology.nodes[0].nbma, cloud.topology.nodes[1].nbma, cloud.topology.nodes[3].nbma)
    #expect(outer.contains { $0 == (spoke1, hub) } && outer.contains { $0 == (hub, spoke1) })
    #expect(inner.contains { $0 == (cloud.topology.nodes[1].host, cloud.topology.nodes[2].host) })
    #expect(!outer.contains { $0.0 == spoke3 || $0.1 == spoke3 })
    let count = pcap.packets.count
    cloud.talk(1, 3, from: 7, packets: 5)
    cloud.run(to: 9)
    #expect(try PcapngFile(reading: [UInt8](Data(contentsOf: URL(filePath: file)))).packets.count == count, "it was stopped")
  }

  private func named(_ name: String, _ file: PcapngFile) -> [(IPAddress, IPAddress)] {
    file.packets.filter { file.interfaces[$0.interface].name == name }
      .compactMap { p in IPAddress(bytes: p.bytes[12..<16]).flatMap { a in IPAddress(bytes: p.bytes[16..<20]).map { (a, $0) } } }
  }
}
