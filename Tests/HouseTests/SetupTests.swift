// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation
import Testing

/// `scripts/setup` in front of a package system that is not there: its commands are stubs that say what they were asked.
@Suite("scripts/setup installs what a fresh Debian lacks, and says so")
struct SetupTests {
  /// What a run of the script printed, and how it ended.
  struct Outcome {
    var status: Int32
    var lines: [String]
  }

  static let program = ["libncurses-dev", "libreadline-dev"]

  /// Runs the script where only `installed` packages are there.
  private static func run(_ what: String, installed: [String] = [], isRoot: Bool = true, knowsPackages: Bool = true) throws -> Outcome {
    let directory = FileManager.default.temporaryDirectory.appending(path: "setup-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let stubs = [
      "swift": "exit 0", "id": "echo \(isRoot ? 0 : 1000)", "sudo": "exit 1", "systemctl": "exit 0",
      "dpkg-query": "case \" \(installed.joined(separator: " ")) \" in *\" ${@: -1} \"*) echo -n installed ;; *) exit 1 ;; esac",
      "apt-get": "case \"$*\" in *--simulate*) exit \(knowsPackages ? 0 : 100) ;; esac; echo \"apt-get called: $*\"",
    ]
    for (name, text) in stubs {
      let path = directory.appending(path: name)
      try "#!/bin/bash\n\(text)\n".write(to: path, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.path)
    }
    return try run(Repository.root.appending(path: "scripts/setup"), what, path: "\(directory.path):/usr/bin:/bin")
  }

  private static func run(_ script: URL, _ what: String, path: String) throws -> Outcome {
    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [script.path, what]
    process.environment = ["PATH": path]
    (process.standardInput, process.standardOutput, process.standardError) = (FileHandle.nullDevice, output, output)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, lines: text.split(separator: "\n").map(String.init))
  }

  /// The packages that `what` wants, as the script itself names them when it may not install.
  private static func wanted(_ what: String) throws -> [String] {
    let said = try run(what, isRoot: false)
    #expect(said.status == 1)
    #expect(!said.lines.contains { $0.hasPrefix("apt-get called") })
    let line = try #require(said.lines.last { $0.hasPrefix("  apt-get install ") })
    return line.dropFirst("  apt-get install ".count).split(separator: " ").map(String.init)
  }

  @Test("without root and sudo it names the packages and stops")
  func noRoot() throws {
    #expect(try Self.wanted("run").starts(with: Self.program))
    #expect(try Self.wanted("test").starts(with: Self.wanted("run")))
  }

  @Test("what is there is not installed again; when all is there it does nothing and says nothing", arguments: ["run", "test"])
  func nothingMissing(_ what: String) throws {
    let wanted = try Self.wanted(what)
    let said = try Self.run(what, installed: wanted, isRoot: false)
    #expect(said.status == 0 && said.lines.isEmpty)
    let rest = try Self.run(what, installed: Array(wanted.dropFirst()))
    #expect(rest.status == 0)
    let call = "-q -y install --no-install-recommends \(wanted[0])"
    #expect(rest.lines == ["setup: apt-get \(call)", "apt-get called: \(call)"])
  }

  @Test("lists of packages that are empty or old are brought up to date first")
  func update() throws {
    let said = try Self.run("run", knowsPackages: false)
    #expect(said.lines.first == "setup: apt-get -q update" && said.lines.dropFirst(2).first?.hasPrefix("setup: apt-get -q -y install") == true)
  }

  /// Commands that no package of a minimal Debian (debootstrap --variant=minbase, git, make, compiler) brings.
  static let commands = [
    "ip": "iproute2", "iptables": "iptables", "ping": "iputils-ping", "ps": "procps", "sysctl": "procps", "tcpdump": "tcpdump", "tmux": "tmux",
    "traceroute": "traceroute", "tshark": "tshark", "vtysh": "frr", "busybox": "busybox-static", "linux.uml": "user-mode-linux",
    "nft": "nftables", "python3": "python3", "jq": "jq", "socat": "socat", "pgrep": "procps", "xxd": "xxd", "ethtool": "ethtool",
    "strace": "strace", "modprobe": "kmod", "cpio": "cpio", "ssh": "openssh-client", "curl": "curl", "nc": "netcat-openbsd", "file": "file",
  ]

  @Test("every command that the tests and scripts start and a bare Debian has not is in a package of the list")
  func commandsOfTheTests() throws {
    let wanted = Set(try Self.wanted("test"))
    let scripts = HousekeepingTests.scripts().map { ($0, try? Repository.text($0)) }
    let tests = Repository.files(in: "Tests/SystemTests", endings: ["swift"]).map { ($0, try? Repository.text($0)) }
    for (command, package) in Self.commands.sorted(by: { $0.key < $1.key }) where !wanted.contains(package) {
      // At the start of a command: of a line, behind `exec NAME`, a pipe, a quote that opens a shell's text.
      let name = NSRegularExpression.escapedPattern(for: command)
      let pattern = try Regex("(?m)(?:^\\s*|[|;&(]\\s*|\\b(?:run|exec|sudo)\\(?\"?\\s*(?:\\S+ )?)\(name) -?\\w")
      for (path, text) in scripts + tests where (text ?? "").contains(pattern) {
        Issue.record("\(path): starts `\(command)` of the package \(package), which scripts/setup does not install")
      }
    }
  }
}
