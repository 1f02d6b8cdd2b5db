// SPDX-License-Identifier: GPL-3.0-or-later
//
// xstate.c: lets user-mode-linux 6.1 run on processors whose extended state is larger than it knows (AMX: 11,008 bytes).
//
// It keeps 2,696 bytes of its processes' state, up to PKRU, and the host takes a state back only in full: the first
// process of the guest dies. Preloaded, this hands the host the full length; the components behind UML's end are in their
// initial state, which is what a program has that never asked for AMX.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { stateHeader = 512, knownComponents = 0x3ff };

static unsigned char whole[1 << 16];
static size_t wholeLength;

long ptrace(enum __ptrace_request request, ...) {
  static long (*real)(enum __ptrace_request, ...);
  if (!real) real = (long (*)(enum __ptrace_request, ...))dlsym(RTLD_NEXT, "ptrace");
  va_list arguments;
  va_start(arguments, request);
  pid_t pid = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  void *data = va_arg(arguments, void *);
  va_end(arguments);
  if (request != PTRACE_SETREGSET || (uintptr_t)address != NT_X86_XSTATE) return real(request, pid, address, data);

  const struct iovec *given = data;
  if (!wholeLength) {
    struct iovec all = {whole, sizeof whole};
    if (real(PTRACE_GETREGSET, pid, address, &all) < 0) return -1;
    wholeLength = all.iov_len;
  }
  if (given->iov_len >= wholeLength) return real(request, pid, address, data);
  memcpy(whole, given->iov_base, given->iov_len);
  memset(whole + given->iov_len, 0, wholeLength - given->iov_len);
  uint64_t present;
  memcpy(&present, whole + stateHeader, sizeof present);
  present &= knownComponents;
  memcpy(whole + stateHeader, &present, sizeof present);
  struct iovec all = {whole, wholeLength};
  return real(request, pid, address, &all);
}
