// SPDX-License-Identifier: GPL-3.0-or-later
#define _GNU_SOURCE
#include "CTermShim.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void our_signals(sigset_t *set) {
  static const int signals[] = {SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGCONT, SIGQUIT, SIGTSTP};
  sigemptyset(set);
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) sigaddset(set, signals[i]);
}

void cx_block_signals(void) {
  sigset_t set;
  our_signals(&set);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
}

int cx_signal_fd(void) {
  sigset_t set;
  our_signals(&set);
  return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int cx_signal_next(int fd) {
  struct signalfd_siginfo info;
  return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

int cx_poll(const int *fds, const uint8_t *wanted, uint8_t *ready, int count, int milliseconds) {
  struct pollfd set[8];
  if (count > 8) return -1;
  for (int i = 0; i < count; i++) {
    short events = (short)((wanted[i] & CX_READ ? POLLIN : 0) | (wanted[i] & CX_WRITE ? POLLOUT : 0));
    set[i] = (struct pollfd){.fd = fds[i], .events = events};
    ready[i] = 0;
  }
  int result = poll(set, (nfds_t)count, milliseconds);
  for (int i = 0; i < count && result > 0; i++) {
    if (set[i].revents & POLLIN) ready[i] |= CX_READ;
    if (set[i].revents & POLLOUT) ready[i] |= CX_WRITE;
    if (set[i].revents & (POLLHUP | POLLERR | POLLNVAL)) ready[i] |= CX_HANGUP;
  }
  return result;
}

int64_t cx_milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cx_utc_offset(void) {
  time_t now = time(NULL);
  struct tm local;
  return localtime_r(&now, &local) ? (int)local.tm_gmtoff : 0;
}

void cx_make_parents(const char *path) {
  char part[4096];
  if (strlen(path) >= sizeof part) return;
  strcpy(part, path);
  for (char *at = part + 1; *at; at++) {
    if (*at != '/') continue;
    *at = 0;
    mkdir(part, 0700);
    *at = '/';
  }
}

int cx_read(int fd, char *buffer, int capacity) {
  ssize_t count;
  do count = read(fd, buffer, (size_t)capacity); while (count < 0 && errno == EINTR);
  return (int)count;
}

int cx_write(int fd, const char *bytes, int count) {
  int done = 0;
  while (done < count) {
    ssize_t written = write(fd, bytes + done, (size_t)(count - done));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) {
      struct pollfd one = {.fd = fd, .events = POLLOUT};
      poll(&one, 1, 1000);
      continue;
    }
    if (written <= 0) return -1;
    done += (int)written;
  }
  return done;
}

int cx_read_file(const char *path, char *buffer, int capacity) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  int total = 0, count;
  while (total < capacity && (count = cx_read(fd, buffer + total, capacity - total)) > 0) total += count;
  close(fd);
  return total;
}
