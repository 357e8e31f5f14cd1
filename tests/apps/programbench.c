/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "programbench.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIMIT_S 60

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR)
        && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
      remove_tree (child);
    else
      g_unlink (child);
  }
  g_rmdir (path);
}

void
bench_tear_down (Bench *bench, gconstpointer unused)
{
  g_clear_object (&bench->launcher);
  g_clear_pointer (&bench->server, mock_server_free);
  remove_tree (bench->directory);
  g_clear_pointer (&bench->directory, g_free);
}

static GSubprocess *
spawn (Bench *bench, const char *program, const char *const *words)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_ptr_array_add (argv, (gpointer) program);
  for (guint i = 0; words[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) words[i]);
  g_ptr_array_add (argv, NULL);
  process = g_subprocess_launcher_spawnv (
      bench->launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  return process;
}

GSubprocess *
bench_start (Bench *bench, const char *const *words)
{
  return spawn (bench, g_getenv ("TEST_PROGRAM"), words);
}

static gboolean
on_limit (gpointer process)
{
  g_subprocess_force_exit (process);
  g_error ("the program does not end");
  return G_SOURCE_REMOVE;
}

static void
on_end (GObject *process, GAsyncResult *end, gpointer data)
{
  GAsyncResult **ret_end = data;

  *ret_end = g_object_ref (end);
}

void
bench_finish (GSubprocess *process, Result *result)
{
  g_autoptr (GAsyncResult) end = NULL;
  g_autoptr (GError) error = NULL;
  guint limit = g_timeout_add_seconds (LIMIT_S, on_limit, process);

  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_end, &end);
  while (end == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_subprocess_communicate_utf8_finish (
      process, end, &result->out, &result->err, &error);
  g_assert_no_error (error);
  g_source_remove (limit);
  result->status = g_subprocess_get_if_exited (process)
      ? g_subprocess_get_exit_status (process)
      : -g_subprocess_get_term_sig (process);
}

void
bench_run (Bench *bench, Result *result, ...)
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
  process = bench_start (bench, (const char *const *) words->pdata);
  bench_finish (process, result);
}

void
result_clear (Result *result)
{
  g_clear_pointer (&result->out, g_free);
  g_clear_pointer (&result->err, g_free);
}

void
bench_assert_success (Bench *bench, const Result *result)
{
  if (result->status != 0)
    g_test_message ("stderr: %s", result->err);
  g_assert_cmpint (result->status, ==, 0);
  g_assert_cmpstr (result->out, ==, "");
  g_assert_cmpuint (
      mock_server_count (bench->server, MOCK_EVENT_POST_RECEIVED), ==, 1);
}

void
bench_assert_failure (Bench *bench, const Result *result, int status,
    const char *words, guint n_posts)
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
  g_assert_cmpstr (result->out, ==, "");
  g_assert_cmpuint (
      mock_server_count (bench->server, MOCK_EVENT_POST_RECEIVED), ==, n_posts);
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

void
bench_assert_files (Bench *bench, const char *expected)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (bench->directory, 0, NULL);
  g_autofree char *found = NULL;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_strings);
  g_ptr_array_add (names, NULL);
  found = g_strjoinv (" ", (char **) names->pdata);
  g_assert_cmpstr (found, ==, expected);
}

/* Runs a helper program in the bench's directory, and gives its output. */
static GBytes *
output_of (Bench *bench, const char *const *argv)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *output = NULL;

  g_subprocess_launcher_set_cwd (launcher, bench->directory);
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
bench_probe (Bench *bench, const char *name)
{
  const char *const argv[] = { "ffprobe", "-v", "error", "-count_frames", "-of",
    "default=nw=1", "-show_entries",
    "stream=codec_name,profile,width,height,nb_read_frames:format=duration",
    name, NULL };
  g_autoptr (GBytes) output = output_of (bench, argv);
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
bench_first_frame (Bench *bench, const char *name)
{
  const char *const argv[] = { "ffmpeg", "-v", "error", "-i", name, "-frames:v",
    "1", "-f", "rawvideo", "-pix_fmt", "rgba", "pipe:", NULL };

  return output_of (bench, argv);
}

char *
bench_path (Bench *bench, const char *name)
{
  return g_build_filename (bench->directory, name, NULL);
}

char *
bench_read (Bench *bench, const char *name, gsize *ret_size)
{
  g_autofree char *path = bench_path (bench, name);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, ret_size, &error);
  g_assert_no_error (error);
  return text;
}

