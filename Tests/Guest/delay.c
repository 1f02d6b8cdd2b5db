// SPDX-License-Identifier: GPL-3.0-or-later
//
// delay IF1 IF2 MICROSECONDS: carries Ethernet frames between two interfaces of its network namespace, each so much later than it came.
// For kernels without netem. What an interface leaves for its driver to do (checksums, segmentation) travels with the frame.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { FRAMES = 16384, BYTES = 66000 };  // a second of 10,000 small frames; the longest segment

struct frame { int64_t due; uint32_t length; unsigned char *bytes; };
struct way { int from, to; unsigned first, count; struct frame frames[FRAMES]; };

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int open_interface(const char *name) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL)), on = 1;
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
  if (fd < 0 || address.sll_ifindex == 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0
      || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) < 0
      || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    perror(name);
    exit(1);
  }
  return fd;
}

static void take(struct way *w, int64_t delay) {
  static unsigned char bytes[BYTES];
  for (;;) {
    ssize_t length = recv(w->from, bytes, sizeof bytes, 0);
    if (length <= 0) return;
    if (w->count == FRAMES) continue;
    struct frame *f = &w->frames[(w->first + w->count++) % FRAMES];
    *f = (struct frame){now() + delay, (uint32_t)length, malloc((size_t)length)};
    memcpy(f->bytes, bytes, (size_t)length);
  }
}

static void give(struct way *w) {
  for (int64_t t = now(); w->count > 0 && w->frames[w->first].due <= t; w->count--) {
    struct frame *f = &w->frames[w->first];
    if (send(w->to, f->bytes, f->length, 0) < 0) perror("send");
    free(f->bytes);
    w->first = (w->first + 1) % FRAMES;
  }
}

int main(int count, char **words) {
  if (count != 4) return fprintf(stderr, "usage: delay IF1 IF2 MICROSECONDS\n"), 2;
  static struct way ways[2];
  int a = open_interface(words[1]), b = open_interface(words[2]);
  int64_t delay = atoll(words[3]) * 1000;
  ways[0].from = ways[1].to = a;
  ways[1].from = ways[0].to = b;
  for (;;) {
    int64_t wait = 1000000000;
    for (int i = 0; i < 2; i++)
      if (ways[i].count > 0 && ways[i].frames[ways[i].first].due - now() < wait) wait = ways[i].frames[ways[i].first].due - now();
    if (wait < 0) wait = 0;
    struct timespec pause = {wait / 1000000000, wait % 1000000000};
    struct pollfd both[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    ppoll(both, 2, &pause, NULL);
    for (int i = 0; i < 2; i++) take(&ways[i], delay), give(&ways[i]);
  }
}
