/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-files.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

static char *directory; /* of one test */

void
load_plugin (const char *folder, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%s/libgst%s.so", folder, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) plugin = gst_plugin_load_file (file, &error);

  fail_unless (
      plugin != NULL, "%s: %s", file, error != NULL ? error->message : "");
}

void
load_plugins (void)
{
  const char *stock[] = { "aom", "app", "avi", "compositor", "coreelements",
    "encoding", "gio", "hls", "isomp4", "jpeg", "libav", "matroska",
    "mpegtsmux", "multifile", "openh264", "playback", "png", "theora",
    "typefindfunctions", "videoconvertscale", "videoparsersbad", "videorate",
    "videotestsrc", "vpx", "x264", "x265" };

  load_plugin (MODULE_DIR, "animgif");
  for (guint i = 0; i < G_N_ELEMENTS (stock); i++)
    load_plugin (PLUGINS_DIR, stock[i]);
  /* One module with the decoder since GStreamer 1.28. */
  load_plugin (PLUGINS_DIR,
      g_file_test (PLUGINS_DIR "/libgsty4m.so", G_FILE_TEST_EXISTS) ? "y4m"
                                                                    : "y4menc");
}

char *
path_of (const char *name)
{
  return g_build_filename (directory, name, NULL);
}

void
write_file (const char *name, GBytes *bytes)
{
  g_autofree char *path = path_of (name);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (
      path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
}

void
set_up_directory (void)
{
  g_autoptr (GError) error = NULL;

  directory = g_dir_make_tmp ("animgifdec-XXXXXX", &error);
  g_assert_no_error (error);
}

void
tear_down_directory (void)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = path_of (name);

    g_unlink (path);
  }
  g_rmdir (directory);
  g_clear_pointer (&directory, g_free);
}

void
run_pipeline (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, RUN_TIMEOUT, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "the pipeline does not end");
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  fail_unless (error == NULL, "%s (%s)", error ? error->message : "", debug);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

GstElement *
parse_line (const char *line)
{
  g_auto (GStrv) parts = g_strsplit (line, "DIR", -1);
  g_autofree char *text = g_strjoinv (directory, parts);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);

  g_assert_no_error (error);
  return pipeline;
}

void
run_line (const char *line)
{
  GstElement *pipeline = parse_line (line);

  run_pipeline (pipeline);
  gst_object_unref (pipeline);
}

GBytes *
run_program (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) program =
      g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  GBytes *out = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate (program, NULL, NULL, &out, NULL, &error);
  g_assert_no_error (error);
  fail_unless (g_subprocess_get_successful (program), "%s failed", argv[0]);
  return out;
}

void
assert_media (const char *name, const char *duration, guint n_pictures)
{
  g_autofree char *path = path_of (name);
  const char *argv[] = { "ffprobe", "-v", "error", "-count_packets",
    "-show_streams", "-show_format", "-of", "flat", path, NULL };
  g_autoptr (GBytes) bytes = run_program (argv);
  g_autofree char *out =
      g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree char *time = g_strdup_printf ("format.duration=\"%s\"", duration);
  g_autofree char *number =
      g_strdup_printf ("stream.0.nb_read_packets=\"%u\"", n_pictures);

  fail_unless (strstr (out, time) != NULL, "%s is not in:\n%s", time, out);
  fail_unless (strstr (out, number) != NULL, "%s is not in:\n%s", number, out);
}
