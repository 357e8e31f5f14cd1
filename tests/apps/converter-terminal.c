/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What visioncraft-to-video prints, and its documentation
 */
#include "programfixture.h"

#include <locale.h>
#include <pty.h>
#include <string.h>
#include <unistd.h>

/* The program with a terminal of @columns as its stderr, held while it
 * generates; what it prints then, and at the end. */
static void
run_on_terminal (ProgramFixture *fixture, gushort columns, GString *seen)
{
  const char *const words[] = { "a fox", "fox.mp4", NULL };
  const struct winsize size = { .ws_row = 24, .ws_col = columns };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  int terminal, theirs;

  g_assert_cmpint (openpty (&terminal, &theirs, NULL, NULL, &size), ==, 0);
  g_subprocess_launcher_set_flags (
      fixture->launcher, G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_setenv (fixture->launcher, "TERM", "xterm", TRUE);
  g_subprocess_launcher_take_stderr_fd (fixture->launcher, theirs);
  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  process = program_start (fixture, words);
  g_clear_object (&fixture->launcher); /* closes our copy of the terminal */

  program_read_until (terminal, seen, "Generating");
  program_read_until (terminal, seen, " 1 s"); /* it counts */
  mock_server_release (fixture->server);
  program_read_until (terminal, seen, "Wrote fox.mp4");
  program_read_until (terminal, seen, "\n");
  program_finish (process, &result);
  program_assert_success (fixture, &result);
  close (terminal);
}

static void
test_a_bar_on_a_terminal (ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  run_on_terminal (fixture, 80, seen);
  g_assert_nonnull (strstr (seen->str, "\rGenerating  [<=>  "));
  g_assert_nonnull (strstr (seen->str, "\rGenerating  [ <=> "));
  g_assert_nonnull (strstr (seen->str, "\rSaving "));
  /* The bar is gone at the end. */
  g_assert_nonnull (strstr (seen->str, "\r\033[KWrote fox.mp4, "));
}

/* Nothing is wider than the terminal: it would scroll. */
static void
test_a_narrow_terminal (ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  g_auto (GStrv) parts = NULL;
  guint n_drawn = 0;

  run_on_terminal (fixture, 22, seen);
  parts = g_strsplit_set (seen->str, "\r\033\n", -1);
  for (guint i = 0; parts[i] != NULL; i++) {
    if (strstr (parts[i], "Wrote") != NULL)
      break;
    g_assert_cmpuint (strlen (parts[i]), <=, 22);
    n_drawn += strlen (parts[i]) > 3;
  }
  g_assert_cmpuint (n_drawn, >, 3);
}

static void
test_lines_where_there_is_no_terminal (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "a fox", "fox.gif", NULL);
  program_assert_success (fixture, &result);
  g_assert_true (g_str_has_prefix (result.err, "Generating\n"));
  g_assert_nonnull (strstr (result.err, "\nWrote fox.gif, "));
  g_assert_null (strpbrk (result.err, "\r\033"));
}

static void
test_quiet_is_silent (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "a fox", "fox.mp4", "--quiet", NULL);
  program_assert_success (fixture, &result);
  g_assert_cmpstr (result.err, ==, "");
}

static void
test_version_is_the_projects (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "--version", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.out, ==, "visioncraft-to-video " TEST_VERSION "\n");
}

/* --- Documentation --- */

