// SPDX-License-Identifier: GPL-3.0-or-later
import LinuxNet
import NodeRuntime
import ProtocolKit
import Wire

/// The workers as the control thread sees them: one that is told, and one that answers.
///
/// Commands are gathered while the effects of one turn are gone through, and go out in one piece: one wake a worker and turn.
final class WorkerGroup {
  /// Where all workers report.
  let reports: Mailbox<WorkerReport>
  private let workers: [ForwardingWorker]
  private var threads: [WorkerThread] = []
  private var gathered: [[WorkerCommand]]
  private var lastTicket: UInt64 = 0
  private var parts: [DataPlaneCounters?]
  private var associationUsages: [UInt32: (answers: Int, packets: UInt64)] = [:]
  private var usages: [NextHopKey: (answers: Int, packets: UInt64)] = [:]

  /// Reports of workers that may wait; punts are bounded more tightly by their gates.
  private static let reportLimit = 16_384

  init(count: Int, startNanoseconds: Int64, hashSeed: UInt64) throws(SystemError) {
    let reports = try Mailbox<WorkerReport>(limit: Self.reportLimit)
    self.reports = reports
    var made: [ForwardingWorker] = []
    for index in 0..<max(1, count) {
      made.append(try ForwardingWorker(index: index, startNanoseconds: startNanoseconds, hashSeed: hashSeed, reports: reports))
    }
    workers = made
    gathered = Array(repeating: [], count: made.count)
    parts = Array(repeating: nil, count: made.count)
  }

  /// How many there are.
  var count: Int { workers.count }

  func start() throws(SystemError) {
    for worker in workers { threads.append(try worker.start()) }
  }

  /// Lets the workers finish what they were told, and waits for their ends.
  func stop() {
    tellAll(.stop)
    flush()
    for thread in threads { thread.join() }
    threads = []
  }

  // MARK: Telling

  func tellAll(_ command: WorkerCommand) {
    for i in gathered.indices { gathered[i].append(command) }
  }

  /// An outbound association counts its packets once for all workers: two cores must never use one number twice (RFC 4106 §2, RFC 4303 §3.3.3).
  func shared(_ change: DataPlaneChange) -> DataPlaneChange {
    guard workers.count > 1, case .associate(var association) = change, association.direction == .outbound,
      association.sequence == nil
    else { return change }
    association.sequence = SharedSequence()
    return .associate(association)
  }

  func tell(_ worker: Int, _ command: WorkerCommand) { gathered[worker].append(command) }

  /// A packet of the control side goes out by the first worker: it is one packet, and each worker can send everywhere.
  func inject(_ packet: InjectedPacket) { gathered[0].append(.inject(packet)) }

  /// Sends what was gathered.
  func flush() {
    for i in gathered.indices where !gathered[i].isEmpty {
      workers[i].commands.post(gathered[i])
      gathered[i].removeAll(keepingCapacity: true)
    }
  }

  // MARK: Answers

  /// The control side has handled `count` punts.
  func released(_ count: Int, of worker: Int) {
    guard workers[worker].gate.release(count) else { return }
    tell(worker, .resumePunts)
    flush()
  }

  /// Asks all workers for their counters; the sum comes out of `collect`.
  func askForCounters() {
    lastTicket += 1
    parts = Array(repeating: nil, count: parts.count)
    tellAll(.count(lastTicket))
    flush()
  }

  /// Takes one worker's answer; gives the sum once all have answered the last question.
  func collect(_ worker: Int, ticket: UInt64, _ counters: DataPlaneCounters) -> DataPlaneCounters? {
    guard ticket == lastTicket else { return nil }
    parts[worker] = counters
    let all = parts.compactMap { $0 }
    return all.count == parts.count ? DataPlaneCounters.sum(all) : nil
  }

  /// Usage is the sum over all workers; other notices pass as they are.
  func merge(_ notice: DataPlaneNotice) -> DataPlaneNotice? {
    guard workers.count > 1 else { return notice }
    // Only the worker that an SPI falls to has opened packets of it; the zeros of the others say nothing.
    if case .associationUsage(let spi, let packets) = notice { return mergeUsage(spi, packets) }
    guard case .usage(let id, let hop, let packets) = notice else { return notice }
    let key = NextHopKey(interface: id, nextHop: hop)
    var usage = usages[key] ?? (0, 0)
    usage = (usage.answers + 1, usage.packets &+ packets)
    usages[key] = usage.answers < workers.count ? usage : nil
    return usage.answers < workers.count ? nil : .usage(id, nextHop: hop, packets: usage.packets)
  }

  private func mergeUsage(_ spi: UInt32, _ packets: UInt64) -> DataPlaneNotice? {
    var usage = associationUsages[spi] ?? (0, 0)
    usage = (usage.answers + 1, usage.packets &+ packets)
    associationUsages[spi] = usage.answers < workers.count ? usage : nil
    return usage.answers < workers.count ? nil : .associationUsage(spi: spi, packets: usage.packets)
  }
}
