/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersave.h"

#include "encode.h"

typedef struct
{
  char *path;
  Output *output;
  Encode *encode; /* ends before the output */
  gulong cancelled_id;
} SaveJob;

static void
save_job_free (gpointer data)
{
  SaveJob *job = data;

  encode_free (job->encode);
  output_free (job->output);
  g_free (job->path);
  g_free (job);
}

/* Takes @error and the task's reference over. NULL: it is encoded. */
static void
end (GTask *task, GError *error)
{
  SaveJob *job = g_task_get_task_data (task);
  guint n_files;
  guint64 n_bytes;

  g_cancellable_disconnect (g_task_get_cancellable (task), job->cancelled_id);
  g_clear_pointer (&job->encode, encode_free);
  if (error == NULL)
    output_publish (job->output, &n_files, &n_bytes, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_encoded (Encode *encode, const GError *error, gpointer task)
{
  end (task, error != NULL ? g_error_copy (error) : NULL);
}

static gboolean
end_cancelled (gpointer task)
{
  SaveJob *job = g_task_get_task_data (task);

  if (job->encode != NULL)
    end (task,
        g_error_new_literal (
            G_IO_ERROR, G_IO_ERROR_CANCELLED, "Saving was cancelled."));
  return G_SOURCE_REMOVE;
}

/* Later: a handler must not disconnect itself. */
static void
on_cancelled (GCancellable *cancellable, gpointer task)
{
  g_idle_add_full (
      G_PRIORITY_DEFAULT, end_cancelled, g_object_ref (task), g_object_unref);
}

static gboolean
prepare (SaveJob *job, GError **error)
{
  const EncodeSettings settings = ENCODE_DEFAULTS;
  const Format *format = format_of_file (job->path, NULL);

  if (format == NULL
      || (format->id != FORMAT_GIF && format->id != FORMAT_MP4)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_FILENAME,
        "The file's name has to end in .gif or .mp4.");
    return FALSE;
  }
  job->output = output_new (job->path, format, TRUE, error);
  if (job->output != NULL)
    job->encode = encode_new (job->output, &settings, error);
  return job->encode != NULL;
}

void
player_save_async (GBytes *gif, const GstTagList *tags, const char *path,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  SaveJob *job = g_new0 (SaveJob, 1);
  GError *error = NULL;

  job->path = g_strdup (path);
  g_task_set_task_data (task, job, save_job_free);
  g_task_set_check_cancellable (task, FALSE); /* a file that is there is one */
  if (!prepare (job, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  if (cancellable != NULL)
    job->cancelled_id = g_cancellable_connect (
        cancellable, G_CALLBACK (on_cancelled), task, NULL);
  encode_start (job->encode, gif, tags, on_encoded, task);
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
