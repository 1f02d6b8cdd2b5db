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

/// The kernel's form of an address of either family with a port.
func socketStorage(_ address: IPAddress, port: UInt16 = 0) -> sockaddr_storage {
  var storage = sockaddr_storage()
  let bytes = address.bytes
  withUnsafeMutableBytes(of: &storage) { raw in
    // The port lies behind the family in both; the address behind the port (IPv4) or behind port and flow (IPv6).
    raw.storeBytes(of: sa_family_t(address.isV4 ? AF_INET : AF_INET6), as: sa_family_t.self)
    raw.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
    UnsafeMutableRawBufferPointer(rebasing: raw[(address.isV4 ? 4 : 8)...]).copyBytes(from: bytes)
  }
  return storage
}

/// The address and port inside; nil for a family that is not IP.
func ipEndpoint(_ storage: sockaddr_storage) -> (address: IPAddress, port: UInt16)? {
  withUnsafeBytes(of: storage) { raw in
    let port = UInt16(bigEndian: raw.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    switch Int32(storage.ss_family) {
    case AF_INET: return IPAddress(bytes: raw[4..<8]).map { ($0, port) }
    case AF_INET6: return IPAddress(bytes: raw[8..<24]).map { ($0, port) }
    default: return nil
    }
  }
}

/// The length of a socket address that the kernel wants for the family.
func socketLength(isV4: Bool) -> socklen_t {
  socklen_t(isV4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
}
