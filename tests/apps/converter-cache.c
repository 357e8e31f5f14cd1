/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cache: what was paid for is asked for once, and --new asks again
 */
#include "programfixture.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static guint
count_posts (ProgramFixture *fixture)
{
  return mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED);
}

static void
test_the_same_command_asks_once (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) first = { 0 };
  g_auto (Result) again = { 0 };
  g_auto (Result) other = { 0 };
  g_auto (Result) without = { 0 };

  program_run (fixture, &first, "a fox", "1.gif", NULL);
  program_run (fixture, &again, "a fox", "2.mp4", NULL);
  g_assert_cmpint (again.status, ==, 0);
  g_assert_nonnull (strstr (again.err, "From the cache; --new for another\n"));
  g_assert_cmpuint (count_posts (fixture), ==, 1);

  program_run (fixture, &other, "a fox", "3.gif", "--new", NULL);
  g_assert_cmpint (other.status, ==, 0);
  g_assert_cmpuint (count_posts (fixture), ==, 2);
  program_run (fixture, &without, "a fox", "4.gif", "--no-cache", NULL);
  g_assert_cmpint (without.status, ==, 0);
  g_assert_cmpuint (count_posts (fixture), ==, 3);
}

/* A link of the user's leads to another disk. */
static void
test_the_cache_may_be_elsewhere (ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *disk = program_path (fixture, "disk");
  g_autofree char *link = g_build_filename (fixture->home, "visioncraft", NULL);
  g_auto (Result) first = { 0 };
  g_auto (Result) again = { 0 };

  g_assert_cmpint (g_mkdir (disk, 0700), ==, 0);
  g_assert_cmpint (symlink (disk, link), ==, 0);
  program_run (fixture, &first, "a fox", "1.gif", NULL);
  g_assert_null (strstr (first.err, "Warning"));
  program_run (fixture, &again, "a fox", "2.gif", NULL);
  g_assert_cmpint (again.status, ==, 0);
  g_assert_cmpuint (count_posts (fixture), ==, 1);
}

/* No file may get longer than a GIF of the mock's. */
static void
limit_files (gpointer unused)
{
  const struct rlimit limit = { 8192, 8192 };

  setrlimit (RLIMIT_FSIZE, &limit);
}

static void
test_a_failed_conversion_costs_nothing (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) failed = { 0 };
  g_auto (Result) again = { 0 };

  program_serve_file (fixture, "delays-1840ms.gif");
  g_subprocess_launcher_set_child_setup (
      fixture->launcher, limit_files, NULL, NULL);
  program_run (fixture, &failed, "a fox", "fox.mp4", "--size=1024x1024",
      "--quality=100", NULL);
  program_assert_failure (fixture, &failed, 74,
      "The GIF is in the cache: the same command asks for nothing again.", 1);
  program_assert_files (fixture, "");

  g_subprocess_launcher_set_child_setup (fixture->launcher, NULL, NULL, NULL);
  program_run (fixture, &again, "a fox", "fox.mp4", "--size=1024x1024",
      "--quality=100", NULL);
  program_assert_success (fixture, &again);
}

/* --- New pictures --- */

static void
generate (ProgramFixture *fixture, const char *prompt, const char *file,
    const char *option)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, prompt, file, "--force", option, NULL);
  g_assert_cmpstr (result.err, !=, "");
  g_assert_cmpint (result.status, ==, 0);
}

