/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "programfixture.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
program_tear_down (ProgramFixture *fixture, gconstpointer unused)
{
  g_clear_object (&fixture->launcher);
  g_clear_pointer (&fixture->server, mock_server_free);
  fixture_remove (fixture->directory);
  fixture_remove (fixture->home);
  g_clear_pointer (&fixture->directory, g_free);
  g_clear_pointer (&fixture->home, g_free);
}

static GSubprocess *
spawn (ProgramFixture *fixture, const char *program, const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_ptr_array_add (argv, (gpointer) program);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) words[i]);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_launcher_spawnv (
      fixture->launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

void
program_add_each (const char *path, guint n,
    void (*test) (ProgramFixture *fixture, gconstpointer row))
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *numbered = g_strdup_printf ("%s/%u", path, i);

    program_add (numbered, GUINT_TO_POINTER (i), test);
  }
}

GSubprocess *
program_start (ProgramFixture *fixture, const char *const *words)
{
  return spawn (fixture, g_getenv ("TEST_PROGRAM"), words);
}

GSubprocess *
program_start_command (ProgramFixture *fixture, const char *command)
{
  g_auto (GStrv) words = NULL;
  g_autoptr (GError) error = NULL;

  g_shell_parse_argv (command, NULL, &words, &error);
  g_assert_no_error (error);
  return spawn (fixture, words[0], (const char *const *) words + 1);
}

static void
on_end (GObject *process, GAsyncResult *end, gpointer data)
{
  GAsyncResult **ret_end = data;

  *ret_end = g_object_ref (end);
}

static gboolean
has_ended (gpointer end)
{
  return *(GAsyncResult **) end != NULL;
}

void
program_finish (GSubprocess *process, Result *result)
{
  g_autoptr (GAsyncResult) end = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_end, &end);
  fixture_wait_until (has_ended, &end, "the end of the program");
  g_subprocess_communicate_utf8_finish (
      process, end, &result->out, &result->err, &error);
  g_assert_no_error (error);
  result->status = g_subprocess_get_if_exited (process)
      ? g_subprocess_get_exit_status (process)
      : -g_subprocess_get_term_sig (process);
}

void
program_read_until (int fd, GString *seen, const char *text)
{
  char bytes[256];

  while (strstr (seen->str, text) == NULL) {
    gssize n = read (fd, bytes, sizeof bytes);

    if (n <= 0)
      g_error ("it ended before '%s' came: %s", text, seen->str);
    g_string_append_len (seen, bytes, n);
  }
}

void
program_read_pipe_until (GInputStream *pipe, GString *seen, const char *text)
{
  while (strstr (seen->str, text) == NULL) {
    g_autoptr (GBytes) bytes = g_input_stream_read_bytes (pipe, 64, NULL, NULL);

    if (bytes == NULL || g_bytes_get_size (bytes) == 0)
      g_error ("it ended before '%s' came: %s", text, seen->str);
    g_string_append_len (seen, g_bytes_get_data (bytes, NULL),
        (gssize) g_bytes_get_size (bytes));
  }
}

void
program_run (ProgramFixture *fixture, Result *result, ...)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  const char *word;
  va_list args;

  va_start (args, result);
  while ((word = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (words, (gpointer) word);
  va_end (args);
  g_ptr_array_add (words, NULL);
  process = program_start (fixture, (const char *const *) words->pdata);
  program_finish (process, result);
}

void
result_clear (Result *result)
{
  g_clear_pointer (&result->out, g_free);
  g_clear_pointer (&result->err, g_free);
}

void
program_assert_success (ProgramFixture *fixture, const Result *result)
{
  if (result->status != 0)
    g_test_message ("stderr: %s", result->err);
  g_assert_cmpint (result->status, ==, 0);
  g_assert_cmpstr (result->out, ==, "");
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==, 1);
}

void
program_assert_failure (ProgramFixture *fixture, const Result *result,
    int status, const char *words, guint n_posts)
{
  g_auto (GStrv) lines = g_strsplit (result->err, "\n", -1);
  guint n_lines = g_strv_length (lines);
  const char *last = n_lines > 1 ? lines[n_lines - 2] : "";

  if (result->status != status)
    g_test_message ("stderr: %s", result->err);
  g_assert_cmpint (result->status, ==, status);
  g_assert_true (g_str_has_prefix (last, "visioncraft-to-video: "));
  g_assert_true (g_str_has_suffix (last, "."));
  g_assert_nonnull (strstr (last, words));
  g_assert_null (strstr (result->err, TEST_KEY));
  /* Nor a name of ours that nobody can find again. */
  g_assert_null (strstr (result->err, ".part-"));
  g_assert_cmpstr (result->out, ==, "");
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==,
      n_posts);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

void
program_assert_files (ProgramFixture *fixture, const char *expected)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  found = g_strjoinv (" ", (char **) names->pdata);
  g_assert_cmpstr (found, ==, expected);
}

/* Runs a helper program in the fixture's directory, and gives its output. */
static GBytes *
output_of (ProgramFixture *fixture, const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *output = NULL;

  g_subprocess_launcher_set_cwd (launcher, fixture->directory);
  process = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (process));
  return output;
}

