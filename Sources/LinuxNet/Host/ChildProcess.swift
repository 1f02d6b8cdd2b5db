// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// Other programs: one started to live on its own, or one asked for its output.
public enum ChildProcess {
  /// Where a detached program's output goes.
  public enum Output: Sendable, Equatable {
    /// Nowhere.
    case discard
    /// Behind what the file holds already; made with mode 0600.
    case append(path: String)
  }

  /// Starts `executable` in a session of its own: no terminal, no blocked signal, no descriptor of ours. Its input
  /// is empty. `arguments` leave the program's name out; nil `environment` hands ours on. Returns the process' number.
  ///
  /// It stays a child: whoever outlives it reaps it (`waitpid`).
  public static func spawnDetached(
    _ executable: String, _ arguments: [String], environment: [String]? = nil, output: Output = .discard
  ) throws(SystemError) -> Int32 {
    let actions = SpawnActions()
    actions.open("/dev/null", O_RDONLY, as: 0)
    switch output {
    case .discard: actions.open("/dev/null", O_WRONLY, as: 1)
    case .append(let path): actions.open(path, O_WRONLY | O_CREAT | O_APPEND, as: 1)
    }
    actions.duplicate(1, as: 2)
    return try spawn(executable, arguments, environment, actions, newSession: true)
  }

  /// Runs a program and returns its exit code and the first MiB of its output; kills it after `timeoutMilliseconds`.
  public static func capture(
    _ executable: String, _ arguments: [String], timeoutMilliseconds: Int64 = 2000
  ) throws(SystemError) -> (exitCode: Int32, output: String) {
    var ends: [Int32] = [-1, -1]
    try check(clx_pipe(&ends), "make a pipe")
    let reading = Descriptor(owning: ends[0])
    let processID: Int32
    do {
      let writing = Descriptor(owning: ends[1])
      let actions = SpawnActions()
      actions.open("/dev/null", O_RDONLY, as: 0)
      actions.duplicate(writing.rawValue, as: 1)
      actions.open("/dev/null", O_WRONLY, as: 2)
      processID = try spawn(executable, arguments, nil, actions, newSession: false)
    }
    let output = readAll(reading.rawValue, until: MonotonicClock.now() + timeoutMilliseconds * 1_000_000)
    if output == nil { kill(processID, SIGKILL) }
    var status: Int32 = 0
    _ = retrying { Int(waitpid(processID, &status, 0)) }
    guard let output else { throw SystemError(call: "run \(executable)", errno: ETIMEDOUT) }
    return (clx_exit_code(status), output)
  }

  /// All output up to its end (or 1 MiB, when the rest is read and dropped); nil when the time is over first.
  private static func readAll(_ descriptor: Int32, until end: Int64) -> String? {
    var bytes: [UInt8] = []
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 8)
    defer { chunk.deallocate() }
    while true {
      let left = (end - MonotonicClock.now()) / 1_000_000
      guard left > 0 else { return nil }
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, Int32(clamping: left)) > 0 else { continue }
      let count = retrying { read(descriptor, chunk.baseAddress, chunk.count) }
      if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
      if bytes.count < 1 << 20 { bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[0..<count])) }
    }
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String]?, _ actions: SpawnActions, newSession: Bool
  ) throws(SystemError) -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var error = clx_spawn_attributes(&attributes, newSession ? 1 : 0)
    var processID: pid_t = 0
    if error == 0 {
      actions.closeRest()
      error = withCStrings([executable] + arguments) { argv in
        guard let environment else {
          return posix_spawn(&processID, executable, &actions.actions, &attributes, argv, clx_environment())
        }
        return withCStrings(environment) { posix_spawn(&processID, executable, &actions.actions, &attributes, argv, $0) }
      }
    }
    guard error == 0 else { throw SystemError(call: "start \(executable)", errno: error) }
    return processID
  }

  /// A null-terminated array of C strings for the duration of `body`.
  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the array holds its terminator at least") }
      return body(base)
    }
  }
}

/// What a child does with its descriptors before it starts.
private final class SpawnActions {
  var actions = posix_spawn_file_actions_t()

  init() { posix_spawn_file_actions_init(&actions) }
  deinit { posix_spawn_file_actions_destroy(&actions) }

  func open(_ path: String, _ flags: Int32, as number: Int32) {
    posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
  }
  func duplicate(_ descriptor: Int32, as number: Int32) { posix_spawn_file_actions_adddup2(&actions, descriptor, number) }
  func closeRest() { _ = clx_spawn_close_from(&actions, 3) }
}
