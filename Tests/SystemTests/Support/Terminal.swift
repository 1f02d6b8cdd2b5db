// SPDX-License-Identifier: GPL-3.0-or-later
import Foundation

/// A program in a terminal of a tmux server of its own: keys go in, the screen and every byte of it come out.
///
/// A shell runs the program, so that what it leaves behind can be looked at: its status, and the terminal's settings before
/// and after. The shell begins when the bytes are being recorded.
final class Terminal: Sendable {
  /// Where the program runs, and where what it leaves is found.
  let directory: URL
  private let socket: String

  /// Starts `command` with exactly this terminal and this surroundings.
  static func start(
    _ command: String, in directory: URL, columns: Int = 80, rows: Int = 24, term: String = "tmux-256color",
    environment: [String: String] = [:]
  ) async throws -> Terminal {
    let place = directory.appending(path: "terminal-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let terminal = Terminal(directory: place)
    var variables = ["LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": term, "XDG_STATE_HOME": place.path, "TZ": "UTC"]
    variables.merge(environment) { $1 }
    let settings = variables.sorted { $0.key < $1.key }.map { "\($0.key)=\(Shell.quote($0.value))" }.joined(separator: " ")
    let script = """
      cd \(Shell.quote(place.path)); stty -echo; read -r go; stty echo; stty -g >before
      env -u NO_COLOR -u COLORTERM -u TMUX \(settings) \(command)
      echo $? >status; stty -g >after; echo; echo "ended with status $(cat status)"; sleep 1000
      """
    try script.write(to: place.appending(path: "script"), atomically: true, encoding: .utf8)
    try await terminal.tmux("new-session -d -x \(columns) -y \(rows) \(Shell.quote("exec bash --norc \(place.path)/script"))")
    try await terminal.tmux("set-option -g status off; \(terminal.prefix) set-option -g remain-on-exit on")
    try await terminal.resize(columns: columns, rows: rows)
    try await terminal.tmux("pipe-pane -O \(Shell.quote("cat >\(place.path)/bytes"))")
    try await terminal.press("Enter")
    return terminal
  }

  private init(directory: URL) {
    self.directory = directory
    socket = directory.appending(path: "tmux").path
  }

  private var prefix: String { "env -u TMUX LC_ALL=C.UTF-8 tmux -S \(Shell.quote(socket)) -f /dev/null" }

  @discardableResult
  private func tmux(_ command: String) async throws -> String { try await Shell.run("\(prefix) \(command)") }

  /// Ends the server and with it everything in the terminal that listens to a hang-up.
  func stop() async { _ = try? await Shell.attempt("\(prefix) kill-server") }

  // MARK: In

  /// Types text as it is.
  func type(_ text: String) async throws { try await tmux("send-keys -l -- \(Shell.quote(text))") }

  /// Presses keys by tmux's names: `Enter`, `Up`, `M-2`, `F3`, `C-c`.
  func press(_ keys: String...) async throws { try await tmux("send-keys \(keys.joined(separator: " "))") }

  /// Types a command and enters it.
  func enter(_ line: String) async throws {
    try await type(line)
    try await press("Enter")
  }

  func resize(columns: Int, rows: Int) async throws { try await tmux("resize-window -x \(columns) -y \(rows)") }

  /// Takes the terminal away, as a lost connection does.
  func hangUp() async throws { try await tmux("kill-pane") }

  // MARK: Out

  /// What is on the screen.
  func screen() async throws -> String { try await tmux("capture-pane -p") }

  /// The screen's rows, all of them.
  func rows() async throws -> [String] {
    try await screen().split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// Waits until every one of `parts` is on the screen, and returns the screen.
  @discardableResult
  func shows(_ parts: String..., timeout: Duration = .seconds(10)) async throws -> String {
    try await eventually("the screen shows \(parts)", contains: parts, timeout: timeout) { try await self.screen() }
  }

  /// Waits until the screen is as `condition` wants it.
  @discardableResult
  func shows(_ what: String, timeout: Duration = .seconds(10), where condition: (String) -> Bool) async throws -> String {
    var seen = ""
    try await eventually(what, timeout: timeout, lastSeen: { seen }) {
      seen = try await self.screen()
      return condition(seen)
    }
    return seen
  }

  /// Every byte the program has sent to the terminal.
  func bytes() -> [UInt8] { (try? Data(contentsOf: directory.appending(path: "bytes"))).map(Array.init) ?? [] }

  /// Whether the alternate screen is shown.
  func isAlternate() async throws -> Bool { try await tmux("display-message -p '#{alternate_on}'").hasPrefix("1") }

  /// The program's status when it has ended within `timeout`.
  func status(timeout: Duration = .seconds(10)) async throws -> Int32 {
    var status: Int32?
    try await eventually("the program in the terminal ends", timeout: timeout) {
      status = self.file("status").flatMap { Int32($0) }
      return status != nil && self.file("after") != nil
    }
    return status ?? -1
  }

  /// Whether the terminal's settings are what they were before the program.
  var isSane: Bool { file("before") != nil && file("before") == file("after") }

  private func file(_ name: String) -> String? {
    let text = try? String(contentsOf: directory.appending(path: name), encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    return text?.isEmpty == false ? text : nil
  }
}

extension Bench {
  /// A terminal with a program in it.
  func terminal(
    _ command: String, columns: Int = 80, rows: Int = 24, term: String = "tmux-256color", environment: [String: String] = [:]
  ) async throws -> Terminal {
    let terminal = try await Terminal.start(
      command, in: directory, columns: columns, rows: rows, term: term, environment: environment)
    undo { await terminal.stop() }
    return terminal
  }
}
