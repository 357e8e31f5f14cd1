/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * examples/embed.c
 */
#include "programfixture.h"

#include <locale.h>
#include <string.h>

static guint
count_lines (const char *text, const char *prefix)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n += g_str_has_prefix (lines[i], prefix);
  return n;
}

static void
test_frames_come_with_their_times (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const frames[] = {
    "frame 0: 64x48, at 0.000 s for 0.100 s, ",
    "frame 1: 64x48, at 0.100 s for 0.500 s, ",
    "frame 2: 64x48, at 0.600 s for 0.200 s, ",
    "frame 3: 64x48, at 0.800 s for 0.040 s, ",
    "frame 4: 64x48, at 0.840 s for 1.000 s, ",
    "5 frames",
  };
  g_auto (Result) result = { 0 };

  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a \"fox\" ! filesink location=x", NULL);
  g_assert_cmpstr (result.err, ==, "");
  g_assert_cmpint (result.status, ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    g_assert_cmpuint (count_lines (result.out, frames[i]), ==, 1);
  g_assert_cmpuint (count_lines (result.out, "frame "), ==, 5);
  program_assert_files (fixture, "");
}

static void
test_progress_and_tags_are_printed (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "a fox", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpuint (count_lines (result.out, "progress: Generating"), >, 0);
  g_assert_cmpuint (count_lines (result.out, "progress: Generated in"), ==, 1);
  g_assert_cmpuint (count_lines (result.out, "tags: "), >, 0);
  g_assert_nonnull (strstr (result.out, "a\\ fox"));
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==, 1);
}

static void
test_errors_are_printed (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "fault:422", NULL);
  g_assert_cmpint (result.status, ==, 1);
  g_assert_cmpuint (count_lines (result.err, "error: "), ==, 1);
  g_assert_nonnull (strstr (result.err, "cfg-scale"));
  g_assert_nonnull (strstr (result.err, "(HTTP status 422)"));
  g_assert_cmpuint (count_lines (result.out, "frame "), ==, 0);
}

static void
test_a_prompt_is_needed (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, NULL);
  g_assert_cmpint (result.status, ==, 64);
  g_assert_true (g_str_has_prefix (result.err, "Usage: "));
}

/* GStreamer's tracer turns a leaked object into a warning, and that ends the
 * program by a signal. Its log shows that it is there. */
static void
test_no_objects_leak (ProgramFixture *fixture, gconstpointer prompt)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_setenv (
      fixture->launcher, "GST_TRACERS", "leaks", TRUE);
  /* GStreamer's registry leaks a little of its own with a tracer. */
  g_subprocess_launcher_setenv (
      fixture->launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
  g_subprocess_launcher_setenv (
      fixture->launcher, "G_DEBUG", "fatal-warnings", TRUE);
  g_subprocess_launcher_setenv (
      fixture->launcher, "GST_DEBUG", "GST_TRACER:7", TRUE);
  program_run (fixture, &result, prompt, NULL);
  g_assert_nonnull (strstr (result.err, "object-alive.class, "));
  g_assert_null (strstr (result.err, "object-alive, type-name=(string)G"));
  g_assert_cmpint (result.status, ==, strstr (prompt, "fault") ? 1 : 0);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  program_add ("/embed/frames-come-with-their-times", NULL,
      test_frames_come_with_their_times);
  program_add ("/embed/progress-and-tags-are-printed", NULL,
      test_progress_and_tags_are_printed);
  program_add ("/embed/errors-are-printed", NULL, test_errors_are_printed);
  program_add ("/embed/a-prompt-is-needed", NULL, test_a_prompt_is_needed);
  program_add ("/embed/no-objects-leak", "a fox", test_no_objects_leak);
  program_add ("/embed/no-objects-leak-after-a-failure", "fault:500",
      test_no_objects_leak);
  return g_test_run ();
}
