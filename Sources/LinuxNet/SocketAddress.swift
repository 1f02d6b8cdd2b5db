// SPDX-License-Identifier: GPL-3.0-or-later
import CLinux
import Glibc
import Wire

/// The kernel's form of an IPv4 address without a port.
func socketAddress(_ address: IPAddress) -> sockaddr_in {
  var result = sockaddr_in()
  result.sin_family = sa_family_t(AF_INET)
  result.sin_addr.s_addr = address.v4Bits.bigEndian
  return result
}

/// Calls `body` with any socket address as the generic `sockaddr` that system calls take.
func withGenericAddress<Address, Result>(
  of address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
) -> Result {
  withUnsafeMutableBytes(of: &address) { raw in
    guard let base = raw.baseAddress else { preconditionFailure("an address has bytes") }
    return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(raw.count))
  }
}

/// The IP address inside a socket address; nil for any other family.
func ipAddress(from address: UnsafePointer<sockaddr>, length: socklen_t) -> IPAddress? {
  let raw = UnsafeRawBufferPointer(start: address, count: Int(length))
  switch Int32(address.pointee.sa_family) {
  case AF_INET where raw.count >= 8: return IPAddress(bytes: raw[4..<8])
  case AF_INET6 where raw.count >= 24: return IPAddress(bytes: raw[8..<24])
  default: return nil
  }
}
