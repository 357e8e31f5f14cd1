/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What visioncraft-to-video writes
 */
#include "programfixture.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <string.h>

/* delays-1840ms.gif: 64x48, five frames of 100, 500, 200, 40 and 1000 ms. */
static const struct
{
  const char *file, *probe;
} videos[] = {
  { "fox.mp4", "h264 High 64x48 5 1.840" },
  { "fox.webm", "vp9 Profile 0 64x48 5 1.840" },
  { "fox.mov", "prores 4444 64x48 5 1.840" },
  /* Segments have a fixed rate, and MPEG-TS no duration of the last frame. */
  { "fox.m3u8", "h264 High 64x48 46 1.800" },
};

static void
test_formats_keep_the_times (ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_auto (Result) result = { 0 };
  g_autofree char *probe = NULL;

  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a fox", videos[index].file, NULL);
  program_assert_success (fixture, &result);
  program_assert_files (fixture,
      g_str_has_suffix (videos[index].file, "m3u8") ? "fox.m3u8 fox00000.ts"
                                                    : videos[index].file);
  probe = program_probe (fixture, videos[index].file);
  g_assert_cmpstr (probe, ==, videos[index].probe);
}

static void
test_a_gif_is_the_services_bytes_and_a_comment (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) gif = NULL;
  g_autofree char *written = NULL, *comment = NULL;
  gsize size;

  program_run (fixture, &result, "a fox", "fox.GIF", NULL);
  program_assert_success (fixture, &result);
  gif = mock_server_ref_gif (fixture->server, 0);
  written = program_read (fixture, "fox.GIF", &size);
  comment = fixture_cut_comment (written, &size);
  g_assert_true (g_str_has_prefix (comment, "Prompt: a fox\nComment: AI"));
  g_assert_cmpmem (
      written, size, g_bytes_get_data (gif, NULL), g_bytes_get_size (gif));
}

static void
test_a_png_is_the_first_frame (ProgramFixture *fixture, gconstpointer unused)
{
  static const guint8 row[] = { 0, 0, 0, 0, 0, 255, 0, 255, 0, 0, 255, 255, 255,
    255, 255, 255 };
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) frame = NULL;

  program_serve_file (fixture, "transparent-over.gif");
  program_run (fixture, &result, "a fox", "fox.png", NULL);
  program_assert_success (fixture, &result);
  program_assert_files (fixture, "fox.png");
  frame = program_first_frame (fixture, "fox.png");
  g_assert_cmpuint (g_bytes_get_size (frame), ==, 4 * 4 * 4);
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), sizeof row, row, sizeof row);
}

/* How a colour can be said. */
static const struct
{
  const char *text;
  guint8 rgb[3];
} colours[] = {
  { "#369", { 0x33, 0x66, 0x99 } },
  { "#336699", { 0x33, 0x66, 0x99 } },
  { "navy", { 0, 0, 0x80 } },
  { "RebeccaPurple", { 0x66, 0x33, 0x99 } },
  { "light goldenrod", { 0xee, 0xdd, 0x82 } },
};

static void
test_background_replaces_transparency (
    ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  const guint8 *rgb = colours[index].rgb;
  const guint8 row[] = { rgb[0], rgb[1], rgb[2], 255, 0, 255, 0, 255, 0, 0, 255,
    255, 255, 255, 255, 255 };
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) frame = NULL;

  program_serve_file (fixture, "transparent-over.gif");
  program_run (fixture, &result, "a fox", "fox.png", "--background",
      colours[index].text, NULL);
  program_assert_success (fixture, &result);
  frame = program_first_frame (fixture, "fox.png");
  g_assert_cmpmem (g_bytes_get_data (frame, NULL), sizeof row, row, sizeof row);
}

static void
test_transparency_turns_white_where_it_is_lost (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) frame = NULL;
  const guint8 *pixel;

  /* Its corners are never drawn. */
  program_serve_file (fixture, "background-ignored.gif");
  program_run (fixture, &result, "a fox", "fox.mp4", "--size", "64x64", NULL);
  program_assert_success (fixture, &result);
  frame = program_first_frame (fixture, "fox.mp4");
  pixel = g_bytes_get_data (frame, NULL);
  g_assert_cmpuint (g_bytes_get_size (frame), ==, 64 * 64 * 4);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (pixel[i], >, 240);
}

static void
test_png_sequence_has_all_frames (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a fox", "f-%02d-x.png", NULL);
  program_assert_success (fixture, &result);
  program_assert_files (
      fixture, "f-00-x.png f-01-x.png f-02-x.png f-03-x.png f-04-x.png");
}

static void
test_loops_fps_and_size (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *probe = NULL;

  program_run (fixture, &result, "a fox", "fox.mp4", "--loops=3", "--fps=10",
      "--size=96x64", NULL);
  program_assert_success (fixture, &result);
  probe = program_probe (fixture, "fox.mp4");
  g_assert_cmpstr (probe, ==, "h264 High 96x64 30 3.000");
}

/* At a constant rate. */
static const char *const constant[] = { "fox.mp4", "fox.webm", "fox.m3u8" };

