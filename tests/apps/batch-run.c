/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-batch as users run it: what it makes, what it asks for, what it
 * says in the end.
 */
#include "batchfixture.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* --- What is made --- */

static void
test_list_becomes_files (ProgramFixture *fixture, gconstpointer unused)
{
  batch_write_list (fixture, 5);
  batch_run (fixture, 0, 5, "list.txt -o 'out/{n}-{slug}.gif' -o {id}.png");
  program_assert_files (fixture,
      "1.png 2.png 3.png 4.png 5.png journal.jsonl list.txt out results.jsonl");
  batch_assert_gifs (fixture, "out", 5);
}

static void
test_second_run_asks_for_nothing (ProgramFixture *fixture, gconstpointer unused)
{
  batch_write_list (fixture, 4);
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif");
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif");
  program_remove (fixture, "out/2.gif");
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif");
  /* Another name, another format, another order. */
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif -o out/{n}.png");
  program_write (fixture, "list.txt", "prompt 4\nprompt 1\nprompt 2\n");
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif");
  batch_run (fixture, 0, 4, "list.txt -o other/{n}.gif --journal-dir out");
  batch_assert_gifs (fixture, "other", 3);
}

/* A name that belonged to another item is made anew. */
static void
test_names_that_move_get_their_own_picture (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *now = NULL;
  gsize first_size, second_size, size;

  program_write (fixture, "list.txt", "a\nb\n");
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif");
  first = program_read (fixture, "out/1.gif", &first_size);
  second = program_read (fixture, "out/2.gif", &second_size);
  g_assert_true (
      first_size != second_size || memcmp (first, second, first_size) != 0);
  program_write (fixture, "list.txt", "b\n");
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif");
  now = program_read (fixture, "out/1.gif", &size);
  g_assert_cmpmem (now, size, second, second_size);
  g_free (now);
  /* "a" was done under this name, but it is not there any more. */
  program_write (fixture, "list.txt", "a\n");
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif");
  now = program_read (fixture, "out/1.gif", &size);
  g_assert_cmpmem (now, size, first, first_size);
}

static void
test_equal_prompts_are_variations (
    ProgramFixture *fixture, gconstpointer unused)
{
  program_write (fixture, "list.jsonl",
      "{\"prompt\":\"a\"}\n{\"prompt\":\"a\"}\n"
      "{\"prompt\":\"a\",\"variations\":2}\n");
  batch_run (fixture, 0, 4, "list.jsonl -o out/{variation}.gif");
  batch_run (fixture, 0, 4, "list.jsonl -o out/{variation}.gif");
  batch_assert_gifs (fixture, "out", 4);
}

static void
test_parameters_reach_the_service (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;

  program_write (fixture, "list.jsonl",
      "{\"prompt\":\"a\",\"negative_prompt\":\"b\",\"sampler\":\"DDIM\","
      "\"cfg_scale\":3,\"steps\":7,\"id\":\"x\",\"output\":\"sub/"
      "{id}.gif\"}\n");
  batch_run (fixture, 0, 1, "list.jsonl --journal-dir out");
  body = mock_server_ref_post_body (fixture->server, 0);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_nonnull (strstr (text, "\"b\""));
  g_assert_nonnull (strstr (text, "DDIM"));
  g_assert_nonnull (strstr (text, "7"));
  batch_assert_gifs (fixture, "sub", 1);
}

static void
test_file_of_somebody_else_stays (ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *out = program_path (fixture, "out");
  g_autofree char *text = NULL;
  gsize size;

  g_mkdir (out, 0777);
  program_write (fixture, "out/1.gif", "mine");
  batch_write_list (fixture, 2);
  batch_run (fixture, 65, 1, "list.txt -o out/{n}.gif");
  text = program_read (fixture, "out/1.gif", &size);
  g_assert_cmpstr (text, ==, "mine");
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif --force");
  batch_assert_gifs (fixture, "out", 2);
}

/* Nothing is paid for what could not be written. */
static void
test_place_that_cannot_be_written_costs_nothing (
    ProgramFixture *fixture, gconstpointer row)
{
  static const char *const folders[] = { "out/1.gif", "file", "out" };
  const char *folder = folders[GPOINTER_TO_UINT (row)];
  g_autofree char *path = program_path (fixture, folder);
  g_autofree char *words =
      g_strdup_printf ("list.txt -o %s --journal-dir journal --jobs 1",
          row == GUINT_TO_POINTER (1) ? "file/{n}.gif" : "out/{n}.gif");

  batch_write_list (fixture, 2);
  if (row == GUINT_TO_POINTER (1))
    program_write (fixture, "file", "mine");
  else
    g_assert_cmpint (g_mkdir_with_parents (path, 0777), ==, 0);
  if (row != GUINT_TO_POINTER (2)) {
    batch_run (fixture, 75, 0, words);
    g_assert_cmpint (g_remove (path), ==, 0);
  }
  batch_run (fixture, 0, 2, words);
}