/* 0, 1, 2 ...: numbers that can be said again, with --variation. */
static void
test_new_takes_the_lowest_free_variation (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const files[] = { "0.gif", "1.gif", "2.gif" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    generate (fixture, "a fox", files[i], "--new");
    g_assert_cmpuint (count_posts (fixture), ==, i + 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *variation = g_strdup_printf ("--variation=%u", i);
    g_autofree char *first = NULL;
    g_autofree char *again = NULL;
    gsize size, other_size;

    generate (fixture, "a fox", "again.gif", variation);
    first = program_read (fixture, files[i], &size);
    again = program_read (fixture, "again.gif", &other_size);
    g_assert_cmpmem (first, size, again, other_size);
  }
  g_assert_cmpuint (count_posts (fixture), ==, 3);
}

/* Where somebody left a gap, and for each prompt anew. */
static void
test_new_fills_a_gap (ProgramFixture *fixture, gconstpointer unused)
{
  generate (fixture, "a fox", "0.gif", "--variation=0");
  generate (fixture, "a fox", "2.gif", "--variation=2");
  generate (fixture, "a hare", "1.gif", "--variation=1");
  g_assert_cmpuint (count_posts (fixture), ==, 3);
  generate (fixture, "a fox", "new.gif", "--new");
  generate (fixture, "a fox", "again.gif", "--variation=1");
  generate (fixture, "a hare", "hare.gif", "--new");
  generate (fixture, "a hare", "again.gif", "--variation=0");
  g_assert_cmpuint (count_posts (fixture), ==, 5);
}

/* Each has a number to itself, and waits for nobody. */
static void
test_many_at_once_are_as_many_pictures (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const files[] = { "1.gif", "2.gif", "3.gif" };
  GSubprocess *processes[G_N_ELEMENTS (files)];

  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    const char *const words[] = { "a fox", files[i], "--new", NULL };

    processes[i] = program_start (fixture, words);
  }
  g_assert_true (mock_server_wait_for (
      fixture->server, MOCK_EVENT_HELD, G_N_ELEMENTS (files), 30000));
  mock_server_release (fixture->server);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_auto (Result) result = { 0 };

    program_finish (processes[i], &result);
    g_object_unref (processes[i]);
    g_assert_cmpint (result.status, ==, 0);
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *variation = g_strdup_printf ("--variation=%u", i);

    generate (fixture, "a fox", "again.gif", variation);
  }
  g_assert_cmpuint (count_posts (fixture), ==, G_N_ELEMENTS (files));
}

/* Who did not ask for a new one has no claim: --new waits for its picture, and
 * then takes the next number. */
static void
test_new_is_not_what_another_is_making (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const words[][5] = { { "a fox", "1.gif" },
    { "a fox", "2.gif", "--new", "--json" } };
  g_autoptr (GSubprocess) first = NULL;
  g_autoptr (GSubprocess) second = NULL;
  g_autoptr (GString) seen = g_string_new (NULL);
  g_auto (Result) one = { 0 };
  g_auto (Result) two = { 0 };

  mock_server_hold (fixture->server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  first = program_start (fixture, words[0]);
  g_assert_true (
      mock_server_wait_for (fixture->server, MOCK_EVENT_HELD, 1, 30000));
  second = program_start (fixture, words[1]);
  program_read_pipe_until (
      g_subprocess_get_stdout_pipe (second), seen, "\"seconds\":1}");
  g_assert_cmpuint (count_posts (fixture), ==, 1);
  mock_server_release (fixture->server);
  program_finish (first, &one);
  program_finish (second, &two);
  g_assert_cmpint (one.status, ==, 0);
  g_assert_cmpint (two.status, ==, 0);
  g_assert_cmpuint (count_posts (fixture), ==, 2);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  program_add ("/cache/the-same-command-asks-once", NULL,
      test_the_same_command_asks_once);
  program_add ("/cache/the-cache-may-be-elsewhere", NULL,
      test_the_cache_may_be_elsewhere);
  program_add ("/cache/a-failed-conversion-costs-nothing", NULL,
      test_a_failed_conversion_costs_nothing);
  program_add ("/cache/new-takes-the-lowest-free-variation", NULL,
      test_new_takes_the_lowest_free_variation);
  program_add ("/cache/new-fills-a-gap", NULL, test_new_fills_a_gap);
  program_add ("/cache/many-at-once-are-as-many-pictures", NULL,
      test_many_at_once_are_as_many_pictures);
  program_add ("/cache/new-is-not-what-another-is-making", NULL,
      test_new_is_not_what_another_is_making);
  return g_test_run ();
}
