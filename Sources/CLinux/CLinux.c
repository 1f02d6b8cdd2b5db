// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CLinux.h"

#include <linux/capability.h>
#include <malloc.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

int clx_tun_attach(int fd, const char *name, short flags) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_flags = flags;
  return ioctl(fd, TUNSETIFF, &request);
}

int clx_tun_set_offload(int fd, unsigned int offload) { return ioctl(fd, TUNSETOFFLOAD, (unsigned long)offload); }

int clx_tun_set_header_size(int fd, int bytes) { return ioctl(fd, TUNSETVNETHDRSZ, &bytes); }

int clx_set_mtu(int fd, const char *name, int mtu) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  request.ifr_mtu = mtu;
  return ioctl(fd, SIOCSIFMTU, &request);
}

static unsigned char *put_control(unsigned char *at, int level, int type, int value) {
  struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof value), .cmsg_level = level, .cmsg_type = type};
  memcpy(at, &header, sizeof header);
  memcpy(at + CMSG_LEN(0), &value, sizeof value);
  return at + CMSG_SPACE(sizeof value);
}

size_t clx_fill_control(void *control, int tos, int ttl) {
  _Static_assert(2 * CMSG_SPACE(sizeof(int)) <= CLX_CONTROL_BYTES, "two control messages fit");
  unsigned char *at = control;
  if (tos >= 0) at = put_control(at, IPPROTO_IP, IP_TOS, tos);
  if (ttl > 0) at = put_control(at, IPPROTO_IP, IP_TTL, ttl);
  return (size_t)(at - (unsigned char *)control);
}

size_t clx_fill_control_v6(void *control, int traffic_class, int hops) {
  unsigned char *at = control;
  if (traffic_class >= 0) at = put_control(at, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
  if (hops > 0) at = put_control(at, IPPROTO_IPV6, IPV6_HOPLIMIT, hops);
  return (size_t)(at - (unsigned char *)control);
}

int clx_received_class(const clx_message *message) {
  struct msghdr *header = (struct msghdr *)&message->header;
  for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
    int value;
    if (c->cmsg_level != IPPROTO_IPV6 || c->cmsg_type != IPV6_TCLASS || c->cmsg_len < CMSG_LEN(sizeof value)) continue;
    memcpy(&value, CMSG_DATA(c), sizeof value);
    return value & 255;
  }
  return 0;
}

_Static_assert(sizeof(clx_message) == sizeof(struct mmsghdr), "clx_message is mmsghdr");
_Static_assert(offsetof(clx_message, count) == offsetof(struct mmsghdr, msg_len), "clx_message is mmsghdr");

int clx_receive_many(int fd, clx_message *messages, unsigned int count) {
  return recvmmsg(fd, (struct mmsghdr *)messages, count, MSG_DONTWAIT, NULL);
}

int clx_send_many(int fd, clx_message *messages, unsigned int count) {
  return sendmmsg(fd, (struct mmsghdr *)messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int clx_attach_filter(int fd, const struct sock_filter *program, unsigned short count) {
  struct sock_fprog whole = {.len = count, .filter = (struct sock_filter *)program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &whole, sizeof whole);
}

int clx_attach_port_filter(int fd, const struct sock_filter *program, unsigned short count) {
  struct sock_fprog whole = {.len = count, .filter = (struct sock_filter *)program};
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &whole, sizeof whole);
}

static socklen_t address_length(const struct sockaddr_storage *address) {
  return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
}

static int is_v6(const struct sockaddr_storage *address) { return address->ss_family == AF_INET6; }

int clx_accept_from(int fd, struct sockaddr_storage *peer) {
  socklen_t length = sizeof *peer;
  memset(peer, 0, sizeof *peer);
  return accept4(fd, (struct sockaddr *)peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clx_set_digest_key(int fd, const struct sockaddr_storage *peer, int prefix_length, const void *key, int key_length) {
  if (key_length < 0 || key_length > TCP_MD5SIG_MAXKEYLEN) {
    errno = EINVAL;
    return -1;
  }
  struct tcp_md5sig option;
  memset(&option, 0, sizeof option);
  option.tcpm_addr = *peer;
  option.tcpm_keylen = (uint16_t)key_length;
  if (prefix_length >= 0) {
    option.tcpm_flags = TCP_MD5SIG_FLAG_PREFIX;
    option.tcpm_prefixlen = (uint8_t)prefix_length;
  }
  if (key_length) memcpy(option.tcpm_key, key, (size_t)key_length);
  int result = setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG_EXT, &option, sizeof option);
  int error = errno;
  explicit_bzero(&option, sizeof option);
  errno = error;
  return result;
}

int clx_set_membership(int fd, const struct sockaddr_storage *group, unsigned int interface_index, int joins) {
  struct group_req request;
  memset(&request, 0, sizeof request);
  request.gr_interface = interface_index;
  request.gr_group = *group;
  int level = is_v6(group) ? IPPROTO_IPV6 : IPPROTO_IP;
  return setsockopt(fd, level, joins ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP, &request, sizeof request);
}

// Room for an interface and a TTL, whatever the family.
#define DATAGRAM_CONTROL_BYTES (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)))

static void read_control(const struct cmsghdr *message, clx_datagram *datagram) {
  const unsigned char *value = CMSG_DATA(message);
  if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
    struct in_pktinfo place;
    memcpy(&place, value, sizeof place);
    memcpy(datagram->destination, &place.ipi_addr, 4);
    datagram->interface_index = (unsigned int)place.ipi_ifindex;
  } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
    struct in6_pktinfo place;
    memcpy(&place, value, sizeof place);
    memcpy(datagram->destination, &place.ipi6_addr, 16);
    datagram->interface_index = place.ipi6_ifindex;
  } else if (
    (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_TTL) ||
    (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_HOPLIMIT)) {
    memcpy(&datagram->ttl, value, sizeof datagram->ttl);
  }
}

