// SPDX-License-Identifier: GPL-3.0-or-later
// ncurses draws into a pipe, never to the terminal: a slow terminal can then not block us. Writing straight to a slow tty was measured to block for seconds.
#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CTermShim.h"
#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static SCREEN *screen;
static FILE *pipe_in, *tty_in;
static int pipe_out = -1, out_fd = -1, line_fd = -1;
static bool out_is_ours, saved_valid, gone;
static struct termios saved;
static char *queue;
static size_t queue_start, queue_end, queue_size;

enum { ACK_CODE = KEY_MAX + 1, PASTE_BEGIN_CODE, PASTE_END_CODE };

static void queue_add(const char *bytes, size_t count) {
  if (queue_start == queue_end) queue_start = queue_end = 0;
  if (queue_end + count > queue_size) {
    if (queue_start > 0) {
      memmove(queue, queue + queue_start, queue_end - queue_start);
      queue_end -= queue_start;
      queue_start = 0;
    }
    if (queue_end + count > queue_size) {
      size_t size = (queue_end + count) * 2;
      char *more = realloc(queue, size);
      if (!more) return;
      queue = more;
      queue_size = size;
    }
  }
  memcpy(queue + queue_end, bytes, count);
  queue_end += count;
}

static void drain_pipe(void) {
  char bytes[4096];
  ssize_t count;
  if (pipe_in) fflush(pipe_in);
  while (pipe_out >= 0 && (count = read(pipe_out, bytes, sizeof bytes)) > 0) queue_add(bytes, (size_t)count);
}

// After a trap the operator's shell must be usable: only calls that are allowed in a signal handler.
static const char leave[] = "\033[?2004l\033[0m\033[?25h\033[?1049l\r\n";

static void on_crash(int signal_number) {
  if (line_fd >= 0) {
    ssize_t ignored = write(line_fd, leave, sizeof leave - 1);
    (void)ignored;
    if (saved_valid) tcsetattr(line_fd, TCSANOW, &saved);
  }
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

static void guard_crashes(void) {
  static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGABRT, SIGFPE};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(signals[i], &action, NULL);
  }
}

// Both forms of a sequence: keypad knows only terminfo's.
static void define(const char *sequence, int code) {
  if (key_defined(sequence) <= 0) define_key(sequence, code);
}

static void define_keys(void) {
  define_key("\033[0n", ACK_CODE);
  define_key("\033[200~", PASTE_BEGIN_CODE);
  define_key("\033[201~", PASTE_END_CODE);
  static const struct { char last; int code; } keys[] = {
      {'A', KEY_UP}, {'B', KEY_DOWN}, {'C', KEY_RIGHT}, {'D', KEY_LEFT}, {'H', KEY_HOME}, {'F', KEY_END}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    char sequence[4] = {'\033', '[', keys[i].last, 0};
    define(sequence, keys[i].code);
    sequence[1] = 'O';
    define(sequence, keys[i].code);
  }
  define("\033[1~", KEY_HOME);
  define("\033[4~", KEY_END);
  define("\033[3~", KEY_DC);
  define("\033[5~", KEY_PPAGE);
  define("\033[6~", KEY_NPAGE);
  define("\033[Z", KEY_BTAB);
  static const char *const functions[] = {"\033OP", "\033OQ", "\033OR", "\033OS", "\033[15~", "\033[17~", "\033[18~", "\033[19~",
                                          "\033[20~", "\033[21~"};
  for (int i = 0; i < 10; i++) define(functions[i], KEY_F(i + 1));
}

static int open_descriptors(int tty_fd) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -4;
  pipe_out = ends[0];
  fcntl(ends[1], F_SETPIPE_SZ, 1 << 20);
  fcntl(pipe_out, F_SETFL, O_NONBLOCK);
  pipe_in = fdopen(ends[1], "w");
  line_fd = fcntl(tty_fd, F_DUPFD_CLOEXEC, 3);
  int in = fcntl(tty_fd, F_DUPFD_CLOEXEC, 3);
  tty_in = in < 0 ? NULL : fdopen(in, "r");
  // O_NONBLOCK belongs to the open file, which the user's shell shares: open the terminal anew.
  char path[40];
  snprintf(path, sizeof path, "/proc/self/fd/%d", tty_fd);
  out_fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  out_is_ours = out_fd >= 0;
  if (!out_is_ours) out_fd = line_fd;
  return pipe_in && tty_in && line_fd >= 0 ? 0 : -4;
}

