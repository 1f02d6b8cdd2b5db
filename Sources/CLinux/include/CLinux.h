// SPDX-License-Identifier: GPL-3.0-or-later
// What Swift's Glibc module does not see of Linux: whole headers first, then what only macros and
// variadic functions can express. Nothing here decides anything; that is LinuxNet's work.
// This header must not define _GNU_SOURCE: fd_set would differ from the Glibc module's, which the
// compiler refuses. What needs it stands in CLinux.c behind functions of our own.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/virtio_net.h>

// MARK: TUN devices

/// Asks for a TUN device `name` on the open clone device `fd` (TUNSETIFF); -1 and errno on failure.
int clx_tun_attach(int fd, const char *name, short flags);
/// Sets the offloads of a TUN device (TUNSETOFFLOAD, bits of TUN_F_*); -1 and errno on failure.
int clx_tun_set_offload(int fd, unsigned int offload);
/// Sets the length of the virtio header in front of each packet (TUNSETVNETHDRSZ).
int clx_tun_set_header_size(int fd, int bytes);
/// Sets the MTU of the interface `name` through any socket (SIOCSIFMTU).
int clx_set_mtu(int fd, const char *name, int mtu);

// MARK: Raw sockets

/// Room for the two control messages of one outgoing packet: TOS and TTL.
#define CLX_CONTROL_BYTES 64
/// Fills `control` (CLX_CONTROL_BYTES, 8-byte aligned) for one message; a negative value leaves its part out.
/// Returns the used length, 0 for none.
size_t clx_fill_control(void *control, int tos, int ttl);
/// The same for IPv6: traffic class and hop limit.
size_t clx_fill_control_v6(void *control, int traffic_class, int hops);
/// The kernel's `struct mmsghdr`, which needs _GNU_SOURCE: one packet of a batch.
typedef struct clx_message {
  struct msghdr header;
  unsigned int count;
} clx_message;
/// The traffic class that came with a received message (IPV6_RECVTCLASS); 0 where the kernel does not say.
int clx_received_class(const clx_message *message);
/// recvmmsg without waiting; the number of messages, or -1 and errno.
int clx_receive_many(int fd, clx_message *messages, unsigned int count);
/// sendmmsg without waiting; the number of messages, or -1 and errno of the first.
int clx_send_many(int fd, clx_message *messages, unsigned int count);
/// Attaches a classic BPF program to a socket (SO_ATTACH_FILTER).
int clx_attach_filter(int fd, const struct sock_filter *program, unsigned short count);
/// Lets a classic BPF program choose among the sockets of one port (SO_ATTACH_REUSEPORT_CBPF).
int clx_attach_port_filter(int fd, const struct sock_filter *program, unsigned short count);

// MARK: Streams and datagrams of routing protocols

/// accept4, close-on-exec and non-blocking, with the peer's address.
int clx_accept_from(int fd, struct sockaddr_storage *peer);
/// Sets (or, with a length of 0, removes) the key of the MD5 option (RFC 2385) for the peers of a network: TCP_MD5SIG_EXT.
/// `prefix_length` counts in the address' family; negative is a single address.
int clx_set_digest_key(int fd, const struct sockaddr_storage *peer, int prefix_length, const void *key, int key_length);
/// Joins or leaves a multicast group on an interface (MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP).
int clx_set_membership(int fd, const struct sockaddr_storage *group, unsigned int interface_index, int joins);

/// What the kernel says of one datagram.
typedef struct clx_datagram {
  /// Who sent it.
  struct sockaddr_storage source;
  /// Where it went: an address of ours or a group; 4 or 16 bytes count.
  unsigned char destination[16];
  /// The interface it came by.
  unsigned int interface_index;
  /// TTL or hop limit; negative where the kernel does not say.
  int ttl;
  /// Whether it was longer than the buffer.
  int is_truncated;
} clx_datagram;

/// recvmsg with the control messages of IP_PKTINFO and IP_RECVTTL or their kin of IPv6; the length, or -1 and errno.
ssize_t clx_receive_datagram(int fd, void *buffer, size_t size, clx_datagram *datagram);
/// sendmsg to `destination` by an interface, from `source` (4 or 16 bytes), with a TTL or hop limit.
ssize_t clx_send_datagram(
  int fd, const void *bytes, size_t count, const struct sockaddr_storage *destination, const void *source,
  unsigned int interface_index, int ttl);

// MARK: epoll

/// One ready descriptor; epoll's own struct is packed, which Swift cannot hold.
typedef struct clx_ready {
  uint64_t token;
  uint32_t events;
} clx_ready;

/// epoll_ctl with the token as the event's data.
int clx_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token);
/// epoll_wait into `ready`, at most 64 at a time.
int clx_epoll_wait(int epoll, clx_ready *ready, int count, int timeout_ms);

// MARK: Processes and privileges

/// prctl with two arguments (the rest are zero).
int clx_prctl(int option, unsigned long a, unsigned long b);
/// Leaves only the capabilities in `mask` permitted, effective and (where `inheritable`) inheritable.
int clx_set_capabilities(uint64_t mask, int inheritable);
/// Blocks of `bytes` and larger are mappings of their own, and up to four times as much stays at the heap's free end (mallopt:
/// M_MMAP_THRESHOLD, M_TRIM_THRESHOLD); 0 where the C library refuses.
int clx_map_blocks_from(int bytes);
/// Whether a wait status is a normal exit, and its code.
int clx_exit_code(int status);
/// The process' environment.
char **clx_environment(void);
/// Makes every signal unblocked and default in the child of `attributes`, in a session of its own where asked.
int clx_spawn_attributes(posix_spawnattr_t *attributes, int new_session);
/// Has a child close every descriptor from `first` on.
int clx_spawn_close_from(posix_spawn_file_actions_t *actions, int first);
/// A pipe that no child inherits.
int clx_pipe(int ends[2]);
/// Names the calling thread (at most 15 characters are kept).
void clx_name_thread(const char *name);
/// Pins the calling thread to one processor.
int clx_pin_thread(int cpu);
/// accept4, close-on-exec and non-blocking.
int clx_accept(int fd);
/// SO_PEERCRED of a UNIX socket.
int clx_peer_credentials(int fd, int *pid, unsigned int *uid, unsigned int *gid);
