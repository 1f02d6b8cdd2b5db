// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc

/// One thread's reactor: descriptors, one deadline, and closures of other threads.
///
/// A turn is: look at the deadline, wait, run the callbacks of ready descriptors in the order the kernel names them,
/// run what other threads enqueued, run the deadline's handler if it is due, run `afterTurn`. Level-triggered: what a
/// callback leaves unread is ready again. The loop belongs to the thread that runs it; only `waker` is for others.
public final class EventLoop {
  /// What a descriptor is ready for.
  public struct Readiness: OptionSet, Sendable {
    /// The bits of epoll.
    public let rawValue: UInt32
    /// Makes a set of epoll's bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// There is something to read, or a connection to accept, or the end.
    public static let readable = Readiness(rawValue: 0x1)
    /// There is room to write.
    public static let writable = Readiness(rawValue: 0x4)
    /// An error waits (EPOLLERR).
    public static let failed = Readiness(rawValue: 0x8)
    /// The other side is gone (EPOLLHUP).
    public static let hungUp = Readiness(rawValue: 0x10)
  }

  private final class Registration {
    let generation: UInt32
    var interest: Readiness
    let callback: (Readiness) -> Void
    init(_ generation: UInt32, _ interest: Readiness, _ callback: @escaping (Readiness) -> Void) {
      (self.generation, self.interest, self.callback) = (generation, interest, callback)
    }
  }

  /// When `onDeadline` shall run, in `MonotonicClock` nanoseconds; nil for never. Asked once a turn.
  public var nextDeadline: () -> Int64? = { nil }
  /// Runs when the deadline is due.
  public var onDeadline: () -> Void = {}
  /// Runs at the end of each turn: the place to send what the turn's callbacks gathered.
  public var afterTurn: () -> Void = {}
  /// The door for other threads.
  public let waker: LoopWaker

  private static let batchLimit = 64
  private let epoll: Descriptor
  private let timer: Descriptor
  private var registrations: [Int32: Registration] = [:]
  private var generation: UInt32 = 0
  private var armedDeadline: Int64?
  private let ready = UnsafeMutablePointer<clx_ready>.allocate(capacity: EventLoop.batchLimit)

  /// Makes a loop without descriptors or deadline.
  public init() throws(SystemError) {
    epoll = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), "open an epoll descriptor")
    timer = try Descriptor(timerfd_create(CLOCK_MONOTONIC, Int32(TFD_NONBLOCK) | Int32(TFD_CLOEXEC)), "open a timer descriptor")
    waker = try LoopWaker()
    // A timer that fired stays readable until it is set again, which `armTimer` does: nothing to read here.
    try add(timer.rawValue, .readable) { _ in }
    let waker = waker
    try add(waker.descriptor, .readable) { _ in waker.runQueued() }
  }

  deinit { ready.deallocate() }

  // MARK: Descriptors

  /// Watches a descriptor, which stays the caller's: remove it here before closing it.
  public func add(_ descriptor: Int32, _ interest: Readiness = .readable, _ callback: @escaping (Readiness) -> Void) throws(SystemError) {
    generation &+= 1
    try control(EPOLL_CTL_ADD, descriptor, interest, generation)
    registrations[descriptor] = Registration(generation, interest, callback)
  }

  /// Changes what a descriptor is watched for.
  public func setInterest(_ interest: Readiness, of descriptor: Int32) throws(SystemError) {
    guard let registration = registrations[descriptor], registration.interest != interest else { return }
    try control(EPOLL_CTL_MOD, descriptor, interest, registration.generation)
    registration.interest = interest
  }

  /// Stops watching a descriptor; nothing of it is delivered any more, even if it is ready in this very turn.
  public func remove(_ descriptor: Int32) {
    guard registrations.removeValue(forKey: descriptor) != nil else { return }
    _ = clx_epoll_control(epoll.rawValue, EPOLL_CTL_DEL, descriptor, 0, 0)
  }

  private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness, _ generation: UInt32) throws(SystemError) {
    let token = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    try check(clx_epoll_control(epoll.rawValue, operation, descriptor, interest.rawValue, token), "watch descriptor \(descriptor)")
  }

  // MARK: Turns

  /// Turns until `stop`.
  public func run() throws(SystemError) {
    while !waker.takeStop() { try turn() }
  }

  /// Ends `run` after the current turn. Other threads say `waker.stop()`.
  public func stop() { waker.stop() }

  /// One turn; waits at most `timeoutMilliseconds` (negative: until something happens).
  public func turn(timeoutMilliseconds: Int32 = -1) throws(SystemError) {
    let isDue = try armTimer()
    let count = clx_epoll_wait(epoll.rawValue, ready, Int32(EventLoop.batchLimit), isDue ? 0 : timeoutMilliseconds)
    if count < 0, Glibc.errno != EINTR { throw .last("wait for events") }
    for index in 0..<Int(max(0, count)) { dispatch(ready[index]) }
    if let deadline = nextDeadline(), deadline <= MonotonicClock.now() { onDeadline() }
    afterTurn()
  }

  private func dispatch(_ event: clx_ready) {
    let descriptor = Int32(bitPattern: UInt32(truncatingIfNeeded: event.token))
    // The generation tells a descriptor closed and opened again within one batch from its predecessor.
    guard let registration = registrations[descriptor], registration.generation == UInt32(event.token >> 32) else { return }
    registration.callback(Readiness(rawValue: event.events))
  }

  /// Sets the timer to the next deadline, to the nanosecond; true when that is due already.
  private func armTimer() throws(SystemError) -> Bool {
    let deadline = nextDeadline()
    if let deadline, deadline <= MonotonicClock.now() { return true }
    guard deadline != armedDeadline else { return false }
    var setting = itimerspec()
    if let deadline {
      setting.it_value = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
    }
    try check(timerfd_settime(timer.rawValue, Int32(TFD_TIMER_ABSTIME), &setting, nil), "set the loop's timer")
    armedDeadline = deadline
    return false
  }
}
