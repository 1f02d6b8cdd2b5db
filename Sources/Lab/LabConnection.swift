// SPDX-License-Identifier: GPL-3.0-or-later
import NodeRuntime
import ProtocolKit

/// A console's line to one node of a cloud in the same process; `console NODE` moves it to another.
public final class LabConnection: NodeConnection {
  /// The node it leads to.
  public private(set) var node: Int

  private let cloud: Cloud
  private let session = SessionID(1)
  private var replies: [ConsoleReply] = []
  private var hello: ConsoleRequest?
  /// Set by the owner: brings the cloud up to the present before a request is served.
  private let catchUp: () -> Void

  /// A line to node `node` of `cloud`. `catchUp` runs the cloud to the present.
  public init(_ cloud: Cloud, node: Int, catchUp: @escaping () -> Void) {
    (self.cloud, self.node, self.catchUp) = (cloud, node, catchUp)
    cloud.onReply = { [weak self] i, _, reply in
      guard let self, i == self.node else { return }
      self.replies.append(reply)
    }
  }

  /// Readable when `receive` has something; nil for a connection the console asks by itself.
  public var readableDescriptor: Int32? { nil }
  /// Whether the node is still there.
  public var isOpen: Bool { true }

  /// The replies that have arrived, oldest first.
  public func receive() -> [ConsoleReply] {
    defer { replies.removeAll(keepingCapacity: true) }
    return replies
  }

  /// Queues a request; never blocks.
  public func send(_ request: ConsoleRequest) {
    catchUp()
    switch request {
    case .hello: hello = request
    case .execute(let id, let line):
      if let target = moveTarget(line) { return move(to: target, id) }
    case .complete(let id, let line):
      if let words = nameCompletions(line) {
        replies.append(.completions(id: id, words: words))
        return
      }
    default: break
    }
    cloud.input(node, .event(.request(session, request)))
  }

  // MARK: console NODE

  private func moveTarget(_ line: String) -> String? {
    let words = line.split(separator: " ")
    guard words.count == 2, words[0].count >= 4, "console".hasPrefix(words[0]) else { return nil }
    return String(words[1])
  }

  private func nameCompletions(_ line: String) -> [String]? {
    guard line.hasPrefix("console ") else { return nil }
    let part = line.dropFirst("console ".count)
    return cloud.topology.nodes.map(\.name).filter { $0.hasPrefix(part) }.prefix(64).map { $0 }
  }

  private func move(to name: String, _ id: UInt32) {
    guard let target = cloud.topology.index(named: name) else {
      let names = cloud.topology.nodes.prefix(8).map(\.name).joined(separator: ", ")
      replies.append(
        .output(id: id, text: "% No node '\(name)' in this lab: \(names)…", prompt: prompt, isLast: true, failed: true, exitsConsole: false))
      return
    }
    cloud.input(node, .event(.sessionClosed(session)))
    node = target
    if let hello { cloud.input(node, .event(.request(session, hello))) }
    replies.append(.output(id: id, text: "Console is on \(name)", prompt: prompt, isLast: true, failed: false, exitsConsole: false))
  }

  private var prompt: String { cloud.topology.nodes[node].name + "#" }
}