static char *
read_source (const char *name)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("TEST_SOURCE_DIR"), name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* All "--option" words of --help, each once or more. */
static GStrv
list_options (ProgramFixture *fixture)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GRegex) regex = g_regex_new ("--[a-z-]+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();

  program_run (fixture, &result, "--help", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_regex_match (regex, result.out, 0, &match);
  while (g_match_info_matches (match)) {
    g_autofree char *option = g_match_info_fetch (match, 0);

    g_strv_builder_add (options, option);
    g_match_info_next (match, NULL);
  }
  return g_strv_builder_end (options);
}

static void
test_every_option_is_documented (ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *page = read_source ("visioncraft-to-video.1.in");
  g_autofree char *bash = read_source ("completion.bash");
  g_autofree char *zsh = read_source ("completion.zsh");
  g_autofree char *fish = read_source ("completion.fish");
  g_auto (GStrv) options = list_options (fixture);

  g_assert_cmpuint (g_strv_length (options), >, 14);
  for (guint i = 0; options[i] != NULL; i++) {
    g_auto (GStrv) words = g_strsplit (options[i], "-", -1);
    g_autofree char *in_roff = g_strjoinv ("\\-", words);
    g_autofree char *in_fish = g_strdup_printf (" -l %s ", options[i] + 2);

    g_test_message ("%s", options[i]);
    g_assert_nonnull (strstr (page, in_roff));
    g_assert_nonnull (strstr (bash, options[i]));
    g_assert_nonnull (strstr (zsh, options[i]));
    g_assert_nonnull (strstr (fish, in_fish));
  }
}

static void
test_every_status_is_documented (ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const statuses[] = { "0", "64", "65", "66", "69", "74",
    "75", "77" };
  g_autofree char *page = read_source ("visioncraft-to-video.1.in");

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autofree char *item = g_strdup_printf ("\n.B %s\n", statuses[i]);

    g_assert_nonnull (strstr (page, item));
  }
}

static void
test_the_manual_page_has_no_mistakes (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) groff = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
      "groff", "-man", "-ww", "-z", "-Kutf8", "-Tutf8",
      g_getenv ("TEST_MANUAL"), NULL);
  g_auto (Result) result = { 0 };

  g_assert_no_error (error);
  program_finish (groff, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.err, ==, "");
}

/* What bash would offer after @line. */
static char *
complete (ProgramFixture *fixture, const char *line)
{
  static const char script[] =
      "source \"$1\"; COMP_WORDS=($2); [[ $2 == *' ' ]] && COMP_WORDS+=('');"
      "COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ));"
      "_visioncraft_to_video visioncraft-to-video "
      "\"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\";"
      "echo \"${COMPREPLY[*]}\"";
  g_autofree char *file =
      g_build_filename (g_getenv ("TEST_SOURCE_DIR"), "completion.bash", NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) bash = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_set_cwd (launcher, fixture->directory);
  bash = g_subprocess_launcher_spawn (
      launcher, &error, "bash", "-c", script, "bash", file, line, NULL);
  g_assert_no_error (error);
  program_finish (bash, &result);
  g_assert_cmpint (result.status, ==, 0);
  return g_strdup (g_strchomp (result.out));
}

static const struct
{
  const char *line, *offered;
} completions[] = {
  { "visioncraft-to-video --st", "--steps=" },
  { "visioncraft-to-video --fo", "--force" },
  { "visioncraft-to-video --token-file k", "key" },
  { "visioncraft-to-video fox f", "fox.mp4" },
  { "visioncraft-to-video --background b", "black blue" },
  { "visioncraft-to-video --format m", "mov mp4" },
  { "visioncraft-to-video --sampler D", "DDIM DPM++\\ 2M" },
  { "visioncraft-to-video --from f", "fox.gif" },
};

/* All of @words, which may be among others. */
static gboolean
offers (const char *offered, const char *words)
{
  g_auto (GStrv) each = g_strsplit (words, " ", -1);

  for (guint i = 0; each[i] != NULL; i++)
    if (strstr (offered, each[i]) == NULL) {
      g_test_message ("%s is not in %s", each[i], offered);
      return FALSE;
    }
  return TRUE;
}

static void
test_bash_completes (ProgramFixture *fixture, gconstpointer unused)
{
  program_write (fixture, "fox.mp4", "");
  program_write (fixture, "fox.gif", "");
  program_write (fixture, "key", "");
  for (guint i = 0; i < G_N_ELEMENTS (completions); i++) {
    g_autofree char *offered = complete (fixture, completions[i].line);

    g_assert_true (offers (offered, completions[i].offered));
  }
}

