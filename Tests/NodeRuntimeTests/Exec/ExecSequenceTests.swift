// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit
import Testing
import Wire

@Suite("Several commands of one line, and commands whose answer comes later")
struct ExecSequenceTests {
  @Test("commands run in order and are answered once")
  func order() {
    let cloud = Cloud()
    let answer = cloud.ask("show clock ; show hosts | include spoke ; show version | include uptime")
    #expect(answer.text == """
      00:00:00.000 since the node started
      spoke1                    None  (perm, OK)  0   IP    10.0.0.11
      spoke2                    None  (perm, OK)  0   IP    10.0.0.12
      hub uptime is 0 minutes
      """)
    let last = cloud.hub.replies.filter { if case .output(_, _, _, let isLast, _, _) = $0 { isLast } else { false } }
    #expect(last.count == 1 && answer.isFinished && !answer.failed)
  }

  @Test("a clear is done before the show behind it")
  func effectsAreSettled() {
    let cloud = ExecShowTests.formed()
    #expect(cloud.text("clear ip nhrp ; show ip nhrp", of: cloud.spoke1).hasPrefix("10.0.0.1/32 via 10.0.0.1\n"))
    #expect(!cloud.text("show ip nhrp", of: cloud.spoke1).contains("192.168.12.0/24"))
  }

  @Test("the first failure ends the line, and an end behind it still leaves configure mode")
  func failure() {
    let cloud = Cloud()
    let answer = cloud.ask("show clock ; show foo ; show version")
    #expect(answer.failed && answer.isFinished && !answer.text.contains("uptime"))
    let configured = cloud.ask("configure terminal ; interface Tunnel0 ; ip mtu 9 ; ip mtu 1300 ; end")
    #expect(configured.failed && configured.prompt == "hub#")
    #expect(!cloud.text("show running-config").contains("1300"))
    #expect(cloud.ask("configure terminal ; foo").prompt == "hub(config)#")
  }

  @Test("ping: five echoes, marks and times, and the next command waits for it")
  func ping() {
    let cloud = Cloud()
    cloud.run(seconds: 1)
    #expect(!cloud.ask("ping spoke1 ; show clock").isFinished)
    for _ in 0..<4 { cloud.answerProbes(of: cloud.hub) }
    #expect(!cloud.answer(cloud.hub).isFinished)
    cloud.run(seconds: 3)
    let answer = cloud.answer(cloud.hub)
    #expect(answer.text == """
      Type escape sequence to abort.
      Sending 5, 100-byte ICMP Echos to 10.0.0.11, timeout is 2 seconds:
      !!!!.
      Success rate is 80 percent (4/5), round-trip min/avg/max = 3/3/3 ms
      00:00:03.012 since the node started
      """)
    #expect(answer.isFinished)
  }

  @Test("ping takes source, repeat and size in any order", arguments: ["ping 10.0.0.11 repeat 2 size 64 source Tunnel0", "ping 10.0.0.11 source 10.0.0.1 size 64 repeat 2"])
  func pingOptions(line: String) {
    let cloud = Cloud()
    #expect(cloud.ask(line).text.contains("\nSending 2, 64-byte ICMP Echos to 10.0.0.11, timeout"))
    guard case .inject(.inner(_, let bytes))? = cloud.hub.effects.last(where: { if case .inject(.inner) = $0 { true } else { false } }) else {
      Issue.record("nothing was sent")
      return
    }
    #expect(bytes.count == 64 && bytes[12..<16] == [10, 0, 0, 1])
  }

  @Test("traceroute shows each hop, with names")
  func traceroute() {
    let cloud = Cloud()
    cloud.run(seconds: 1)
    cloud.ask("traceroute 192.168.12.1 numeric", of: cloud.spoke1)
    for _ in 0..<3 { cloud.answerProbes(of: cloud.spoke1, exceededAt: IPAddress(10, 0, 0, 1)) }
    for _ in 0..<3 { cloud.answerProbes(of: cloud.spoke1) }
    let answer = cloud.answer(cloud.spoke1)
    #expect(answer.text.hasPrefix("Type escape sequence to abort.\nTracing the route to 192.168.12.1\n  1 hub (10.0.0.1) 3 msec"), "\(answer.text)")
    #expect(answer.text.contains("\n  2 192.168.12.1 3 msec") && answer.isFinished)
  }

  @Test("Ctrl-C ends a ping, what stands behind it is not run, and other requests go on")
  func interrupt() {
    let cloud = Cloud()
    cloud.ask("ping spoke1 repeat 1000 ; show version")
    let first = cloud.hub.replies
    cloud.hub.replies = []
    cloud.give(cloud.hub, .request(Cloud.session, .execute(id: 900, line: "show clock")))
    #expect(cloud.hub.replies.isEmpty, "it waits for the ping")
    cloud.give(cloud.hub, .request(Cloud.session, .interrupt))
    let outputs = (first + cloud.hub.replies).compactMap { reply -> (UInt32, String, Bool)? in
      if case .output(let id, let text, _, let isLast, _, _) = reply { (id, text, isLast) } else { nil }
    }
    #expect(outputs.map(\.0).last == 900 && outputs.filter(\.2).count == 2)
    #expect(outputs.contains { $0.1.hasSuffix("Success rate is 0 percent (0/1000)") })
    #expect(!outputs.contains { $0.1.contains("uptime") })
  }

  @Test("write memory: the text goes to the host, and its answer to the operator", arguments: ["write memory", "wr", "copy running-config startup-config"])
  func write(line: String) {
    let cloud = Cloud()
    #expect(cloud.ask(line).text == "Building configuration...")
    guard case .save(let session, let id, let text)? = cloud.hub.effects.last(where: { if case .save = $0 { true } else { false } }) else {
      Issue.record("nothing was saved")
      return
    }
    #expect(text == cloud.hub.node.runningConfiguration())
    cloud.give(cloud.hub, .saved(session, id: id, failure: nil))
    let answer = cloud.answer(cloud.hub)
    #expect(answer.text == "Building configuration...\n[OK]" && answer.isFinished && !answer.failed)
  }

  @Test("show startup-config is what was read, then what was written; never what is not")
  func startup() throws {
    let cloud = Cloud()
    let end = cloud.hub.node.runningConfiguration().split(separator: "\n").suffix(4).joined(separator: "\n")
    #expect(cloud.text("show startup-config").hasSuffix(end))
    func isWritten() -> Bool { cloud.text("show startup-config").contains("hostname WRITTEN") }
    cloud.ask("configure terminal ; hostname WRITTEN ; end")
    for failure in ["no space left on device", nil] {
      cloud.ask("write memory")
      #expect(!isWritten())
      let saves = cloud.hub.effects.compactMap { if case .save(let session, let id, _) = $0 { (session, id) } else { nil } }
      let (session, id) = try #require(saves.last)
      cloud.give(cloud.hub, .saved(session, id: id, failure: failure))
      #expect(isWritten() == (failure == nil))
    }
  }

  @Test("a configuration that cannot be written says why; a late second answer is nothing")
  func writeFails() {
    let cloud = Cloud()
    cloud.ask("write")
    guard case .save(let session, let id, _)? = cloud.hub.effects.last(where: { if case .save = $0 { true } else { false } }) else { return }
    cloud.give(cloud.hub, .saved(session, id: id, failure: "no space left on device"))
    #expect(cloud.answer(cloud.hub).text.hasSuffix("% cannot write: no space left on device") && cloud.answer(cloud.hub).failed)
    cloud.hub.replies = []
    cloud.give(cloud.hub, .saved(session, id: id, failure: nil))
    #expect(cloud.hub.replies.isEmpty)
  }

  @Test("a closed session's commands and probes end with it")
  func closed() {
    let cloud = Cloud()
    cloud.ask("ping spoke1 repeat 1000 ; configure terminal ; hostname gone")
    cloud.give(cloud.hub, .sessionClosed(Cloud.session))
    #expect(cloud.hub.node.settings.hostname == "hub")
    let before = cloud.hub.effects.count
    cloud.run(seconds: 10)
    #expect(!cloud.hub.effects[before...].contains { if case .inject(.inner) = $0 { true } else { false } })
  }
}
