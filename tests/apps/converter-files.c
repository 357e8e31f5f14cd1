/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Several files from one generation, files from a GIF that is there, standard
 * output, events, and the configuration file
 */
#include "programfixture.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <string.h>

static void
run_quietly (ProgramFixture *fixture, const char *command, Result *result)
{
  g_autofree char *line =
      g_strdup_printf ("'%s' %s", g_getenv ("TEST_PROGRAM"), command);
  g_autoptr (GSubprocess) process = program_start_command (fixture, line);

  program_finish (process, result);
}

static guint
count_posts (ProgramFixture *fixture)
{
  return mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED);
}

/* Beside the program, as a user has it. */
static void
copy_gif (ProgramFixture *fixture, const char *name, const char *as)
{
  g_autofree char *from =
      g_build_filename (g_getenv ("TEST_GIF_DIR"), name, NULL);
  g_autofree char *to = program_path (fixture, as);
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);
  g_autoptr (GError) error = NULL;

  g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
}

/* --- Several files --- */

static void
test_several_files_from_one_generation (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *mp4 = NULL;
  g_autofree char *webm = NULL;

  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a fox", "fox.mp4", "fox.gif", "fox.webm",
      "f-%d.png", NULL);
  program_assert_success (fixture, &result);
  program_assert_files (fixture,
      "f-0.png f-1.png f-2.png f-3.png f-4.png fox.gif fox.mp4 fox.webm");
  mp4 = program_probe (fixture, "fox.mp4");
  webm = program_probe (fixture, "fox.webm");
  g_assert_cmpstr (mp4, ==, "h264 High 64x48 5 1.840");
  g_assert_cmpstr (webm, ==, "vp9 Profile 0 64x48 5 1.840");
}

/* One that cannot be written: none is, and nothing was asked of the service. */
static void
test_all_files_or_none (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_write (fixture, "fox.webm", "mine");
  program_run (fixture, &result, "a fox", "fox.mp4", "fox.webm", NULL);
  program_assert_failure (fixture, &result, 74, "fox.webm", 0);
  program_assert_files (fixture, "fox.webm");
}

/* --force: the segments and frames of an older, longer one go; what only looks
 * a little like them stays. */
static void
test_an_older_sequence_leaves_nothing (
    ProgramFixture *fixture, gconstpointer unused)
{
  static const char *const before[] = { "fox.m3u8", "fox00000.ts",
    "fox00001.ts", "fox00002.ts", "fox00007.ts", "fox1.ts", "f-004.png",
    "f-005.png", "f-006.png", "f-9.png" };
  g_auto (Result) result = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (before); i++)
    program_write (fixture, before[i], "old");
  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a fox", "fox.m3u8", "f-%03d.png", "-f", NULL);
  program_assert_success (fixture, &result);
  program_assert_files (fixture,
      "f-000.png f-001.png f-002.png f-003.png f-004.png f-9.png fox.m3u8 "
      "fox00000.ts fox00007.ts fox1.ts");
}

/* --- From a GIF --- */

static void
test_a_gif_is_converted_without_a_key (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *probe = NULL;

  g_subprocess_launcher_unsetenv (fixture->launcher, "VISIONCRAFT_TOKEN");
  copy_gif (fixture, "delays-1840ms.gif", "a b.gif");
  program_run (fixture, &result, "--from", "a b.gif", "fox.mp4", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpuint (count_posts (fixture), ==, 0);
  probe = program_probe (fixture, "fox.mp4");
  g_assert_cmpstr (probe, ==, "h264 High 64x48 5 1.840");
}

static void
test_what_is_no_gif_is_refused (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) absent = { 0 };
  g_auto (Result) other = { 0 };
  g_auto (Result) endless = { 0 };

  program_run (fixture, &endless, "--from=/dev/zero", "fox.mp4", NULL);
  program_assert_failure (fixture, &endless, 66, "is no GIF", 0);
  program_run (fixture, &absent, "--from=none.gif", "fox.mp4", NULL);
  program_assert_failure (fixture, &absent, 66, "No such file", 0);
  program_write (fixture, "text.gif", "text that is no GIF");
  program_run (fixture, &other, "--from=text.gif", "fox.mp4", NULL);
  program_assert_failure (fixture, &other, 66, "is no GIF", 0);
  program_assert_files (fixture, "text.gif");
}