void
bench_write (Bench *bench, const char *name, const char *text)
{
  g_autofree char *path = bench_path (bench, name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

void
bench_remove (Bench *bench, const char *name)
{
  g_autofree char *path = bench_path (bench, name);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

void
bench_serve_file (Bench *bench, const char *name)
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
  mock_server_set_gif (bench->server, gif);
}

/* The plugins that the programs need, where sanitizers make all of them too
 * slow to look at: links to them, in a directory that lasts as long as the
 * tests. */
static const char *const plugins[] = { "app", "coreelements", "gio", "hls",
  "isomp4", "libav", "matroska", "mpegtsmux", "multifile", "png",
  "videoconvertscale", "videocrop", "videoparsersbad", "videorate", "vpx",
  "x264" };

static char *few_plugins; /* set once, before anything is started */

static void
remove_few_plugins (void)
{
  remove_tree (few_plugins);
  g_free (few_plugins);
}

static void
choose_plugins (void)
{
  const char *all = g_getenv ("TEST_CHOOSE_PLUGINS_OF");
  g_autofree char *registry = NULL;
  g_autoptr (GError) error = NULL;

  if (all == NULL || few_plugins != NULL)
    return;
  few_plugins = g_dir_make_tmp ("plugins-XXXXXX", &error);
  g_assert_no_error (error);
  atexit (remove_few_plugins);
  for (guint i = 0; i < G_N_ELEMENTS (plugins); i++) {
    g_autofree char *name = g_strdup_printf ("libgst%s.so", plugins[i]);
    g_autofree char *from = g_build_filename (all, name, NULL);
    g_autofree char *to = g_build_filename (few_plugins, name, NULL);

    g_assert_cmpint (symlink (from, to), ==, 0);
  }
  registry = g_build_filename (few_plugins, "registry.bin", NULL);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH", few_plugins, TRUE);
  g_setenv ("GST_REGISTRY", registry, TRUE);
}

/* Lets GStreamer look at its plugins once, whose leaks are none of ours: the
 * next runs find its notes. */
static void
fill_registry (Bench *bench)
{
  static gboolean is_filled;
  const char *const words[] = { "a fox", "existing.gif", NULL };
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = NULL;

  if (is_filled)
    return;
  is_filled = TRUE;
  g_subprocess_launcher_setenv (
      bench->launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
  bench_write (bench, "existing.gif", "");
  process = spawn (bench, g_getenv ("TEST_CONVERTER"), words);
  bench_finish (process, &result);
  bench_assert_failure (bench, &result, 74, "exists", 0);
  bench_remove (bench, "existing.gif");
  g_subprocess_launcher_setenv (
      bench->launcher, "ASAN_OPTIONS", g_getenv ("ASAN_OPTIONS"), TRUE);
}

void
bench_set_up (Bench *bench, gconstpointer unused)
{
  const MockOptions options = {
    .token = TEST_KEY, .width = 128, .height = 96, .n_frames = 8
  };
  g_autoptr (GError) error = NULL;

  choose_plugins ();
  bench->server = mock_server_new (&options, &error);
  g_assert_no_error (error);
  bench->directory = g_dir_make_tmp ("visioncraft-to-video-XXXXXX", &error);
  g_assert_no_error (error);
  bench->launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_cwd (bench->launcher, bench->directory);
  g_subprocess_launcher_setenv (bench->launcher, "VISIONCRAFT_API_URL",
      mock_server_get_url (bench->server), TRUE);
  g_subprocess_launcher_setenv (
      bench->launcher, "VISIONCRAFT_TOKEN", TEST_KEY, TRUE);
  fill_registry (bench);
}