/* A setting with which no request can leave is nobody's turn to try again. */
static void
test_settings_that_cannot_be_are_said_once (
    ProgramFixture *fixture, gconstpointer row)
{
  static const char *const options[] = { "--ca-file nowhere.pem",
    "--api-url ftp://x", "--api-url http://example.com", "--proxy :" };
  g_autofree char *words = g_strdup_printf (
      "list.txt -o out/{n}.gif %s", options[GPOINTER_TO_UINT (row)]);

  batch_write_list (fixture, 3);
  batch_run (fixture, 64, 0, words);
  batch_run (fixture, 0, 3, "list.txt -o out/{n}.gif");
}

/* --- What the service refuses --- */

static void
test_refused_prompt_is_passed_over (
    ProgramFixture *fixture, gconstpointer unused)
{
  program_write (fixture, "list.txt",
      "a\nb fault:status status=422 times=1\nc\nd fault:status status=422\n");
  batch_run (fixture, 65, 4, "list.txt -o out/{n}.gif");
  batch_assert_gifs (fixture, "out", 2);
  batch_run (fixture, 65, 4, "list.txt -o out/{n}.gif");
  batch_run (fixture, 65, 6, "list.txt -o out/{n}.gif --retry-failed");
  batch_assert_gifs (fixture, "out", 3);
}

static void
test_refused_key_stops_at_once (ProgramFixture *fixture, gconstpointer row)
{
  static const char *const faults[] = { "banned", "paid-plan",
    "status status=402" };

  mock_server_push_fault (fixture->server, faults[GPOINTER_TO_UINT (row)]);
  batch_write_list (fixture, 10);
  batch_run (fixture, 77, 1, "list.txt -o out/{n}.gif --jobs 1");
  batch_run (fixture, 0, 11, "list.txt -o out/{n}.gif --jobs 1");
}

static void
test_failures_in_a_row_stop (ProgramFixture *fixture, gconstpointer unused)
{
  program_write (fixture, "list.txt",
      "a\nb fault:status status=422\nc\nd fault:status status=422\n"
      "e fault:status status=422\nf\ng\n");
  batch_run (fixture, 75, 5,
      "list.txt -o out/{n}.gif --jobs 1 --stop-after-failures 2");
  batch_run (fixture, 65, 7, "list.txt -o out/{n}.gif");
}

static void
test_bad_list_sends_nothing (ProgramFixture *fixture, gconstpointer unused)
{
  program_write (fixture, "list.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":1}\n");
  batch_run (fixture, 65, 0, "list.jsonl -o out/{n}.gif");
  program_write (
      fixture, "list.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"A\"}\n");
  batch_run (fixture, 65, 0, "list.jsonl -o out/{slug}.gif");
  batch_run (fixture, 66, 0, "missing.txt -o out/{n}.gif");
  batch_run (fixture, 64, 0, "list.jsonl -o out/{m}.gif");
}

/* --- Holds --- */

static void
test_busy_service_is_waited_for (ProgramFixture *fixture, gconstpointer row)
{
  static const struct
  {
    const char *fault;
    double least_s;
  } rows[] = {
    { "429 retry-after=2", 2 },
    { "429 retry-after=0", 1 },
    { "429", 1 },
    { "429 retry-after-date=3", 1 },
    { "503 retry-after=1", 1 },
  };
  const char *fault = rows[GPOINTER_TO_UINT (row)].fault;
  double least_s = rows[GPOINTER_TO_UINT (row)].least_s;
  g_autoptr (GTimer) timer = NULL;

  mock_server_push_fault (fixture->server, fault);
  batch_write_list (fixture, 6);
  timer = g_timer_new ();
  batch_run (fixture, 0, 7, "list.txt -o out/{n}.gif --jobs 1 --max-wait 100");
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), >=, least_s);
  batch_assert_gifs (fixture, "out", 6);
}

/* All four that are out are refused; then one asks after the other. */
static void
test_hold_is_for_all_requests (ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GTimer) timer = g_timer_new ();

  mock_server_push_fault (fixture->server, "429 retry-after=1 times=5");
  batch_write_list (fixture, 8);
  batch_run (fixture, 0, 13, "list.txt -o out/{n}.gif --jobs 4");
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), >=, 2);
}

/* By a header, and by the service's own words. */
static void
test_long_wait_ends_the_run (ProgramFixture *fixture, gconstpointer row)
{
  static const char *const faults[] = { "429 retry-after=86400",
    "429 retry-after-date=86400", "rate-limit", "rate-limit-200",
    "rate-limit-hours" };
  g_autoptr (GTimer) timer = g_timer_new ();

  mock_server_push_fault (fixture->server, faults[GPOINTER_TO_UINT (row)]);
  batch_write_list (fixture, 3);
  batch_run (fixture, 75, 1, "list.txt -o out/{n}.gif --jobs 1 --max-wait 5");
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), <, 30);
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif --jobs 1");
}

