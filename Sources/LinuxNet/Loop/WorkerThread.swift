// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// A thread of the operating system that runs one closure. No executor, no priorities: a name and a join.
public final class WorkerThread: @unchecked Sendable {
  // `handle` and `isRunning` are written once before the object is handed out; `isJoined` belongs to whoever joins.
  private var handle = pthread_t()
  private var isJoined = false
  private var isRunning = false

  private final class Body {
    let name: String
    let processor: Int?
    let run: () -> Void
    init(_ name: String, _ processor: Int?, _ run: @escaping () -> Void) { (self.name, self.processor, self.run) = (name, processor, run) }
  }

  private init() {}

  /// Starts a thread that runs `body`, pinned to one processor where asked. The name is cut to 15 bytes.
  public static func start(
    name: String, processor: Int? = nil, _ body: sending @escaping () -> Void
  ) throws(SystemError) -> WorkerThread {
    let thread = WorkerThread()
    let box = Unmanaged.passRetained(Body(name, processor, body))
    let error = pthread_create(&thread.handle, nil, { WorkerThread.main($0) }, box.toOpaque())
    guard error == 0 else {
      box.release()
      throw SystemError(call: "start thread \(name)", errno: error)
    }
    thread.isRunning = true
    return thread
  }

  /// A thread that nobody joined goes on alone and frees itself at its end.
  deinit {
    if isRunning, !isJoined { pthread_detach(handle) }
  }

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
    clx_name_thread(body.name)
    if let processor = body.processor { _ = clx_pin_thread(Int32(clamping: processor)) }
    body.run()
    return nil
  }

  /// Waits until the closure has returned. Only one thread may join, and only once; a second call does nothing.
  public func join() {
    guard !isJoined else { return }
    isJoined = true
    pthread_join(handle, nil)
  }

  /// How many processors this process may use.
  public static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
