/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersave.h"

#include "gifvideo.h"

#include <glib/gstdio.h>
#include <string.h>

/* How often an encoding looks whether it was cancelled. */
#define POLL_INTERVAL (100 * GST_MSECOND)

typedef struct
{
  GBytes *gif;
  char *path;
} SaveJob;

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  g_bytes_unref (job->gif);
  g_free (job->path);
  g_free (job);
}

static GstElement *
make_encoder (GstBin *bin, GError **error)
{
  GstElement *encoder = gif_video_add_element (bin, "x264enc", NULL, error);

  /* mp4mux gets times wrong at a variable rate when pictures are reordered. */
  if (encoder != NULL)
    g_object_set (encoder, "bframes", 0, NULL);
  return encoder;
}

static GstElement *
make_muxer (GstBin *bin, GError **error)
{
  GstElement *muxer = gif_video_add_element (bin, "mp4mux", NULL, error);

  if (muxer != NULL)
    g_object_set (muxer, "faststart", TRUE, NULL);
  return muxer;
}

static GstElement *
make_sink (GstBin *bin, const char *path, GError **error)
{
  GstElement *sink = gif_video_add_element (bin, "filesink", NULL, error);

  if (sink != NULL)
    g_object_set (sink, "location", path, NULL);
  return sink;
}

/* Transfer full. */
static GstElement *
make_pipeline (GBytes *gif, const char *path, GError **error)
{
  g_autoptr (GstElement) pipeline =
      gst_object_ref_sink (gst_pipeline_new ("save"));
  GstBin *bin = GST_BIN (pipeline);
  GstElement *video, *encoder, *muxer, *sink;

  if ((video = gif_video_new (gif, 1, error)) == NULL)
    return NULL;
  gst_bin_add (bin, video);
  if ((encoder = make_encoder (bin, error)) == NULL
      || (muxer = make_muxer (bin, error)) == NULL
      || (sink = make_sink (bin, path, error)) == NULL)
    return NULL;
  gst_element_link_many (video, encoder, muxer, sink, NULL);
  return g_steal_pointer (&pipeline);
}

static gboolean
run_to_end (GstElement *pipeline, GCancellable *cancellable, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (message == NULL) {
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    message = gst_bus_timed_pop_filtered (
        bus, POLL_INTERVAL, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, error, NULL);
    return FALSE;
  }
  return TRUE;
}

static gboolean
encode (
    GBytes *gif, const char *path, GCancellable *cancellable, GError **error)
{
  GstElement *pipeline = make_pipeline (gif, path, error);
  gboolean done;

  if (pipeline == NULL)
    return FALSE;
  done = run_to_end (pipeline, cancellable, error);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return done;
}

static gboolean
move_into_place (const char *part, const char *path, GError **error)
{
  if (g_rename (part, path) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
      g_strerror (errno));
  return FALSE;
}

static gboolean
write_mp4 (const SaveJob *job, GCancellable *cancellable, GError **error)
{
  /* Beside it, so that the rename is one step. */
  g_autofree char *part = g_strconcat (job->path, ".part", NULL);

  if (encode (job->gif, part, cancellable, error)
      && move_into_place (part, job->path, error))
    return TRUE;
  g_unlink (part);
  return FALSE;
}

static gboolean
write_gif (const SaveJob *job, GError **error)
{
  gsize size;
  const char *data = g_bytes_get_data (job->gif, &size);

  /* Not the function with a mode: this one writes a new file and renames it,
   * too, and the umask says who may read it. */
  return g_file_set_contents_full (
      job->path, data, size, G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

static gboolean
ends_with (const char *path, const char *ending)
{
  g_autofree char *folded = g_ascii_strdown (path, -1);

  return g_str_has_suffix (folded, ending);
}

static void
save_in_thread (
    GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const SaveJob *job = data;
  GError *error = NULL;
  gboolean done;

  if (ends_with (job->path, ".gif"))
    done = write_gif (job, &error);
  else
    done = write_mp4 (job, cancellable, &error);
  if (done)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
player_save_async (GBytes *gif, const char *path, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);
  SaveJob *job = g_new0 (SaveJob, 1);

  job->gif = g_bytes_ref (gif);
  job->path = g_strdup (path);
  g_task_set_task_data (task, job, save_job_free);
  if (!ends_with (path, ".gif") && !ends_with (path, ".mp4"))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
        "The file's name has to end in .gif or .mp4.");
  else
    g_task_run_in_thread (task, save_in_thread);
}

gboolean
player_save_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
player_save_get_path (GAsyncResult *result)
{
  const SaveJob *job = g_task_get_task_data (G_TASK (result));

  return job->path;
}
