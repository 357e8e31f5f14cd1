/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How visioncraft-batch ends when it is told to.
 */
#include "batchfixture.h"

#include <string.h>

/* A run with one request out that the server holds. */
static GSubprocess *
start_held (ProgramFixture *fixture, const char *options)
{
  g_autofree char *words =
      g_strconcat ("list.txt -o out/{n}.gif --jobs 1 ", options, NULL);
  GSubprocess *process;

  batch_write_list (fixture, 3);
  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  process = batch_start (fixture, words);
  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_HELD, 1, FIXTURE_DEADLINE_MS));
  return process;
}

static void
test_signal_waits_for_what_is_out (ProgramFixture *fixture, gconstpointer row)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = start_held (fixture, "");
  g_autoptr (GString) seen = g_string_new (NULL);
  GUnixInputStream *err =
      G_UNIX_INPUT_STREAM (g_subprocess_get_stderr_pipe (process));

  g_subprocess_send_signal (process, numbers[GPOINTER_TO_UINT (row)]);
  program_read_until (g_unix_input_stream_get_fd (err), seen, "Interrupted");
  mock_server_release (fixture->server);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 75);
  batch_assert_gifs (fixture, "out", 1);
  batch_run (fixture, 0, 3, "list.txt -o out/{n}.gif");
}

/* Engines signal a script and its programs, and the script passes it on. */
static void
test_hangup_is_no_second_signal (ProgramFixture *fixture, gconstpointer row)
{
  static const int orders[][3] = { { SIGHUP, SIGTERM, SIGHUP },
    { SIGTERM, SIGHUP, SIGHUP } };
  const int *order = orders[GPOINTER_TO_UINT (row)];
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = start_held (fixture, "");
  g_autoptr (GString) seen = g_string_new (NULL);
  GUnixInputStream *err =
      G_UNIX_INPUT_STREAM (g_subprocess_get_stderr_pipe (process));

  for (guint i = 0; i < G_N_ELEMENTS (orders[0]); i++)
    g_subprocess_send_signal (process, order[i]);
  program_read_until (g_unix_input_stream_get_fd (err), seen, "Interrupted");
  mock_server_release (fixture->server);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 75);
  batch_assert_gifs (fixture, "out", 1);
}

static void
test_grace_has_an_end (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = start_held (fixture, "--grace 1");

  g_subprocess_send_signal (process, SIGTERM);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 75);
  g_assert_nonnull (strstr (result.err, "billed"));
  mock_server_release (fixture->server);
  /* What was out is not asked for again; what was not, is. */
  batch_run (fixture, 76, 3, "list.txt -o out/{n}.gif");
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif --repeat-unknown");
}

static void
test_second_signal_ends_at_once (ProgramFixture *fixture, gconstpointer row)
{
  static const int numbers[] = { SIGINT, SIGTERM };
  int number = numbers[GPOINTER_TO_UINT (row)];
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = start_held (fixture, "--grace 600");
  g_autoptr (GString) seen = g_string_new (NULL);
  GUnixInputStream *err =
      G_UNIX_INPUT_STREAM (g_subprocess_get_stderr_pipe (process));

  g_subprocess_send_signal (process, number);
  program_read_until (g_unix_input_stream_get_fd (err), seen, "Interrupted");
  g_subprocess_send_signal (process, number);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 128 + number);
  mock_server_release (fixture->server);
}

/* Under nohup the end of a terminal is none of the run's. */
static void
test_ignored_hangup_stays_ignored (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *command =
      g_strdup_printf ("nohup %s list.txt -o out/{n}.gif --jobs 1 --grace 600",
          g_getenv ("TEST_PROGRAM"));

  batch_write_list (fixture, 3);
  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  process = program_start_command (fixture, command);
  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_HELD, 1, FIXTURE_DEADLINE_MS));
  g_subprocess_send_signal (process, SIGHUP);
  mock_server_release (fixture->server);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_null (strstr (result.err, "Interrupted"));
  batch_assert_gifs (fixture, "out", 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) program_add ("/batch-signals/" #name, NULL, test_##name)
  TEST (grace_has_an_end);
  TEST (ignored_hangup_stays_ignored);
#undef TEST
#define EACH(name, n) program_add_each ("/batch-signals/" #name, n, test_##name)
  EACH (signal_waits_for_what_is_out, 3);
  EACH (second_signal_ends_at_once, 2);
  EACH (hangup_is_no_second_signal, 2);
#undef EACH
  return g_test_run ();
}
