/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where visioncraft-to-video finds the API key, and how --set-token keeps it
 */
#include "programfixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static char *
kept_path (ProgramFixture *fixture)
{
  return g_build_filename (fixture->home, "visioncraft", "token", NULL);
}

/* As a text editor or an older program would have left it. */
static void
keep (ProgramFixture *fixture, const char *text, gssize size)
{
  g_autofree char *path = kept_path (fixture);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_file_set_contents_full (path, text, size, 0, 0600, &error);
  g_assert_no_error (error);
}

static void
forget_key (ProgramFixture *fixture)
{
  g_subprocess_launcher_unsetenv (fixture->launcher, "VISIONCRAFT_TOKEN");
}

/* --- Where it is found --- */

static void
test_without_a_key_the_way_to_one (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  forget_key (fixture);
  program_run (fixture, &result, "a fox", "fox.mp4", NULL);
  program_assert_failure (fixture, &result, 77, "--set-token", 0);
  g_assert_nonnull (strstr (result.err, "docs/api-key.md"));
}

/* The file wins over the environment, the environment over what is kept. */
static void
test_the_nearest_key_wins (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) from_file = { 0 };
  g_auto (Result) from_environment = { 0 };
  g_auto (Result) kept = { 0 };

  keep (fixture, "wrong", -1);
  program_run (fixture, &from_environment, "a fox", "1.gif", NULL);
  program_assert_success (fixture, &from_environment);

  g_subprocess_launcher_setenv (
      fixture->launcher, "VISIONCRAFT_TOKEN", "wrong", TRUE);
  program_write (fixture, "key", TEST_KEY);
  program_run (
      fixture, &from_file, "a fox", "2.gif", "--token-file=key", "-q", NULL);
  g_assert_cmpint (from_file.status, ==, 0);

  forget_key (fixture);
  keep (fixture, "\357\273\277" TEST_KEY "\r\n\n", -1);
  program_run (fixture, &kept, "a fox", "3.gif", "-q", NULL);
  g_assert_cmpint (kept.status, ==, 0);
  g_assert_cmpstr (kept.err, ==, "");
}

/* What `<(pass …)` gives: a pipe that can be read once. */
static void
test_the_key_may_come_through_a_pipe (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) shell = NULL;
  g_autofree char *command = g_strdup_printf (
      "bash -c 'exec \"$0\" \"a fox\" fox.gif --token-file <(echo %s)' '%s'",
      TEST_KEY, g_getenv ("TEST_PROGRAM"));

  forget_key (fixture);
  shell = program_start_command (fixture, command);
  program_finish (shell, &result);
  program_assert_success (fixture, &result);
}

static const struct
{
  const char *text;
  gssize size;
  const char *words;
} no_keys[] = {
  { "", 0, "is empty" },
  { "\r\n", 2, "is empty" },
  { "two\nlines\n", -1, "stand alone" },
  { "with\ttab", -1, "stand alone" },
  { "with\0nul", 8, "stand alone" },
  { "\033[2Jscreen", -1, "stand alone" },
  { "\xff\xfe", -1, "not UTF-8" },
  { "two words\n", -1, "no API key has" },
  { TEST_KEY "\342\200\213\n", -1, "no API key has" },
};

/* Neither are they printed: they may be a key with something behind it. */
static void
test_what_is_no_key_is_refused (ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_auto (Result) named = { 0 };
  g_auto (Result) kept = { 0 };

  forget_key (fixture);
  keep (fixture, no_keys[index].text, no_keys[index].size);
  program_run (fixture, &kept, "a fox", "fox.mp4", NULL);
  program_assert_failure (fixture, &kept, 77, no_keys[index].words, 0);
  g_assert_null (strstr (kept.err, "lines"));
  g_assert_null (strstr (kept.err, "screen"));

  {
    g_autofree char *path = kept_path (fixture);

    program_run (
        fixture, &named, "a fox", "fox.mp4", "--token-file", path, NULL);
  }
  program_assert_failure (fixture, &named, 77, no_keys[index].words, 0);
}

static void
test_a_long_file_is_no_key (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  forget_key (fixture);
  program_run (
      fixture, &result, "a fox", "fox.mp4", "--token-file=/dev/zero", NULL);
  program_assert_failure (fixture, &result, 77, "longer than 4096 bytes", 0);
}

