// SPDX-License-Identifier: GPL-3.0-or-later
// readline in callback mode on a byte queue, with no terminal of its own. readline 8.2 crashes on ordinary keys in this mode; the three
// guards below (search, unbound commands, clean stop) are what thousands of fuzz runs needed.
#define _GNU_SOURCE
#include "CTermShim.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <readline/readline.h>
#include <readline/history.h>

static rlx_callbacks calls;
static bool is_set_up, is_running;
static char keys[4096];
static int key_start, key_end;
static char *wanted_prompt;

static int next_byte(FILE *stream) {
  (void)stream;
  return key_start < key_end ? (unsigned char)keys[key_start++] : EOF;
}

static int has_byte(void) { return key_start < key_end; }

static void redisplay(void) {
  if (calls.changed) calls.changed();
}

static int on_help(int count, int key) {
  (void)count, (void)key;
  if (calls.help) calls.help();
  return 0;
}

// Completion answers come later, over the connection: readline's own machinery is never entered.
static int on_tab(int count, int key) {
  (void)count, (void)key;
  if (calls.complete) calls.complete();
  return 0;
}

static void on_line(char *line) {
  if (calls.line) calls.line(line);
  free(line);
}

static void unbind(const char *name) {
  rl_command_func_t *function = rl_named_function(name);
  if (!function) return;
  Keymap maps[] = {rl_get_keymap_by_name("emacs-standard"), rl_get_keymap_by_name("emacs-meta"), rl_get_keymap_by_name("emacs-ctlx")};
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
    if (maps[i]) rl_unbind_function_in_map(function, maps[i]);
}

static void unbind_dangerous(void) {
  static const char *const names[] = {
      "start-kbd-macro", "end-kbd-macro", "call-last-kbd-macro", "print-last-kbd-macro", "non-incremental-forward-search-history",
      "non-incremental-reverse-search-history", "non-incremental-forward-search-history-again",
      "non-incremental-reverse-search-history-again", "history-search-forward", "history-search-backward", "re-read-init-file",
      "vi-editing-mode", "emacs-editing-mode", "tty-status", "dump-functions", "dump-variables", "dump-macros", "edit-and-execute-command",
      "execute-named-command", "operate-and-get-next", "complete", "possible-completions", "insert-completions", "menu-complete",
      "menu-complete-backward", "old-menu-complete", "dabbrev-expand", "insert-comment", "clear-screen", "clear-display", "magic-space",
      "end-of-file", "glob-complete-word", "glob-expand-word", "glob-list-expansions"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) unbind(names[i]);
}

void rlx_init(const char *application, const rlx_callbacks *callbacks) {
  calls = *callbacks;
  if (is_set_up) return;
  is_set_up = true;
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_prep_term_function = NULL;
  rl_deprep_term_function = NULL;
  rl_readline_name = strdup(application);
  rl_terminal_name = "dumb";
  rl_instream = fopen("/dev/null", "re");
  rl_outstream = fopen("/dev/null", "we");
  rl_getc_function = next_byte;
  rl_input_available_hook = has_byte;
  rl_redisplay_function = redisplay;
  // No inputrc: a user's macros could reach what is unbound below.
  const char *old = getenv("INPUTRC");
  char *kept = old ? strdup(old) : NULL;
  setenv("INPUTRC", "/dev/null", 1);
  rl_initialize();
  if (kept) setenv("INPUTRC", kept, 1); else unsetenv("INPUTRC");
  free(kept);
  rl_variable_bind("bell-style", "none");
  rl_variable_bind("enable-bracketed-paste", "off");
  rl_variable_bind("editing-mode", "emacs");
  rl_completion_query_items = -1;
  unbind_dangerous();
  rl_bind_key('?', on_help);
  rl_bind_key('\t', on_tab);
  using_history();
}

void rlx_start(const char *prompt) {
  if (is_running) rlx_stop();
  key_start = key_end = 0;
  is_running = true;
  rl_callback_handler_install(prompt, on_line);
}

void rlx_stop(void) {
  if (!is_running) return;
  is_running = false;
  rl_callback_sigcleanup();
  rl_free_line_state();
  rl_callback_handler_remove();
  key_start = key_end = 0;
}

bool rlx_in_search(void) { return RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH) != 0; }

static void push(const char *bytes, int count) {
  if (count <= 0 || count > (int)sizeof keys) return;
  if (key_start == key_end) key_start = key_end = 0;
  if (key_end + count > (int)sizeof keys) return;
  memcpy(keys + key_end, bytes, (size_t)count);
  key_end += count;
}

// Never without an installed handler: that aborts. The line handler may have stopped us.
static void drain(void) {
  while (is_running && key_start < key_end) rl_callback_read_char();
}

static bool may_stay_in_search(const char *key, int count) {
  unsigned char first = (unsigned char)key[0];
  if (first >= 0x80) return true;
  if (count != 1) return false;
  return (first >= 0x20 && first != 0x7f) || first == 0x12 || first == 0x13 || first == 0x07 || first == 0x08 || first == 0x7f ||
         first == 0x0a;
}

void rlx_feed(const char *key, int count) {
  if (!is_running || count <= 0) return;
  if (rlx_in_search() && !may_stay_in_search(key, count)) {
    push("\n", 1);
    drain();
  }
  push(key, count);
  drain();
  if (wanted_prompt && !rlx_in_search()) rlx_set_prompt(NULL);
}

const char *rlx_line(void) { return is_running && rl_line_buffer ? rl_line_buffer : ""; }
int rlx_point(void) { return is_running ? rl_point : 0; }
const char *rlx_prompt(void) { return is_running && rl_display_prompt ? rl_display_prompt : ""; }

// In a search the prompt belongs to the search: keep the new one until it ends.
void rlx_set_prompt(const char *prompt) {
  if (prompt) {
    free(wanted_prompt);
    wanted_prompt = strdup(prompt);
  }
  if (!is_running || rlx_in_search() || !wanted_prompt) return;
  rl_set_prompt(wanted_prompt);
  free(wanted_prompt);
  wanted_prompt = NULL;
}

static void leave_search(void) {
  if (!rlx_in_search()) return;
  push("\n", 1);
  drain();
}

void rlx_replace(const char *text) {
  if (!is_running) return;
  leave_search();
  rl_replace_line(text, 1);
  rl_point = rl_end;
}

void rlx_insert(const char *text) {
  if (!is_running) return;
  leave_search();
  rl_insert_text(text);
}

void rlx_abort_line(void) {
  if (!is_running) return;
  leave_search();
  rl_replace_line("", 1);
  rl_point = 0;
}

void rlx_history_limit(int lines) { stifle_history(lines); }
int rlx_history_load(const char *path) { return read_history(path); }

int rlx_history_save(const char *path) {
  mode_t old = umask(0077);
  int result = write_history(path);
  umask(old);
  return result;
}

void rlx_history_add(const char *line) {
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
  if (last && strcmp(last->line, line) == 0) return;
  add_history(line);
  history_set_pos(history_length);
}