/* A prompt that names a file is a mistake that would be billed. */
static void
test_a_file_is_no_prompt (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_auto (Result) video = { 0 };

  copy_gif (fixture, "delays-1840ms.gif", "fox.gif");
  program_run (fixture, &result, "fox.gif", "fox.mp4", NULL);
  program_assert_failure (fixture, &result, 64, "--from \"fox.gif\"", 0);
  program_write (fixture, "old.MP4", "");
  program_run (fixture, &video, "old.MP4", "fox.mp4", NULL);
  program_assert_failure (fixture, &video, 64, "only GIFs can be converted", 0);
}

/* --- Rates --- */

static const struct
{
  const char *fps, *rate;
} rates[] = {
  { "--fps=25", "25/1" },
  { "--fps=29.97", "30000/1001" },
  { "--fps=23.976", "24000/1001" },
  { "--fps=12.5", "25/2" },
  { "--fps=30000/1001", "30000/1001" },
};

static void
test_rates_may_be_fractions (ProgramFixture *fixture, gconstpointer unused)
{
  copy_gif (fixture, "delays-1840ms.gif", "fox.gif");
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_auto (Result) result = { 0 };
    g_auto (Result) probe = { 0 };
    g_autoptr (GSubprocess) ffprobe = NULL;

    program_run (fixture, &result, "--from=fox.gif", "fox.mp4", "-f",
        rates[i].fps, NULL);
    g_assert_cmpint (result.status, ==, 0);
    ffprobe = program_start_command (fixture,
        "ffprobe -v error -show_entries stream=r_frame_rate -of csv=p=0 "
        "fox.mp4");
    program_finish (ffprobe, &probe);
    g_assert_cmpstr (g_strchomp (probe.out), ==, rates[i].rate);
  }
}

/* --- Standard output --- */

static void
test_standard_output (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) shell = NULL;
  g_autofree char *command =
      g_strdup_printf ("bash -c '\"$0\" \"a fox\" - fox.gif --format mp4 -q "
                       ">piped.mp4' '%s'",
          g_getenv ("TEST_PROGRAM"));
  g_autofree char *probe = NULL;

  program_serve_file (fixture, "delays-1840ms.gif");
  shell = program_start_command (fixture, command);
  program_finish (shell, &result);
  g_assert_cmpint (result.status, ==, 0);
  program_assert_files (fixture, "fox.gif piped.mp4");
  probe = program_probe (fixture, "piped.mp4");
  g_assert_cmpstr (probe, ==, "h264 High 64x48 5 1.840");
}

static void
test_standard_output_may_be_full (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) shell = NULL;
  g_autofree char *command =
      g_strdup_printf ("bash -c '\"$0\" \"a fox\" - --format gif >/dev/full' "
                       "'%s'",
          g_getenv ("TEST_PROGRAM"));

  shell = program_start_command (fixture, command);
  program_finish (shell, &result);
  program_assert_failure (fixture, &result, 74, "standard output", 1);
}

/* --- Events --- */

static void
test_events_are_an_object_a_line (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) events = g_string_new (NULL);

  program_run (fixture, &result, "a fox", "fox.mp4", "fox.gif", "--json", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_cmpstr (result.err, ==, "");
  lines = g_strsplit (g_strchomp (result.out), "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);

    g_assert_nonnull (node);
    g_string_append_printf (events, "%s ",
        json_object_get_string_member (json_node_get_object (node), "event"));
  }
  g_assert_true (g_str_has_prefix (events->str, "progress "));
  g_assert_true (g_str_has_suffix (events->str, " wrote wrote "));
}

static void
test_errors_are_events_too (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  const char *last;

  program_run (fixture, &result, "fault:403", "fox.mp4", "--json", NULL);
  g_assert_cmpint (result.status, ==, 77);
  last = strstr (result.out, "{\"event\":\"error\",\"status\":77,");
  g_assert_nonnull (last);
  g_assert_null (strchr (strchr (last, '\n') + 1, '\n'));
}

/* --- The configuration file --- */

