// SPDX-License-Identifier: GPL-3.0-or-later
import IPsecCrypto
import LinuxNet

/// Threads that do key jobs, so that a key exchange of milliseconds never keeps the control thread from a packet.
///
/// Jobs are handed to the threads in turn and are many and alike, so that no queue is needed that all share. What finds a thread's
/// queue full fails at once: IKE treats that as a busy moment and its peers ask again.
final class KeyPool {
  /// A job and its number.
  private struct Order: Sendable {
    let id: UInt64
    let job: KeyJob
  }

  /// A result and its job's number.
  struct Result: Sendable {
    let id: UInt64
    let result: KeyResult
  }

  /// Jobs that may wait at one thread: a few seconds' work; who waits longer has given up.
  private static let queueLimit = 4_096
  /// What a stopping thread is told.
  private static let stopID = UInt64.max

  /// Where the results come.
  let results: Mailbox<Result>
  private var queues: [Mailbox<Order>] = []
  private var threads: [WorkerThread] = []
  private var next = 0

  /// A pool of `count` threads, not started yet.
  init(count: Int) throws(SystemError) {
    results = try Mailbox(limit: KeyPool.queueLimit * 4)
    for _ in 0..<max(1, count) { queues.append(try Mailbox(limit: KeyPool.queueLimit)) }
  }

  /// Starts the threads.
  func start() throws(SystemError) {
    for (number, queue) in queues.enumerated() {
      let results = results
      threads.append(try WorkerThread.start(name: "keys-\(number)") { KeyPool.work(queue, results) })
    }
  }

  private static func work(_ queue: Mailbox<Order>, _ results: Mailbox<Result>) {
    guard let loop = try? EventLoop() else { return }
    let provider = OpenSSLKeyProvider()
    try? loop.receive(from: queue) { order in
      guard order.id != stopID else { return loop.stop() }
      results.post(Result(id: order.id, result: provider.perform(order.job)))
    }
    try? loop.run()
  }

  /// Has a job done; its result comes by `results`.
  func perform(_ id: UInt64, _ job: KeyJob) {
    next = (next + 1) % queues.count
    guard !queues[next].post(Order(id: id, job: job)) else { return }
    results.post(Result(id: id, result: .failed(.failed("too many key jobs wait"))))
  }

  /// Lets the threads finish what they have, and waits for their ends.
  func stop() {
    for queue in queues { queue.post(Order(id: KeyPool.stopID, job: .random(count: 0))) }
    for thread in threads { thread.join() }
    threads = []
  }
}