/* As people press Tab: the option stands as it is to be typed. */
static void
test_a_shell_writes_options_whole (
    ProgramFixture *fixture, gconstpointer unused)
{
  const struct winsize size = { .ws_row = 24, .ws_col = 200 };
  g_autofree char *file =
      g_build_filename (g_getenv ("TEST_SOURCE_DIR"), "completion.bash", NULL);
  static const char typed[] = "visioncraft-to-video --samp\tLM\t --forc\t|\n";
  g_autofree char *source =
      g_strdup_printf ("source '%s'; PS1=rea''dy\n", file);
  g_autoptr (GString) seen = g_string_new (NULL);
  g_autoptr (GSubprocess) bash = NULL;
  g_autoptr (GError) error = NULL;
  int terminal, theirs;

  g_assert_cmpint (openpty (&terminal, &theirs, NULL, NULL, &size), ==, 0);
  g_subprocess_launcher_set_flags (fixture->launcher, G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_setenv (fixture->launcher, "TERM", "dumb", TRUE);
  g_subprocess_launcher_take_stdin_fd (fixture->launcher, dup (theirs));
  g_subprocess_launcher_take_stdout_fd (fixture->launcher, dup (theirs));
  g_subprocess_launcher_take_stderr_fd (fixture->launcher, theirs);
  bash = g_subprocess_launcher_spawn (
      fixture->launcher, &error, "bash", "--norc", "-i", NULL);
  g_assert_no_error (error);
  g_clear_object (&fixture->launcher);
  g_assert_cmpint (write (terminal, source, strlen (source)), >, 0);
  /* The prompt comes once the shell, not the terminal, echoes what is typed. */
  program_read_until (terminal, seen, "ready");
  g_assert_cmpint (write (terminal, typed, strlen (typed)), >, 0);
  program_read_until (terminal, seen, "|");
  g_string_replace (seen, "\a", "", 0);
  g_assert_nonnull (
      strstr (seen->str, "visioncraft-to-video --sampler=LMS --force |"));
  g_subprocess_force_exit (bash);
  close (terminal);
}

static void
test_the_other_shells_complete (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) fish = { 0 };
  g_auto (Result) zsh = { 0 };
  g_autofree char *fish_command = g_strdup_printf (
      "fish --no-config -c 'source \"%s/completion.fish\"; complete -C "
      "\"visioncraft-to-video --sampler DPM+\"; complete -C "
      "\"visioncraft-to-video --fo\"'",
      g_getenv ("TEST_SOURCE_DIR"));
  g_autofree char *zsh_command = g_strdup_printf (
      "zsh -n '%s/completion.zsh'", g_getenv ("TEST_SOURCE_DIR"));
  g_autoptr (GSubprocess) in_fish =
      program_start_command (fixture, fish_command);
  g_autoptr (GSubprocess) in_zsh = program_start_command (fixture, zsh_command);

  program_finish (in_fish, &fish);
  g_assert_cmpstr (fish.err, ==, "");
  g_assert_true (offers (fish.out, "--force --format SDE 2M Karras"));
  program_finish (in_zsh, &zsh);
  g_assert_cmpint (zsh.status, ==, 0);
  g_assert_cmpstr (zsh.err, ==, "");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  program_add ("/terminal/a-bar-on-a-terminal", NULL, test_a_bar_on_a_terminal);
  program_add ("/terminal/a-narrow-terminal", NULL, test_a_narrow_terminal);
  program_add ("/terminal/lines-where-there-is-no-terminal", NULL,
      test_lines_where_there_is_no_terminal);
  program_add ("/terminal/quiet-is-silent", NULL, test_quiet_is_silent);
  program_add (
      "/terminal/version-is-the-projects", NULL, test_version_is_the_projects);
  program_add ("/terminal/every-option-is-documented", NULL,
      test_every_option_is_documented);
  program_add ("/terminal/every-status-is-documented", NULL,
      test_every_status_is_documented);
  program_add ("/terminal/the-manual-page-has-no-mistakes", NULL,
      test_the_manual_page_has_no_mistakes);
  program_add ("/terminal/bash-completes", NULL, test_bash_completes);
  program_add ("/terminal/a-shell-writes-options-whole", NULL,
      test_a_shell_writes_options_whole);
  program_add ("/terminal/the-other-shells-complete", NULL,
      test_the_other_shells_complete);
  return g_test_run ();
}