/* The value of "@key=" in ffprobe's output, or "". */
static char *
value_of (const char *text, const char *key)
{
  g_autofree char *pattern = g_strdup_printf ("^%s=(.*)$", key);
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, text, 0, &match) ? g_match_info_fetch (match, 1)
                                                : g_strdup ("");
}

char *
program_probe (ProgramFixture *fixture, const char *name)
{
  const char *const argv[] = { "ffprobe", "-v", "error", "-count_frames", "-of",
    "default=nw=1", "-show_entries",
    "stream=codec_name,profile,width,height,nb_read_frames:format=duration",
    name, NULL };
  g_autoptr (GBytes) output = output_of (fixture, argv);
  g_autofree char *text =
      g_strndup (g_bytes_get_data (output, NULL), g_bytes_get_size (output));
  g_autofree char *codec = value_of (text, "codec_name");
  g_autofree char *profile = value_of (text, "profile");
  g_autofree char *width = value_of (text, "width");
  g_autofree char *height = value_of (text, "height");
  g_autofree char *n_frames = value_of (text, "nb_read_frames");
  g_autofree char *seconds = value_of (text, "duration");

  return g_strdup_printf ("%s %s %sx%s %s %.3f", codec, profile, width, height,
      n_frames, g_ascii_strtod (seconds, NULL));
}

GBytes *
program_frames (ProgramFixture *fixture, const char *name, const char *most)
{
  const char *const argv[] = { "ffmpeg", "-v", "error", "-i", name, "-frames:v",
    most, "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgba",
    "pipe:", NULL };

  return output_of (fixture, argv);
}

GBytes *
program_first_frame (ProgramFixture *fixture, const char *name)
{
  return program_frames (fixture, name, "1");
}

char *
program_path (ProgramFixture *fixture, const char *name)
{
  return g_build_filename (fixture->directory, name, NULL);
}

char *
program_read (ProgramFixture *fixture, const char *name, gsize *ret_size)
{
  g_autofree char *path = program_path (fixture, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, ret_size, &error);
  g_assert_no_error (error);
  return text;
}

void
program_write (ProgramFixture *fixture, const char *name, const char *text)
{
  g_autofree char *path = program_path (fixture, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

void
program_remove (ProgramFixture *fixture, const char *name)
{
  g_autofree char *path = program_path (fixture, name);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

void
program_serve_file (ProgramFixture *fixture, const char *name)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("TEST_GIF_DIR"), name, NULL);
  g_autoptr (GBytes) gif = NULL;
  g_autoptr (GError) error = NULL;
  char *data;
  gsize size;

  g_file_get_contents (path, &data, &size, &error);
  g_assert_no_error (error);
  gif = g_bytes_new_take (data, size);
  mock_server_set_gif (fixture->server, gif);
}

/* What the programs need of GStreamer's. */
static const char *const plugins[] = { "app", "coreelements", "coretracers",
  "gio", "hls", "isomp4", "libav", "matroska", "mpegtsmux", "multifile", "png",
  "videoconvertscale", "videocrop", "videoparsersbad", "vpx", "x264", NULL };

/* Links to them and a registry, for all tests of one program. */
static char *plugins_directory;

static void
remove_plugins (void)
{
  fixture_remove (plugins_directory);
  g_free (plugins_directory);
}

/* Lets GStreamer look at its plugins once, whose leaks are none of ours: the
 * next runs find its notes. */
static void
fill_registry (ProgramFixture *fixture)
{
  const char *const words[] = { "a fox", "existing.gif", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;

  g_subprocess_launcher_setenv (
      fixture->launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
  program_write (fixture, "existing.gif", "");
  process = spawn (fixture, g_getenv ("TEST_CONVERTER"), words);
  program_finish (process, &result);
  program_assert_failure (fixture, &result, 74, "exists", 0);
  program_remove (fixture, "existing.gif");
  g_subprocess_launcher_setenv (
      fixture->launcher, "ASAN_OPTIONS", g_getenv ("ASAN_OPTIONS"), TRUE);
}

void
program_serve (ProgramFixture *fixture, const MockOptions *options)
{
  MockOptions with_key = *options;

  with_key.token = TEST_KEY;
  fixture->server = fixture_serve (&with_key);
  fixture->directory = fixture_make_directory ();
  fixture->home = fixture_make_directory ();
  fixture->launcher = fixture_make_launcher (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE,
      fixture->server);
  g_subprocess_launcher_set_cwd (fixture->launcher, fixture->directory);
  g_subprocess_launcher_setenv (
      fixture->launcher, "XDG_CONFIG_HOME", fixture->home, TRUE);
  g_subprocess_launcher_setenv (
      fixture->launcher, "XDG_CACHE_HOME", fixture->home, TRUE);
}

void
program_set_up (ProgramFixture *fixture, gconstpointer unused)
{
  const MockOptions options = { .width = 128, .height = 96, .n_frames = 8 };
  gboolean is_first = plugins_directory == NULL;

  program_serve (fixture, &options);
  if (is_first) {
    plugins_directory = fixture_make_directory ();
    atexit (remove_plugins);
    fixture_link_plugins (plugins_directory, plugins);
  }
  fixture_use_plugins (fixture->launcher, plugins_directory, NULL);
  if (is_first)
    fill_registry (fixture);
}