static void
configure (ProgramFixture *fixture, const char *text)
{
  g_autofree char *directory =
      g_build_filename (fixture->home, "visioncraft", NULL);
  g_autofree char *path = g_build_filename (directory, "config", NULL);

  g_mkdir (directory, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The command line goes first, then the program's group; what a format has no
 * use for is passed over. */
static void
test_defaults_come_from_a_file (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) body = NULL;
  g_autofree char *text = NULL;

  configure (fixture,
      "[visioncraft]\nsteps=11\nsampler=LMS\n"
      "[visioncraft-to-video]\nsteps=22\ncfg-scale=3\nquality=10\n");
  program_run (fixture, &result, "a fox", "fox.gif", "--cfg-scale=4", NULL);
  program_assert_success (fixture, &result);
  body = mock_server_ref_post_body (fixture->server, -1);
  text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  g_assert_nonnull (strstr (text, "\"steps\":22"));
  g_assert_nonnull (strstr (text, "\"cfg_scale\":4"));
  g_assert_nonnull (strstr (text, "\"LMS\""));
}

static const char *const wrong_configs[] = {
  "[visioncraft-to-video]\ntoken=secret\n",
  "[visioncraft-to-video]\nstep=1\n",
  "[visioncraft-to-video]\nsteps=many\n",
  "no group\n",
  "[visioncraft-to-vdeo]\nsteps=1\n",
  "[visioncraft]\nstep=1\n",
  "[visioncraft]\nretries=1\n",
};

static void
test_wrong_defaults_are_refused (ProgramFixture *fixture, gconstpointer data)
{
  g_auto (Result) result = { 0 };

  configure (fixture, wrong_configs[GPOINTER_TO_UINT (data)]);
  program_run (fixture, &result, "a fox", "fox.gif", NULL);
  program_assert_failure (fixture, &result, 64, "", 0);
  g_assert_null (strstr (result.err, "secret"));
}

/* --- The desktop --- */

static void
test_open_shows_the_first_file (ProgramFixture *fixture, gconstpointer unused)
{
  g_autofree char *path =
      g_strdup_printf ("%s:%s", fixture->directory, g_getenv ("PATH"));
  g_autofree char *program = program_path (fixture, "xdg-open");
  g_autofree char *pipe = program_path (fixture, "opened");
  g_autofree char *wanted = program_path (fixture, "-fox.gif");
  g_autofree char *opened = NULL;
  g_autofree char *script =
      g_strdup_printf ("#!/bin/sh\nprintf %%s \"$1\" >'%s'\n", pipe);
  g_auto (Result) result = { 0 };

  program_write (fixture, "xdg-open", script);
  g_chmod (program, 0700);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_subprocess_launcher_setenv (fixture->launcher, "PATH", path, TRUE);
  run_quietly (fixture, "--open -q -- 'a fox' -fox.gif", &result);
  g_assert_cmpint (result.status, ==, 0);
  /* Opening the pipe waits for the other side. */
  g_assert_true (g_file_get_contents (pipe, &opened, NULL, NULL));
  g_assert_cmpstr (opened, ==, wanted);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  program_add ("/files/several-files-from-one-generation", NULL,
      test_several_files_from_one_generation);
  program_add ("/files/all-files-or-none", NULL, test_all_files_or_none);
  program_add ("/files/an-older-sequence-leaves-nothing", NULL,
      test_an_older_sequence_leaves_nothing);
  program_add ("/files/a-gif-is-converted-without-a-key", NULL,
      test_a_gif_is_converted_without_a_key);
  program_add (
      "/files/what-is-no-gif-is-refused", NULL, test_what_is_no_gif_is_refused);
  program_add ("/files/a-file-is-no-prompt", NULL, test_a_file_is_no_prompt);
  program_add (
      "/files/rates-may-be-fractions", NULL, test_rates_may_be_fractions);
  program_add ("/files/standard-output", NULL, test_standard_output);
  program_add ("/files/standard-output-may-be-full", NULL,
      test_standard_output_may_be_full);
  program_add ("/files/events-are-an-object-a-line", NULL,
      test_events_are_an_object_a_line);
  program_add (
      "/files/errors-are-events-too", NULL, test_errors_are_events_too);
  program_add (
      "/files/defaults-come-from-a-file", NULL, test_defaults_come_from_a_file);
  program_add_each ("/files/wrong-defaults-are-refused",
      G_N_ELEMENTS (wrong_configs), test_wrong_defaults_are_refused);
  program_add (
      "/files/open-shows-the-first-file", NULL, test_open_shows_the_first_file);
  return g_test_run ();
}