static void close_descriptors(void) {
  if (pipe_in) fclose(pipe_in);
  if (tty_in) fclose(tty_in);
  if (pipe_out >= 0) close(pipe_out);
  if (out_is_ours && out_fd >= 0) close(out_fd);
  if (line_fd >= 0) close(line_fd);
  pipe_in = tty_in = NULL;
  pipe_out = out_fd = line_fd = -1;
  out_is_ours = saved_valid = false;
  free(queue);
  queue = NULL;
  queue_start = queue_end = queue_size = 0;
}

static int set_raw(int tty_fd) {
  if (tcgetattr(tty_fd, &saved) < 0) return -3;
  saved_valid = true;
  struct termios raw = saved;
  cfmakeraw(&raw);
  tcsetattr(tty_fd, TCSADRAIN, &raw);
  return 0;
}

int ct_open(const char *term, int tty_fd) {
  if (screen) ct_close();
  gone = false;
  if (!isatty(tty_fd)) return -3;
  setlocale(LC_CTYPE, "");
  int result = open_descriptors(tty_fd);
  int rows = 24, columns = 80;
  ct_size(&rows, &columns);
  use_tioctl(false);
  use_env(false);
  if (result == 0) {
    screen = newterm(term, pipe_in, tty_in);
    if (!screen) result = -1;
  }
  if (result == 0) {
    // tigetstr answers (char *)-1 for "not a string".
    const char *move = tigetstr("cup");
    if (!move || move == (const char *)-1 || !*move) result = -2;
  }
  if (result == 0) result = set_raw(tty_fd);
  if (result < 0) {
    if (screen) {
      endwin();
      delscreen(screen);
      screen = NULL;
    }
    drain_pipe();
    close_descriptors();
    return result;
  }
  resizeterm(rows, columns);
  raw();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  scrollok(stdscr, FALSE);
  leaveok(stdscr, FALSE);
  set_escdelay(40);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  define_keys();
  guard_crashes();
  ct_raw("\033[?2004h", 8);
  return 0;
}

void ct_close(void) {
  if (!screen) return;
  // Cleared as well: tmux 3.3 keeps part of an alternate screen that grew.
  ct_raw("\033[?2004l\033[H\033[J", 14);
  endwin();
  drain_pipe();
  for (int waited = 0; waited < 1000 && !gone && queue_end > queue_start; waited += 20) {
    if (ct_pump() <= 0) break;
    struct pollfd one = {.fd = out_fd, .events = POLLOUT};
    if (poll(&one, 1, 20) > 0 && (one.revents & (POLLHUP | POLLERR))) break;
  }
  if (saved_valid) tcsetattr(line_fd, TCSANOW, &saved);
  delscreen(screen);
  screen = NULL;
  close_descriptors();
}

int ct_pump(void) {
  drain_pipe();
  while (!gone && queue_end > queue_start) {
    size_t count = queue_end - queue_start;
    if (!out_is_ours) {
      struct pollfd one = {.fd = out_fd, .events = POLLOUT};
      if (poll(&one, 1, 0) <= 0 || !(one.revents & POLLOUT)) break;
      if (count > 256) count = 256;
    }
    ssize_t written = write(out_fd, queue + queue_start, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == EAGAIN) break;
    if (written <= 0) gone = true; else queue_start += (size_t)written;
  }
  return gone ? -1 : (int)(queue_end - queue_start);
}

int ct_out_fd(void) { return out_fd; }

int ct_size(int *rows, int *columns) {
  struct winsize size;
  if (line_fd < 0 || ioctl(line_fd, TIOCGWINSZ, &size) < 0 || size.ws_row == 0 || size.ws_col == 0) return -1;
  *rows = size.ws_row;
  *columns = size.ws_col;
  return 0;
}

