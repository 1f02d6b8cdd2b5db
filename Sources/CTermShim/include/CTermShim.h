// SPDX-License-Identifier: GPL-3.0-or-later
// The console's only door to ncurses, readline, signalfd and the terminal line. Variadic functions, macros, globals and cchar_t stay
// behind it. All calls from the console's one thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Terminal half. Attributes and colours are numbers of our own; a colour below 0 is the terminal's.
enum { CT_BOLD = 1, CT_DIM = 2, CT_REVERSE = 4, CT_UNDERLINE = 8, CT_ITALIC = 16 };
enum { CTK_NONE = 0, CTK_CHAR = 1, CTK_KEY = 2, CTK_GONE = 3 };
// Keys that ncurses has no number for.
enum {
  CTK_UP = 1, CTK_DOWN, CTK_LEFT, CTK_RIGHT, CTK_HOME, CTK_END, CTK_PAGE_UP, CTK_PAGE_DOWN, CTK_DELETE, CTK_BACKSPACE, CTK_ENTER,
  CTK_BACK_TAB, CTK_RESIZE, CTK_PASTE_BEGIN, CTK_PASTE_END, CTK_ACK, CTK_OTHER, CTK_F0 = 100
};
/// Opens the terminal of `tty_fd`: raw mode, a pipe for ncurses, alternate screen. 0, or -1 no terminfo entry, -2 no cursor addressing,
/// -3 not a terminal, -4 out of descriptors.
int ct_open(const char *term, int tty_fd);
/// Undoes `ct_open`: leaves the alternate screen, writes out what is queued for at most one second, restores the line.
void ct_close(void);
/// Moves what ncurses wrote to the terminal without blocking. Bytes still queued, or -1 when the terminal is gone.
int ct_pump(void);
/// The descriptor to wait on for POLLOUT while bytes are queued.
int ct_out_fd(void);
/// The terminal's size. 0, or -1.
int ct_size(int *rows, int *columns);
/// Tells ncurses a new size; everything is drawn again.
void ct_resize(int rows, int columns);
int ct_colors(void);
/// Whether the locale is UTF-8.
bool ct_utf8(void);
/// A colour pair for these indexes; -1 is the terminal's own colour.
int ct_pair(int foreground, int background);
/// Writes cells from (y, x) on. A width of 0 is skipped; a width that libc disagrees with becomes `?`.
void ct_put_run(int y, int x, const uint32_t *scalars, const uint8_t *widths, int count, int attributes, int pair);
/// Places the cursor; `visibility` 0 hides it.
void ct_cursor(int y, int x, int visibility);
/// Lets ncurses write what changed into the pipe, and empties the pipe into our queue.
void ct_flush(void);
/// Forgets what is on the screen: the next flush draws everything.
void ct_redraw(void);
/// The next key, without waiting: CTK_*; the character, CTK_UP…, or CTK_F0 + n in `out`.
int ct_read(uint32_t *out);
/// Bytes for the terminal, after what ncurses has written.
void ct_raw(const char *bytes, int count);
void ct_bell(void);

// Line editor half: readline in callback mode without a terminal.
typedef struct {
  void (*line)(const char *line_or_null);
  void (*changed)(void);
  void (*help)(void);
  void (*complete)(void);
} rlx_callbacks;
void rlx_init(const char *application, const rlx_callbacks *callbacks);
void rlx_start(const char *prompt);
void rlx_stop(void);
/// One whole key. Contains the guard against readline's crash in incremental search.
void rlx_feed(const char *key, int count);
const char *rlx_line(void);
/// Bytes before the cursor.
int rlx_point(void);
/// What stands before the line; carries the prompt of a search.
const char *rlx_prompt(void);
bool rlx_in_search(void);
void rlx_set_prompt(const char *prompt);
void rlx_replace(const char *text);
void rlx_insert(const char *text);
void rlx_abort_line(void);
void rlx_history_limit(int lines);
int rlx_history_load(const char *path);
/// Writes the history with mode 0600.
int rlx_history_save(const char *path);
void rlx_history_add(const char *line);

// Signals and waiting.
/// Blocks SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGCONT, SIGQUIT and SIGTSTP in this thread and those it starts; ignores SIGPIPE.
void cx_block_signals(void);
/// A descriptor for the signals above, or -1.
int cx_signal_fd(void);
/// The next signal, 0 when there is none.
int cx_signal_next(int fd);
/// Waits for descriptors to become readable. Negative descriptors are skipped. `ready[i]` gets CX_READ, CX_WRITE, CX_HANGUP.
enum { CX_READ = 1, CX_WRITE = 2, CX_HANGUP = 4 };
int cx_poll(const int *fds, const uint8_t *wanted, uint8_t *ready, int count, int milliseconds);
/// Monotonic milliseconds.
int64_t cx_milliseconds(void);
/// Seconds that local time is ahead of UTC now.
int cx_utc_offset(void);
/// Makes the directories before a file's name, mode 0700.
void cx_make_parents(const char *path);
/// Up to `capacity` bytes of a file; -1 when it cannot be read.
int cx_read_file(const char *path, char *buffer, int capacity);
/// read(2) and write(2), retried when interrupted.
int cx_read(int fd, char *buffer, int capacity);
int cx_write(int fd, const char *bytes, int count);
