/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Nothing is paid twice, whatever happens to the process or the journal.
 */
#include "batchfixture.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static guint
count_posts (ProgramFixture *fixture)
{
  return mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED);
}

/* --- Death --- */

/* A run that has made @n requests. */
static GSubprocess *
start_until_posts (ProgramFixture *fixture, const char *words, guint n)
{
  GSubprocess *process = batch_start (fixture, words);

  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_POST_RECEIVED, n, FIXTURE_DEADLINE_MS));
  return process;
}

static void
kill_process (GSubprocess *process)
{
  g_auto (Result) result = { 0 };

  g_subprocess_send_signal (process, SIGKILL);
  program_finish (process, &result);
  /* It may have been faster. */
  g_assert_true (result.status == -SIGKILL || result.status == 0);
}

#define KILL_LIST 60
#define N_KILLS 8
#define JOBS 4

/* After so many requests at first, then so many more, at one moment or another
 * of what comes then: each death costs at most what was out. */
static void
test_kills_cost_what_was_out (ProgramFixture *fixture, gconstpointer unused)
{
  static const MockEvent moments[] = { MOCK_EVENT_POST_ANSWERED,
    MOCK_EVENT_GET_RECEIVED, MOCK_EVENT_GET_ANSWERED };
  const char *words = "list.txt -o out/{n}.gif --jobs 4 --repeat-unknown";
  guint n_posts;

  batch_write_list (fixture, KILL_LIST);
  for (guint i = 0; i < N_KILLS; i++) {
    guint n = MIN (
        count_posts (fixture) + g_test_rand_int_range (1, 10), KILL_LIST - 1);
    g_autoptr (GSubprocess) process = start_until_posts (fixture, words, n);
    MockEvent moment = moments[i % G_N_ELEMENTS (moments)];

    /* There is a next one, unless all is done by now. */
    if (count_posts (fixture) < KILL_LIST)
      g_assert_true (mock_server_wait_for (fixture->server, moment,
          mock_server_count (fixture->server, moment) + 1,
          FIXTURE_DEADLINE_MS));
    kill_process (process);
  }
  n_posts = count_posts (fixture);
  {
    g_auto (Result) result = { 0 };
    g_autoptr (GSubprocess) process = batch_start (fixture, words);

    program_finish (process, &result);
    g_assert_cmpint (result.status, ==, 0);
  }
  g_test_message (
      "%u posts, %u before the last run", count_posts (fixture), n_posts);
  g_assert_cmpuint (count_posts (fixture), >=, KILL_LIST);
  g_assert_cmpuint (count_posts (fixture), <=, KILL_LIST + N_KILLS * JOBS);
  batch_assert_gifs (fixture, "out", KILL_LIST);
  batch_run (fixture, 0, count_posts (fixture), words);
}

/* What was out is listed, and left alone until somebody says otherwise. */
static void
test_what_was_out_is_unknown (ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 3";
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *results = NULL;
  gsize size;

  batch_write_list (fixture, 5);
  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  process = start_until_posts (fixture, words, 3);
  kill_process (process);
  mock_server_release (fixture->server);
  batch_run (fixture, 76, 5, words);
  batch_assert_gifs (fixture, "out", 2);
  results = program_read (fixture, "out/results.jsonl", &size);
  g_assert_nonnull (strstr (results, "\"state\":\"unknown\""));
  g_assert_nonnull (strstr (results, "may have been billed"));
  batch_run (fixture, 76, 5, words);
  batch_run (fixture, 0, 8, "list.txt -o out/{n}.gif --repeat-unknown");
  batch_assert_gifs (fixture, "out", 5);
}

/* The reply was there, the GIF was not: its address is. */
static void
test_death_in_the_download_costs_nothing (
    ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 2";
  g_autoptr (GSubprocess) process = NULL;

  batch_write_list (fixture, 2);
  mock_server_hold (fixture->server, MOCK_STAGE_GET, 100);
  process = batch_start (fixture, words);
  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_HELD, 2, FIXTURE_DEADLINE_MS));
  kill_process (process);
  mock_server_release (fixture->server);
  batch_run (fixture, 0, 2, words);
  batch_assert_gifs (fixture, "out", 2);
}

