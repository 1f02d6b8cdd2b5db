// SPDX-License-Identifier: GPL-3.0-or-later
import Testing

extension SystemSuite {
  /// The bench proves itself, so that a failure elsewhere is the program's.
  @Suite("The bench", .requires(.root, .tun, .tcpdump, .tshark))
  struct BenchTests {
    @Test("two namespaces on the underlay's bridge see each other, and a capture sees them")
    func namespaces() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let (router, _) = try await bench.surroundings(of: .spoke(1), on: underlay)
        let capture = try await bench.capture("br0", in: underlay)
        let result = try await router.ping("198.51.100.254", count: 2)
        try await capture.stop()
        #expect(result.received == 2)
        #expect(try await capture.count(where: "icmp.type == 8") == 2)
      }
    }

    @Test("FRR's spoke registers with FRR's hub, in two guests on one bridge", .requires(.guest, .frr))
    func guests() async throws {
      try await Bench.with { bench in
        let underlay = try await bench.underlay()
        let capture = try await bench.capture("br0", in: underlay)
        async let hub = bench.frrSite(.hub, on: underlay, holdTimeSeconds: 30)
        async let spoke = bench.frrSite(.spoke(1), on: underlay, holdTimeSeconds: 30, options: "--nhs dynamic")
        let (hubGuest, spokeGuest) = try await (hub, spoke)
        try await eventually("the spoke is in the hub's cache", contains: ["10.0.0.11", "198.51.100.11"]) {
          try await hubGuest.vtysh("show ip nhrp cache")
        }
        let ping = try await spokeGuest.run("ip netns exec lan ping -n -c 3 -i 0.2 -W 2 192.168.1.2")
        #expect(PingResult(ping).received == 3, "\(ping)")
        try await capture.stop()
        #expect(try await capture.count(where: "nhrp.hdr.op.type == 4") >= 1)
      }
    }

    @Test("a guest's command has its own output and status, and many run at once", .requires(.guest))
    func guestCommands() async throws {
      try await Bench.with { bench in
        let guest = try await bench.guest("one", on: try await bench.underlay())
        try await guest.ready()
        let slow = Task { try await guest.attempt("sleep 1; echo slow") }
        #expect(try await guest.attempt("echo quick; exit 3").status == 3)
        #expect(try await guest.run("uname -n") == "one\n")
        #expect(try await slow.value.output == "slow\n")
      }
    }
  }
}