static gboolean
are_alike (const guint8 *frame, const guint8 *other, gsize size)
{
  gsize difference = 0;

  for (gsize i = 0; i < size; i++)
    difference += ABS (frame[i] - other[i]);
  return difference < 4 * size;
}

static void
test_each_picture_begins_in_its_place (
    ProgramFixture *fixture, gconstpointer data)
{
  static const guint begins[] = { 0, 3, 15, 20, 21 }; /* at 25 in a second */
  const char *file = constant[GPOINTER_TO_UINT (data)];
  const gsize size = 64 * 48 * 4;
  g_auto (Result) result = { 0 };
  g_autoptr (GBytes) frames = NULL;
  const guint8 *pixels;
  guint n = 1;

  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a fox", file, "--fps=25", NULL);
  program_assert_success (fixture, &result);
  frames = program_frames (fixture, file, "100");
  g_assert_cmpuint (g_bytes_get_size (frames), ==, 46 * size);
  pixels = g_bytes_get_data (frames, NULL);
  for (guint i = 1; i < 46; i++)
    if (!are_alike (pixels + (i - 1) * size, pixels + i * size, size)) {
      g_assert_cmpuint (n, <, G_N_ELEMENTS (begins));
      g_assert_cmpuint (i, ==, begins[n++]);
    }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (begins));
}

/* 4:2:0 in H.264 wants even numbers, encoders a smallest size. */
static const struct
{
  const char *gif, *file, *probe;
} odd_sizes[] = {
  { "mixed.gif", "fox.mp4", "h264 High 60x46 12 1.020" }, /* 61x47 */
  { "mixed.gif", "fox.webm", "vp9 Profile 0 61x47 12 1.020" },
  { "mixed.gif", "fox.mov", "prores 4444 61x47 12 1.020" },
  { "control-long.gif", "fox.mp4", "h264 High 16x16 2 0.520" }, /* 4x1 */
  { "control-long.gif", "fox.webm", "vp9 Profile 0 16x16 2 0.520" },
  { "control-long.gif", "fox.m3u8", "h264 High 16x16 13 0.480" },
};

static void
test_odd_sizes (ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_auto (Result) result = { 0 };
  g_autofree char *probe = NULL;

  program_serve_file (fixture, odd_sizes[index].gif);
  program_run (fixture, &result, "a fox", odd_sizes[index].file, NULL);
  program_assert_success (fixture, &result);
  probe = program_probe (fixture, odd_sizes[index].file);
  g_assert_cmpstr (probe, ==, odd_sizes[index].probe);
}

static void
test_quality_changes_the_size (ProgramFixture *fixture, gconstpointer data)
{
  const char *file = data;
  gsize sizes[2];
  static const char *const qualities[] = { "--quality=10", "--quality=95" };

  for (guint i = 0; i < 2; i++) {
    g_auto (Result) result = { 0 };
    g_autofree char *bytes = NULL;

    program_run (
        fixture, &result, "a fox", file, "--force", qualities[i], NULL);
    g_assert_cmpint (result.status, ==, 0);
    bytes = program_read (fixture, file, &sizes[i]);
  }
  g_assert_cmpuint (2 * sizes[0], <, sizes[1]);
}

/* --- The request --- */