static void
test_a_readable_file_is_warned_of (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *path = program_path (fixture, "key");

  program_write (fixture, "key", TEST_KEY);
  g_chmod (path, 0644);
  program_run (fixture, &result, "a fox", "fox.gif", "--token-file=key", NULL);
  program_assert_success (fixture, &result);
  g_assert_nonnull (strstr (result.err, "Warning: Others can read"));
}

/* --- --set-token --- */

static void
assert_kept (ProgramFixture *fixture)
{
  g_autofree char *path = kept_path (fixture);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  GStatBuf status;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, TEST_KEY "\n");
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (directory, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0700);
}

static GSubprocess *
start_with_input (ProgramFixture *fixture, int input)
{
  const char *const words[] = { "--set-token", NULL };

  g_subprocess_launcher_take_stdin_fd (fixture->launcher, input);
  return program_start (fixture, words);
}

static void
test_set_token_reads_a_pipe (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *path = program_path (fixture, "key");

  program_write (fixture, "key", TEST_KEY "\n");
  process = start_with_input (fixture, g_open (path, O_RDONLY, 0));
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_null (strstr (result.err, TEST_KEY));
  assert_kept (fixture);
}

static gboolean
echoes (int fd)
{
  struct termios state;

  g_assert_cmpint (tcgetattr (fd, &state), ==, 0);
  return (state.c_lflag & ECHO) != 0;
}

/* The terminal is stdin and stderr; it is the test's to close. */
static GSubprocess *
start_on_terminal (ProgramFixture *fixture, int *ret_terminal, int *ret_theirs)
{
  GSubprocess *process;

  g_assert_cmpint (openpty (ret_terminal, ret_theirs, NULL, NULL, NULL), ==, 0);
  g_subprocess_launcher_set_flags (
      fixture->launcher, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_take_stderr_fd (fixture->launcher, dup (*ret_theirs));
  process = start_with_input (fixture, dup (*ret_theirs));
  g_clear_object (&fixture->launcher);
  return process;
}

static void
test_set_token_does_not_show_what_is_typed (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GString) seen = g_string_new (NULL);
  int terminal, theirs;
  g_autoptr (GSubprocess) process =
      start_on_terminal (fixture, &terminal, &theirs);

  program_read_until (terminal, seen, "is not shown): ");
  g_assert_false (echoes (theirs));
  g_assert_cmpint (
      write (terminal, TEST_KEY "\n", strlen (TEST_KEY) + 1), >, 0);
  program_read_until (terminal, seen, " now.");
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_null (strstr (seen->str, TEST_KEY));
  g_assert_true (echoes (theirs));
  assert_kept (fixture);
  close (terminal);
  close (theirs);
}

static void
test_a_signal_leaves_the_terminal_as_it_was (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GString) seen = g_string_new (NULL);
  int terminal, theirs;
  g_autoptr (GSubprocess) process =
      start_on_terminal (fixture, &terminal, &theirs);

  program_read_until (terminal, seen, "is not shown): ");
  g_subprocess_send_signal (process, SIGINT);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, -SIGINT);
  g_assert_true (echoes (theirs));
  close (terminal);
  close (theirs);
}

static void
test_set_token_keeps_only_keys (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *path = kept_path (fixture);

  process = start_with_input (fixture, g_open ("/dev/null", O_RDONLY, 0));
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 77);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  program_add ("/key/without-a-key-the-way-to-one", NULL,
      test_without_a_key_the_way_to_one);
  program_add ("/key/the-nearest-key-wins", NULL, test_the_nearest_key_wins);
  program_add ("/key/the-key-may-come-through-a-pipe", NULL,
      test_the_key_may_come_through_a_pipe);
  program_add_each ("/key/what-is-no-key-is-refused", G_N_ELEMENTS (no_keys),
      test_what_is_no_key_is_refused);
  program_add ("/key/a-long-file-is-no-key", NULL, test_a_long_file_is_no_key);
  program_add ("/key/a-readable-file-is-warned-of", NULL,
      test_a_readable_file_is_warned_of);
  program_add (
      "/key/set-token-reads-a-pipe", NULL, test_set_token_reads_a_pipe);
  program_add ("/key/set-token-does-not-show-what-is-typed", NULL,
      test_set_token_does_not_show_what_is_typed);
  program_add ("/key/a-signal-leaves-the-terminal-as-it-was", NULL,
      test_a_signal_leaves_the_terminal_as_it_was);
  program_add (
      "/key/set-token-keeps-only-keys", NULL, test_set_token_keeps_only_keys);
  return g_test_run ();
}
