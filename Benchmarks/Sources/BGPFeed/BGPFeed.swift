// SPDX-License-Identifier: GPL-3.0-or-later
import Glibc

/// `BGPFeed LOCAL REMOTE LOCAL-AS ROUTES`: a BGP neighbour that does nothing but announce ROUTES different /24 networks, then keeps the
/// session until it is ended. It knows no code of the project, so that every speaker that it feeds is fed alike.
///
/// The table resembles the Internet's in what costs a speaker something: ten networks in no order an UPDATE, each UPDATE with attributes
/// of its own, AS paths of three to six.
@main
struct BGPFeed {
  static func main() {
    let words = CommandLine.arguments
    guard words.count == 5, let localAS = UInt32(words[3]), let routes = Int(words[4]) else {
      fatalError("usage: BGPFeed LOCAL REMOTE LOCAL-AS ROUTES")
    }
    let feed = Feed(session: connect(from: words[1], to: words[2]), localAS: localAS, address: words[1])
    feed.open()
    feed.announce(routes)
    print("fed \(routes)")
    fflush(stdout)
    feed.keep()
  }

  /// A connection to port 179, tried every 200 ms for a minute.
  static func connect(from local: String, to remote: String) -> Int32 {
    for _ in 0..<300 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var mine = address(local, 0), theirs = address(remote, 179)
      if call(&mine, { bind(descriptor, $0, $1) }) == 0, call(&theirs, { Glibc.connect(descriptor, $0, $1) }) == 0 { return descriptor }
      close(descriptor)
      usleep(200_000)
    }
    fatalError("nobody listens on \(remote)")
  }

  private static func address(_ text: String, _ port: UInt16) -> sockaddr_in {
    var result = sockaddr_in()
    result.sin_family = sa_family_t(AF_INET)
    result.sin_port = port.bigEndian
    inet_pton(AF_INET, text, &result.sin_addr)
    return result
  }

  private static func call(_ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
