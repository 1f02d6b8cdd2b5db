// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc
import LinuxNet
import NodeRuntime

/// The consoles of a node: who is connected, by socket or in this process, and what they may do.
///
/// Roles follow from who connects, as the kernel vouches for it: root and the node's own user are operators; others, whom
/// only `--socket-group` lets in, are readers. What a client says of itself in `hello` is not believed, but for its terminal.
final class ConsoleSessions {
  private enum Link {
    case socket(FramedConnection)
    case local(LocalChannel)
  }

  private struct Session {
    var link: Link
    var hasGreeted = false
  }

  /// More consoles than this are refused: each may hold a picture's worth of unsent bytes.
  private static let limit = 64

  private let loop: EventLoop
  private let socket: ControlSocket
  private let encoder: ReplyEncoder
  private let doors: Mailbox<LocalChannel>
  private var sessions: [SessionID: Session] = [:]
  private var lastID: UInt32 = 0
  /// Sessions that were closed for breaking the rules.
  private(set) var malformed: UInt64 = 0

  /// What a console asks.
  var onRequest: (SessionID, ConsoleRequest) -> Void = { _, _ in }
  /// A console that had greeted is gone.
  var onClosed: (SessionID) -> Void = { _ in }
  /// What the log should know.
  var complain: (String) -> Void = { _ in }

  init(loop: EventLoop, socket: ControlSocket, doors: Mailbox<LocalChannel>) throws(SystemError) {
    (self.loop, self.socket, self.doors) = (loop, socket, doors)
    encoder = try ReplyEncoder()
  }

  /// Begins to accept.
  func open() throws(SystemError) {
    try loop.add(socket.descriptor) { [unowned self] _ in acceptAll() }
    try loop.receive(from: encoder.encoded) { [unowned self] in send($0.bytes, to: $0.session) }
    try loop.receive(from: doors) { [unowned self] in admit($0) }
  }

  // MARK: Coming

  private func acceptAll() {
    do throws(SystemError) {
      while let connection = try socket.accept() { try admit(connection) }
    } catch {
      complain("\(error)")
    }
  }

  private func admit(_ connection: FramedConnection) throws(SystemError) {
    guard sessions.count < Self.limit else { return }
    let id = nextID()
    let role = Role(connection.peer)
    try connection.attach(
      to: loop, onMessage: { [unowned self] _, bytes in take(bytes, id, role) },
      onEnd: { [unowned self] _, ending in end(id, ending) })
    sessions[id] = Session(link: .socket(connection))
  }

  private func admit(_ channel: LocalChannel) {
    let id = nextID()
    sessions[id] = Session(link: .local(channel))
    do throws(SystemError) {
      try loop.add(channel.requests.descriptor) { [unowned self] _ in
        for request in channel.requests.takeAll() { greetOrPass(request, id, .own) }
        if channel.isClosed { drop(id) }
      }
    } catch {
      channel.close()
      drop(id)
    }
  }

  private func nextID() -> SessionID {
    lastID += 1
    return SessionID(lastID)
  }

  // MARK: Requests

  private func take(_ bytes: [UInt8], _ id: SessionID, _ role: Role) {
    guard sessions[id] != nil else { return }
    guard let request = try? ConsoleCodec.decodeRequest(bytes) else { return refuse(id) }
    greetOrPass(request, id, role)
  }

  /// A session begins with `hello`.
  private func greetOrPass(_ request: ConsoleRequest, _ id: SessionID, _ role: Role) {
    if case .hello(_, let terminal, _) = request {
      sessions[id]?.hasGreeted = true
      return onRequest(id, .hello(user: role.user, terminal: Role.printable(terminal), isOperator: role.isOperator))
    }
    guard sessions[id]?.hasGreeted == true else { return refuse(id) }
    onRequest(id, request)
  }

  private func refuse(_ id: SessionID) {
    malformed &+= 1
    complain("session \(id.rawValue) sent what is no request: closed")
    drop(id)
  }

  // MARK: Replies

  func reply(_ reply: ConsoleReply, to id: SessionID) {
    switch sessions[id]?.link {
    case .socket: encoder.encode(reply, for: id)
    case .local(let channel): channel.replies.post(reply)
    case nil: break
    }
  }

  private func send(_ bytes: [UInt8], to id: SessionID) {
    guard case .socket(let connection)? = sessions[id]?.link else { return }
    do throws(SystemError) {
      try connection.send(bytes, on: loop)
    } catch {
      complain("session \(id.rawValue): \(error)")
      drop(id)
    }
  }

  // MARK: Going

  private func end(_ id: SessionID, _ ending: FramedConnection.Ending) {
    if case .failed(let error) = ending {
      malformed &+= 1
      complain("session \(id.rawValue): \(error)")
    }
    drop(id)
  }

  /// Closes a session from this side. The node hears of it once.
  func drop(_ id: SessionID) {
    guard let session = sessions.removeValue(forKey: id) else { return }
    switch session.link {
    case .socket(let connection): connection.detach(from: loop)
    case .local(let channel):
      loop.remove(channel.requests.descriptor)
      channel.close()
    }
    if session.hasGreeted { onClosed(id) }
  }

  /// Sends what is still to be said, as far as it is taken at once, and closes all.
  func close() {
    loop.remove(socket.descriptor)
    encoder.stop()
    for item in encoder.encoded.takeAll() { send(item.bytes, to: item.session) }
    onClosed = { _ in }
    for id in sessions.keys.sorted() { drop(id) }
  }
}

/// What a client may do.
private struct Role {
  var user: String
  var isOperator: Bool

  init(_ peer: PeerCredentials) {
    user = peer.userName
    isOperator = peer.userID == 0 || peer.userID == geteuid()
  }

  private init(user: String, isOperator: Bool) { (self.user, self.isOperator) = (user, isOperator) }

  /// The console in this process.
  static var own: Role { Role(user: Accounts.userName(geteuid()) ?? String(geteuid()), isOperator: true) }

  /// A terminal's name: short, and without anything that moves a cursor.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(32).filter { $0.value > 32 && $0.value < 127 }))
  }
}
