// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// Why a name has no address.
public struct ResolveError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The name.
  public let name: String
  /// The resolver's sentence.
  public let reason: String
  /// Whether asking again later may help (EAI_AGAIN).
  public let isTemporary: Bool

  /// `resolve hub.example.net: Name or service not known`
  public var description: String { "resolve \(name): \(reason)" }
}

/// Looks names up without stopping the loop: the C library's resolver on threads of its own, answers on the loop's.
public final class Resolver {
  /// What a lookup gives: the addresses in the resolver's order of preference, each once.
  public typealias Answer = Result<[IPAddress], ResolveError>

  private struct Pending {
    let name: String
    let family: Int32
    let completion: (Answer) -> Void
    var thread: WorkerThread?
  }

  private struct Reply: Sendable {
    let ticket: UInt64
    let answer: Answer
  }

  /// Lookups under way at once; a slow name server must not cost a thread per question.
  private static let threadLimit = 4

  private let mailbox: Mailbox<Reply>
  private var pending: [UInt64: Pending] = [:]
  private var waiting: [UInt64] = []
  private var lastTicket: UInt64 = 0
  private var running = 0

  /// Makes a resolver that answers on `loop`, which must not outlive it.
  public init(loop: EventLoop) throws(SystemError) {
    mailbox = try Mailbox()
    try loop.receive(from: mailbox) { [weak self] in self?.finish($0) }
  }

  /// Looks `name` up; a literal address needs no lookup but takes the same way. `completion` runs on the loop's thread.
  public func resolve(_ name: String, includingIPv6: Bool = false, _ completion: @escaping (Answer) -> Void) {
    lastTicket += 1
    let family = includingIPv6 ? AF_UNSPEC : AF_INET
    pending[lastTicket] = Pending(name: name, family: family, completion: completion)
    if let address = IPAddress(name) {
      mailbox.post(Reply(ticket: lastTicket, answer: .success([address])))
    } else {
      waiting.append(lastTicket)
      startWaiting()
    }
  }

  private func startWaiting() {
    while running < Self.threadLimit, let ticket = waiting.first {
      waiting.removeFirst()
      guard let question = pending[ticket] else { continue }
      let name = question.name
      let work = lookUpWork(ticket, question)
      do throws(SystemError) {
        pending[ticket]?.thread = try WorkerThread.start(name: "resolver", work)
        running += 1
      } catch {
        mailbox.post(Reply(ticket: ticket, answer: .failure(ResolveError(name: name, reason: "\(error)", isTemporary: true))))
      }
    }
  }

  private func lookUpWork(_ ticket: UInt64, _ question: Pending) -> @Sendable () -> Void {
    let name = question.name
    let family = question.family
    let mailbox = self.mailbox
    return { mailbox.post(Reply(ticket: ticket, answer: Self.lookUp(name, family))) }
  }

  private func finish(_ reply: Reply) {
    guard let done = pending.removeValue(forKey: reply.ticket) else { return }
    if let thread = done.thread {
      thread.join()  // it has posted its answer: it is ending
      running -= 1
    }
    startWaiting()
    done.completion(reply.answer)
  }

  /// The blocking lookup itself.
  public static func lookUp(_ name: String, includingIPv6: Bool = false) -> Answer {
    lookUp(name, includingIPv6 ? AF_UNSPEC : AF_INET)
  }

  private static func lookUp(_ name: String, _ family: Int32) -> Answer {
    var hints = addrinfo()
    hints.ai_family = family
    hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(name, nil, &hints, &list)
    guard code == 0 else { return .failure(failure(name, code)) }
    defer { freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = list
    while let entry = next {
      if let raw = entry.pointee.ai_addr, let address = ipAddress(from: raw, length: entry.pointee.ai_addrlen),
        !addresses.contains(address)
      {
        addresses.append(address)
      }
      next = entry.pointee.ai_next
    }
    return .success(addresses)
  }

  private static func failure(_ name: String, _ code: Int32) -> ResolveError {
    ResolveError(name: name, reason: String(cString: gai_strerror(code)), isTemporary: code == EAI_AGAIN)
  }
}
