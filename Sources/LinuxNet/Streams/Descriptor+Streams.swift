// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import ProtocolKit
import Wire

/// A TCP socket, non-blocking; one of IPv6 does not take IPv4.
func makeStreamSocket(isV4: Bool) throws(SystemError) -> Descriptor {
  let socket = try makeSocket(isV4 ? AF_INET : AF_INET6, SOCK_STREAM)
  if !isV4 { try socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY") }
  return socket
}

// The options of TCP sockets that routing protocols want.
extension Descriptor {
  /// TTL and least TTL (RFC 5082) by the family's own options; nil gives the system's.
  borrowing func apply(_ options: StreamOptions, isV4: Bool) throws(SystemError) {
    // -1: whatever the system, or the route, says.
    let ttl = options.ttl.map { max(1, Int32($0)) } ?? -1
    let least = Int32(options.minimumTTL ?? 0)
    if isV4 {
      try set(Int32(IPPROTO_IP), IP_TTL, ttl, "IP_TTL")
      try set(Int32(IPPROTO_IP), IP_MINTTL, least, "IP_MINTTL")
      try set(Int32(IPPROTO_IP), IP_TOS, StreamSocket.trafficClass, "IP_TOS")
    } else {
      try set(Int32(IPPROTO_IPV6), IPV6_UNICAST_HOPS, ttl, "IPV6_UNICAST_HOPS")
      try set(Int32(IPPROTO_IPV6), IPV6_MINHOPCOUNT, least, "IPV6_MINHOPCOUNT")
      try set(Int32(IPPROTO_IPV6), IPV6_TCLASS, StreamSocket.trafficClass, "IPV6_TCLASS")
    }
  }

  /// What every connection has: no waiting for more to send, and an end to waiting for the peer.
  borrowing func prepareConnection() throws(SystemError) {
    try set(Int32(IPPROTO_TCP), TCP_NODELAY, 1, "TCP_NODELAY")
    try set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, StreamSocket.patienceMilliseconds, "TCP_USER_TIMEOUT")
    try set(Int32(IPPROTO_TCP), TCP_SYNCNT, StreamSocket.handshakeRetries, "TCP_SYNCNT")
  }

  /// Sets, or with nil takes back, the key for the peers of a network (RFC 2385, TCP_MD5SIG_EXT). The kernel uses the most specific.
  borrowing func setDigestKey(_ key: SecretBytes?, peers: IPPrefix) throws(SystemError) {
    var address = socketStorage(peers.address)
    let descriptor = rawValue
    let result =
      key.map { key in
        key.withBytes { clx_set_digest_key(descriptor, &address, Int32(peers.length), $0.baseAddress, Int32(clamping: $0.count)) }
      }
      ?? clx_set_digest_key(descriptor, &address, Int32(peers.length), nil, 0)
    if key == nil, result < 0, Glibc.errno == ENOENT { return }
    try check(result, "set the TCP key for \(peers)", "a key has 1 to 80 bytes, and the kernel must know TCP_MD5SIG")
  }

  /// Makes closing a reset (SO_LINGER with a time of zero).
  borrowing func resetsOnClose() {
    var value = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(rawValue, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
  }
}