static JsonObject *
ref_request (ProgramFixture *fixture)
{
  g_autoptr (GBytes) body = mock_server_ref_post_body (fixture->server, -1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_data (parser, g_bytes_get_data (body, NULL),
      (gssize) g_bytes_get_size (body), &error);
  g_assert_no_error (error);
  return json_object_ref (json_node_get_object (json_parser_get_root (parser)));
}

static void
test_options_reach_the_service (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autoptr (JsonObject) request = NULL;

  program_run (fixture, &result, "--sampler", "DPM++ 2M Karras", "--steps=41",
      "--cfg-scale", "7", "--negative-prompt", "blurry", "a fox", "fox.gif",
      NULL);
  program_assert_success (fixture, &result);
  request = ref_request (fixture);
  g_assert_cmpstr (json_object_get_string_member (request, "sampler"), ==,
      "DPM++ 2M Karras");
  g_assert_cmpint (json_object_get_int_member (request, "steps"), ==, 41);
  g_assert_cmpint (json_object_get_int_member (request, "cfg_scale"), ==, 7);
  g_assert_cmpstr (
      json_object_get_string_member (request, "negative_prompt"), ==, "blurry");
}

static const char *const prompts[] = {
  "\"; rm -rf ~ ! filesink location=x",
  "$(touch x) `touch x` %s%n%d \\\" ' ! fakesink",
  "лиса в снегу, 雪の中の狐 🦊",
  "--version",
};

static void
test_a_prompt_is_just_a_prompt (ProgramFixture *fixture, gconstpointer data)
{
  const char *prompt = prompts[GPOINTER_TO_UINT (data)];
  g_auto (Result) result = { 0 };
  g_autoptr (JsonObject) request = NULL;

  /* Whatever the locale. */
  g_subprocess_launcher_setenv (fixture->launcher, "LC_ALL", "C", TRUE);
  program_run (fixture, &result, "--", prompt, "fox.mp4", NULL);
  program_assert_success (fixture, &result);
  program_assert_files (fixture, "fox.mp4");
  request = ref_request (fixture);
  g_assert_cmpstr (
      json_object_get_string_member (request, "prompt"), ==, prompt);
}

static void
test_the_key_may_be_in_a_file (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_unsetenv (fixture->launcher, "VISIONCRAFT_TOKEN");
  program_write (fixture, "key", TEST_KEY "\n");
  program_run (
      fixture, &result, "a fox", "fox.gif", "--token-file", "key", NULL);
  program_assert_success (fixture, &result);
}

static void
test_the_address_is_an_option (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  g_subprocess_launcher_unsetenv (fixture->launcher, "VISIONCRAFT_API_URL");
  program_run (fixture, &result, "a fox", "fox.gif", "--api-url",
      mock_server_get_url (fixture->server), NULL);
  program_assert_success (fixture, &result);
}

/* --- Names --- */

static const struct
{
  const char *file, *files;
} odd_names[] = {
  { "100%s%n.mp4", "100%s%n.mp4" },
  { "50%d/f%d.png", "f0.png f1.png f2.png f3.png f4.png" },
  { "50%d/9%n.m3u8", "9%n.m3u8 9%n00000.ts" },
  { "a b\n'c\".webm", "a b\n'c\".webm" },
};

static void
test_odd_names (ProgramFixture *fixture, gconstpointer data)
{
  guint index = GPOINTER_TO_UINT (data);
  g_autofree char *path = program_path (fixture, odd_names[index].file);
  g_autofree char *directory = g_path_get_dirname (path);
  g_auto (Result) result = { 0 };

  g_mkdir_with_parents (directory, 0700);
  program_serve_file (fixture, "delays-1840ms.gif");
  program_run (fixture, &result, "a fox", odd_names[index].file, NULL);
  program_assert_success (fixture, &result);

  if (g_str_equal (directory, fixture->directory)) {
    program_assert_files (fixture, odd_names[index].files);
  } else {
    ProgramFixture below = { .directory = directory };

    program_assert_files (&below, odd_names[index].files);
  }
}

static void
test_force_replaces (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *bytes = NULL;
  gsize size;

  program_write (fixture, "fox.gif", "old");
  program_run (fixture, &result, "a fox", "fox.gif", "--force", NULL);
  program_assert_success (fixture, &result);
  program_assert_files (fixture, "fox.gif");
  bytes = program_read (fixture, "fox.gif", &size);
  g_assert_cmpmem (bytes, 6, "GIF89a", 6);
}

static void
test_files_have_the_users_rights (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_autofree char *path = program_path (fixture, "fox.mp4");
  GStatBuf status;
  mode_t mask = umask (022);

  program_run (fixture, &result, "a fox", "fox.mp4", NULL);
  umask (mask);
  program_assert_success (fixture, &result);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0644);
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);

  program_add_each ("/outputs/formats-keep-the-times", G_N_ELEMENTS (videos),
      test_formats_keep_the_times);
  program_add ("/outputs/a-gif-is-the-services-bytes-and-a-comment", NULL,
      test_a_gif_is_the_services_bytes_and_a_comment);
  program_add (
      "/outputs/a-png-is-the-first-frame", NULL, test_a_png_is_the_first_frame);
  program_add_each ("/outputs/background-replaces-transparency",
      G_N_ELEMENTS (colours), test_background_replaces_transparency);
  program_add ("/outputs/transparency-turns-white-where-it-is-lost", NULL,
      test_transparency_turns_white_where_it_is_lost);
  program_add ("/outputs/png-sequence-has-all-frames", NULL,
      test_png_sequence_has_all_frames);
  program_add ("/outputs/loops-fps-and-size", NULL, test_loops_fps_and_size);
  program_add_each ("/outputs/each-picture-begins-in-its-place",
      G_N_ELEMENTS (constant), test_each_picture_begins_in_its_place);
  program_add_each (
      "/outputs/odd-sizes", G_N_ELEMENTS (odd_sizes), test_odd_sizes);
  program_add ("/outputs/quality-changes-the-size/mp4", "fox.mp4",
      test_quality_changes_the_size);
  program_add ("/outputs/quality-changes-the-size/webm", "fox.webm",
      test_quality_changes_the_size);
  program_add ("/outputs/options-reach-the-service", NULL,
      test_options_reach_the_service);
  program_add_each ("/outputs/a-prompt-is-just-a-prompt",
      G_N_ELEMENTS (prompts), test_a_prompt_is_just_a_prompt);
  program_add (
      "/outputs/the-key-may-be-in-a-file", NULL, test_the_key_may_be_in_a_file);
  program_add (
      "/outputs/the-address-is-an-option", NULL, test_the_address_is_an_option);
  program_add_each (
      "/outputs/odd-names", G_N_ELEMENTS (odd_names), test_odd_names);
  program_add ("/outputs/force-replaces", NULL, test_force_replaces);
  program_add ("/outputs/files-have-the-users-rights", NULL,
      test_files_have_the_users_rights);
  return g_test_run ();
}