ssize_t clx_receive_datagram(int fd, void *buffer, size_t size, clx_datagram *datagram) {
  _Alignas(struct cmsghdr) unsigned char control[DATAGRAM_CONTROL_BYTES];
  struct iovec vector = {.iov_base = buffer, .iov_len = size};
  memset(datagram, 0, sizeof *datagram);
  datagram->ttl = -1;
  struct msghdr header = {
    .msg_name = &datagram->source, .msg_namelen = sizeof datagram->source, .msg_iov = &vector, .msg_iovlen = 1,
    .msg_control = control, .msg_controllen = sizeof control};
  ssize_t count = recvmsg(fd, &header, MSG_DONTWAIT);
  if (count < 0) return count;
  datagram->is_truncated = (header.msg_flags & MSG_TRUNC) != 0;
  for (struct cmsghdr *message = CMSG_FIRSTHDR(&header); message; message = CMSG_NXTHDR(&header, message))
    read_control(message, datagram);
  return count;
}

static void put_value(struct cmsghdr *message, int level, int type, const void *value, size_t size) {
  message->cmsg_level = level;
  message->cmsg_type = type;
  message->cmsg_len = CMSG_LEN(size);
  memcpy(CMSG_DATA(message), value, size);
}

ssize_t clx_send_datagram(
  int fd, const void *bytes, size_t count, const struct sockaddr_storage *destination, const void *source,
  unsigned int interface_index, int ttl) {
  _Alignas(struct cmsghdr) unsigned char control[DATAGRAM_CONTROL_BYTES];
  memset(control, 0, sizeof control);
  struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
  int v6 = is_v6(destination);
  size_t place_size = v6 ? sizeof(struct in6_pktinfo) : sizeof(struct in_pktinfo);
  struct msghdr header = {
    .msg_name = (void *)destination, .msg_namelen = address_length(destination), .msg_iov = &vector, .msg_iovlen = 1,
    .msg_control = control, .msg_controllen = CMSG_SPACE(place_size) + CMSG_SPACE(sizeof ttl)};
  struct cmsghdr *message = CMSG_FIRSTHDR(&header);
  if (v6) {
    struct in6_pktinfo place = {.ipi6_ifindex = interface_index};
    memcpy(&place.ipi6_addr, source, 16);
    put_value(message, IPPROTO_IPV6, IPV6_PKTINFO, &place, sizeof place);
  } else {
    struct in_pktinfo place = {.ipi_ifindex = (int)interface_index};
    memcpy(&place.ipi_spec_dst, source, 4);
    put_value(message, IPPROTO_IP, IP_PKTINFO, &place, sizeof place);
  }
  message = CMSG_NXTHDR(&header, message);
  put_value(message, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_HOPLIMIT : IP_TTL, &ttl, sizeof ttl);
  return sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int clx_epoll_control(int epoll, int operation, int fd, uint32_t events, uint64_t token) {
  struct epoll_event event = {.events = events, .data.u64 = token};
  return epoll_ctl(epoll, operation, fd, &event);
}

int clx_epoll_wait(int epoll, clx_ready *ready, int count, int timeout_ms) {
  struct epoll_event events[64];
  int n = epoll_wait(epoll, events, count < 64 ? count : 64, timeout_ms);
  for (int i = 0; i < n; i++) {
    ready[i].token = events[i].data.u64;
    ready[i].events = events[i].events;
  }
  return n;
}

int clx_prctl(int option, unsigned long a, unsigned long b) { return prctl(option, a, b, 0UL, 0UL); }

int clx_set_capabilities(uint64_t mask, int inheritable) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  struct __user_cap_data_struct sets[2];
  memset(sets, 0, sizeof sets);
  for (int i = 0; i < 2; i++) {
    uint32_t part = (uint32_t)(mask >> (32 * i));
    sets[i].permitted = sets[i].effective = part;
    sets[i].inheritable = inheritable ? part : 0;
  }
  return (int)syscall(SYS_capset, &header, sets);
}

int clx_map_blocks_from(int bytes) { return mallopt(M_MMAP_THRESHOLD, bytes) && mallopt(M_TRIM_THRESHOLD, 4 * bytes); }

int clx_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

char **clx_environment(void) { return environ; }

int clx_spawn_attributes(posix_spawnattr_t *attributes, int new_session) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  // glibc keeps two signals to itself and SIGKILL/SIGSTOP cannot be set; posix_spawn passes over those.
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (new_session ? POSIX_SPAWN_SETSID : 0);
  int error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
  if (!error) error = posix_spawnattr_setflags(attributes, (short)flags);
  return error;
}

int clx_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int clx_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void clx_name_thread(const char *name) {
  char kept[16] = {0};
  strncpy(kept, name, sizeof kept - 1);
  pthread_setname_np(pthread_self(), kept);
}

int clx_pin_thread(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < 0 || cpu >= CPU_SETSIZE) return EINVAL;
  CPU_SET(cpu, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int clx_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

int clx_peer_credentials(int fd, int *pid, unsigned int *uid, unsigned int *gid) {
  struct ucred credentials;
  socklen_t length = sizeof credentials;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -1;
  *pid = credentials.pid;
  *uid = credentials.uid;
  *gid = credentials.gid;
  return 0;
}