/* What a killed run left of a file goes; what may be another program's stays. */
static void
test_half_files_of_the_dead_go (ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *ours = program_path (fixture, "out/.1.gif.part-a1B2c3");
  g_autofree char *others = program_path (fixture, "out/.x.gif.part-a1B2c3");

  g_assert_cmpint (g_mkdir_with_parents (ours, 0700), ==, 0);
  g_assert_cmpint (g_mkdir_with_parents (others, 0700), ==, 0);
  program_write (fixture, "out/.1.gif.part-a1B2c3/1.gif", "GIF8");
  batch_write_list (fixture, 2);
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif");
  g_assert_false (g_file_test (ours, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (others, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (others), ==, 0);
  batch_assert_gifs (fixture, "out", 2);
}

/* --- The journal --- */

/* Cut within its last lines: what the cache has is not paid again. Every byte
 * of them is in batch-journal.c. */
static void
test_journal_may_be_cut_anywhere (ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 1 --quiet";
  g_autofree char *journal = NULL;
  g_autofree char *path = program_path (fixture, "out/journal.jsonl");
  gsize size, begin;
  guint n_lines = 0;

  batch_write_list (fixture, 2);
  batch_run (fixture, 0, 2, words);
  journal = program_read (fixture, "out/journal.jsonl", &size);
  for (begin = size - 1; n_lines < 3 && begin > 0; begin--)
    n_lines += journal[begin - 1] == '\n';
  for (gsize cut = begin + 1; cut <= size; cut++) {
    gboolean is_edge = cut == size || journal[cut] == '\n'
        || journal[cut - 1] == '\n' || (cut > 1 && journal[cut - 2] == '\n');

    if (!is_edge && cut % 97 != 0)
      continue;
    g_assert_true (g_file_set_contents (path, journal, (gssize) cut, NULL));
    batch_run (fixture, 0, 2, words);
    /* And once more, behind what the first one closed. */
    batch_run (fixture, 0, 2, words);
    batch_assert_gifs (fixture, "out", 2);
  }
}

static void
test_damage_in_the_journal_is_told (
    ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 1";
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *path = program_path (fixture, "out/journal.jsonl");
  g_autofree char *journal = NULL;
  gsize size;

  batch_write_list (fixture, 2);
  batch_run (fixture, 0, 2, words);
  journal = program_read (fixture, "out/journal.jsonl", &size);
  strchr (strchr (journal, '\n') + 1, ':')[0] = '#';
  g_assert_true (g_file_set_contents (path, journal, (gssize) size, NULL));
  process = batch_start (fixture, words);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_nonnull (strstr (result.err, "journal.jsonl:2: "));
  g_assert_cmpuint (count_posts (fixture), ==, 2);
}

/* As services and cron start programs: what is said to nobody is not said to
 * the first file that is opened. */
static void
test_closed_streams_are_not_the_journal (
    ProgramFixture *fixture, gconstpointer row)
{
  static const char *const closings[] = { ">&-", "2>&-", ">&- 2>&-" };
  g_auto (Result) result = { 0 };
  g_autofree char *script =
      g_strdup_printf ("exec \"$0\" - -o out/{n}.gif --json <list.txt %s",
          closings[GPOINTER_TO_UINT (row)]);
  g_autofree char *quoted = g_shell_quote (script);
  g_autofree char *command =
      g_strdup_printf ("sh -c %s %s", quoted, g_getenv ("TEST_PROGRAM"));
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *journal = NULL;
  gsize size;

  program_write (fixture, "list.txt", "a\nb fault:status status=422\n");
  process = program_start_command (fixture, command);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 65);
  journal = program_read (fixture, "out/journal.jsonl", &size);
  g_assert_null (strstr (journal, "begin"));
  g_assert_null (strstr (journal, "visioncraft-batch:"));
  batch_run (fixture, 65, 2, "list.txt -o out/{n}.gif");
}

static void
test_lost_journal_costs_nothing (ProgramFixture *fixture, gconstpointer unused)
{
  batch_write_list (fixture, 3);
  batch_run (fixture, 0, 3, "list.txt -o out/{n}.gif");
  program_remove (fixture, "out/journal.jsonl");
  batch_run (fixture, 0, 3, "list.txt -o out/{n}.gif");
  batch_assert_gifs (fixture, "out", 3);
}

static void
test_two_processes_do_not_share_a_journal (
    ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 1";
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) first = NULL;

  batch_write_list (fixture, 2);
  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  first = start_until_posts (fixture, words, 1);
  batch_run (fixture, 75, 1, words);
  mock_server_release (fixture->server);
  program_finish (first, &result);
  g_assert_cmpint (result.status, ==, 0);
  batch_run (fixture, 0, 2, words);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) program_add ("/batch-money/" #name, NULL, test_##name)
  TEST (kills_cost_what_was_out);
  TEST (what_was_out_is_unknown);
  TEST (death_in_the_download_costs_nothing);
  TEST (half_files_of_the_dead_go);
  TEST (journal_may_be_cut_anywhere);
  TEST (damage_in_the_journal_is_told);
  TEST (lost_journal_costs_nothing);
  TEST (two_processes_do_not_share_a_journal);
#undef TEST
  program_add_each ("/batch-money/closed_streams_are_not_the_journal", 3,
      test_closed_streams_are_not_the_journal);
  return g_test_run ();
}