static void
test_rate_is_kept (ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GTimer) timer = g_timer_new ();

  batch_write_list (fixture, 4);
  batch_run (fixture, 0, 4, "list.txt -o out/{n}.gif --jobs 4 --rate 2/s");
  g_assert_cmpfloat (g_timer_elapsed (timer, NULL), >=, 1.5);
}

static void
test_budget_is_kept (ProgramFixture *fixture, gconstpointer unused)
{
  program_write (
      fixture, "list.txt", "a\nb fault:status status=422\nc\nd\ne\nf\n");
  batch_run (fixture, 75, 4, "list.txt -o out/{n}.gif --max-paid 3");
  batch_assert_gifs (fixture, "out", 3);
  batch_run (fixture, 75, 4, "list.txt -o out/{n}.gif --max-paid 0");
  /* What the cache has costs nothing. */
  batch_run (fixture, 75, 4,
      "list.txt -o other/{n}.gif --journal-dir out --max-paid 0");
  batch_assert_gifs (fixture, "other", 3);
  /* Reached with nothing left, but for what was refused. */
  batch_run (fixture, 65, 6, "list.txt -o out/{n}.gif --max-paid 2");
}

/* --- --check --- */

static void
test_check_says_what_would_be_paid (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_write (fixture, "list.txt",
      "a\nb\nc fault:status status=422\nd fault:close-before times=1\n");
  batch_assert_check (fixture, "list.txt --check", "4 generations");
  batch_run (fixture, 76, 4, "list.txt -o out/{n}.gif --jobs 1");
  batch_assert_check (
      fixture, "list.txt --check -o out/{n}.gif", "0 generations");
  batch_assert_check (fixture,
      "list.txt --check -o out/{n}.gif --repeat-unknown --retry-failed",
      "2 generations");
  /* The cache has two of them, whoever asks. */
  batch_assert_check (
      fixture, "list.txt --check -o else/{n}.gif", "2 generations");
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==, 4);
}

/* --- A list that comes --- */

static void
test_pipe_is_worked_on_while_it_comes (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  int ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  g_subprocess_launcher_take_fd (fixture->launcher, ends[0], STDIN_FILENO);
  process = batch_start (fixture, "- -o out/{slug}.gif");
  g_assert_cmpint (write (ends[1], "first\nsec", 9), ==, 9);
  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_POST_RECEIVED, 1, FIXTURE_DEADLINE_MS));
  g_assert_cmpint (write (ends[1], "ond\n\xff\n", 6), ==, 6);
  g_assert_cmpint (write (ends[1], "First!\nthird", 12), ==, 12);
  close (ends[1]);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 65);
  g_assert_nonnull (strstr (result.err, "standard input:3:1: "));
  g_assert_nonnull (strstr (result.err, "standard input:4:1: "));
  batch_assert_gifs (fixture, "out", 3);
}

/* Nobody can read the list again: what was left is told of as well. */
static void
test_results_of_a_pipe_tell_of_all (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char list[] = "a\nb\nc\nd\ne\n";
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *results = NULL;
  g_auto (GStrv) lines = NULL;
  int ends[2];
  gsize size;

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, NULL));
  g_assert_cmpint (
      write (ends[1], list, strlen (list)), ==, (gssize) strlen (list));
  close (ends[1]);
  g_subprocess_launcher_take_fd (fixture->launcher, ends[0], STDIN_FILENO);
  process = batch_start (fixture, "- -o out/{n}.gif --max-paid 2");
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 75);
  results = program_read (fixture, "out/results.jsonl", &size);
  lines = g_strsplit (results, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 6);
  for (guint i = 0; i < 5; i++)
    g_assert_nonnull (
        strstr (lines[i], i < 2 ? "\"state\":\"done\"" : "\"state\":\"left\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) program_add ("/batch/" #name, NULL, test_##name)
  TEST (list_becomes_files);
  TEST (second_run_asks_for_nothing);
  TEST (names_that_move_get_their_own_picture);
  TEST (equal_prompts_are_variations);
  TEST (parameters_reach_the_service);
  TEST (file_of_somebody_else_stays);
  TEST (refused_prompt_is_passed_over);
  TEST (failures_in_a_row_stop);
  TEST (bad_list_sends_nothing);
  TEST (hold_is_for_all_requests);
  TEST (rate_is_kept);
  TEST (budget_is_kept);
  TEST (check_says_what_would_be_paid);
  TEST (pipe_is_worked_on_while_it_comes);
  TEST (results_of_a_pipe_tell_of_all);
#undef TEST
#define EACH(name, n) program_add_each ("/batch/" #name, n, test_##name)
  EACH (place_that_cannot_be_written_costs_nothing, 3);
  EACH (settings_that_cannot_be_are_said_once, 4);
  EACH (refused_key_stops_at_once, 3);
  EACH (busy_service_is_waited_for, 5);
  EACH (long_wait_ends_the_run, 5);
#undef EACH
  return g_test_run ();
}