void ct_resize(int rows, int columns) {
  if (!screen) return;
  resizeterm(rows, columns);
  clearok(curscr, TRUE);
}

int ct_colors(void) { return screen && has_colors() ? COLORS : 0; }

bool ct_utf8(void) {
  setlocale(LC_CTYPE, "");
  return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

int ct_pair(int foreground, int background) {
  if (!screen || !has_colors() || (foreground < 0 && background < 0)) return 0;
  int pair = alloc_pair(foreground < COLORS ? foreground : -1, background < COLORS ? background : -1);
  return pair < 0 ? 0 : pair;
}

static attr_t attributes_of(int bits) {
  attr_t result = A_NORMAL;
  if (bits & CT_BOLD) result |= A_BOLD;
  if (bits & CT_DIM) result |= A_DIM;
  if (bits & CT_REVERSE) result |= A_REVERSE;
  if (bits & CT_UNDERLINE) result |= A_UNDERLINE;
  if (bits & CT_ITALIC) result |= A_ITALIC;
  return result;
}

void ct_put_run(int y, int x, const uint32_t *scalars, const uint8_t *widths, int count, int attributes, int pair) {
  if (!screen) return;
  attr_t attrs = attributes_of(attributes);
  for (int i = 0; i < count; i++) {
    if (widths[i] == 0) continue;
    wchar_t text[2] = {(wchar_t)scalars[i], 0};
    int width = widths[i];
    if (scalars[i] < 32 || scalars[i] == 127 || wcwidth(text[0]) != width) text[0] = L'?';
    cchar_t cell;
    if (setcchar(&cell, text, attrs, 0, &pair) == ERR) continue;
    mvwadd_wch(stdscr, y, x + i, &cell);
    if (width == 2 && text[0] == L'?') mvwaddch(stdscr, y, x + i + 1, ' ');
  }
}

void ct_cursor(int y, int x, int visibility) {
  if (!screen) return;
  curs_set(visibility);
  wmove(stdscr, y, x);
}

void ct_flush(void) {
  if (!screen) return;
  wnoutrefresh(stdscr);
  doupdate();
  drain_pipe();
}

void ct_redraw(void) {
  if (screen) clearok(curscr, TRUE);
}

static uint32_t key_of(wint_t code) {
  switch (code) {
  case KEY_UP: return CTK_UP;
  case KEY_DOWN: return CTK_DOWN;
  case KEY_LEFT: return CTK_LEFT;
  case KEY_RIGHT: return CTK_RIGHT;
  case KEY_HOME: return CTK_HOME;
  case KEY_END: return CTK_END;
  case KEY_PPAGE: return CTK_PAGE_UP;
  case KEY_NPAGE: return CTK_PAGE_DOWN;
  case KEY_DC: return CTK_DELETE;
  case KEY_BACKSPACE: return CTK_BACKSPACE;
  case KEY_ENTER: return CTK_ENTER;
  case KEY_BTAB: return CTK_BACK_TAB;
  case KEY_RESIZE: return CTK_RESIZE;
  case ACK_CODE: return CTK_ACK;
  case PASTE_BEGIN_CODE: return CTK_PASTE_BEGIN;
  case PASTE_END_CODE: return CTK_PASTE_END;
  default: return code >= KEY_F(0) && code <= KEY_F(12) ? CTK_F0 + (code - KEY_F0) : CTK_OTHER;
  }
}

int ct_read(uint32_t *out) {
  if (!screen) return CTK_NONE;
  wint_t code = 0;
  int result = wget_wch(stdscr, &code);
  if (result == ERR) return CTK_NONE;
  *out = result == KEY_CODE_YES ? key_of(code) : (uint32_t)code;
  return result == KEY_CODE_YES ? CTK_KEY : CTK_CHAR;
}

void ct_raw(const char *bytes, int count) {
  drain_pipe();
  if (count > 0) queue_add(bytes, (size_t)count);
}

void ct_bell(void) { ct_raw("\a", 1); }
