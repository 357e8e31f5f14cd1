/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoders.h"

#include "failure.h"
#include "leftovers.h"

#include <errno.h>

/* One file of a work. */
typedef struct
{
  Encoders *encoders;
  Work *work;
  const char *file;
  gboolean is_copy; /* of the GIF: written at once, it takes no encoder */
  Output *output;
  Encode *encode;
  guint64 n_bytes;
} Task;

struct _Encoders
{
  guint n_at_once;
  const EncodeSettings *settings;
  EncodersFunc func;
  gpointer data;
  Leftovers *leftovers;
  GQueue waiting;     /* of Task */
  GQueue running;     /* likewise */
  guint n_converting; /* of those, how many are no copies */
  guint n_writing;    /* and how many a thread has */
  gboolean is_over;   /* nobody wants to hear of it */
  guint idle;
};

static void
task_free (Task *task)
{
  g_clear_pointer (&task->encode, encode_free);
  g_clear_pointer (&task->output, output_free);
  g_free (task);
}

Encoders *
encoders_new (guint n_at_once, const EncodeSettings *settings,
    EncodersFunc func, gpointer data)
{
  Encoders *encoders = g_new0 (Encoders, 1);

  encoders->n_at_once = n_at_once;
  encoders->settings = settings;
  encoders->func = func;
  encoders->data = data;
  encoders->leftovers = leftovers_new ();
  return encoders;
}

void
encoders_free (Encoders *encoders)
{
  Task *task;

  if (encoders == NULL)
    return;
  encoders->is_over = TRUE;
  while (encoders->n_writing > 0)
    g_main_context_iteration (NULL, TRUE);
  while ((task = g_queue_pop_head (&encoders->running)) != NULL)
    task_free (task);
  while ((task = g_queue_pop_head (&encoders->waiting)) != NULL)
    task_free (task);
  g_clear_handle_id (&encoders->idle, g_source_remove);
  leftovers_free (encoders->leftovers);
  g_free (encoders);
}

static void start_waiting (Encoders *encoders);

static gboolean
on_idle (gpointer data)
{
  Encoders *encoders = data;

  encoders->idle = 0;
  start_waiting (encoders);
  return G_SOURCE_REMOVE;
}

static void
start_soon (Encoders *encoders)
{
  if (encoders->idle == 0)
    encoders->idle =
        g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, encoders, NULL);
}

/* --- The end of a file --- */

static void
end (Task *task, const GError *error)
{
  Encoders *encoders = task->encoders;
  Work *work = task->work;

  if (error != NULL && work->error == NULL)
    work->error = g_error_copy (error);
  work->n_bytes += task->n_bytes;
  work->n_left--;
  if (!task->is_copy)
    encoders->n_converting--;
  g_queue_remove (&encoders->running, task);
  task_free (task);
  if (encoders->is_over)
    return;
  start_soon (encoders);
  if (work->n_left == 0)
    encoders->func (work, encoders->data);
}

static void
publish (GTask *thread, gpointer source, gpointer data, GCancellable *cancel)
{
  Task *task = data;
  GError *error = NULL;
  guint n_files;

  if (output_publish (task->output, &n_files, &task->n_bytes, &error))
    g_task_return_boolean (thread, TRUE);
  else
    g_task_return_error (thread, error);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  Task *task = data;
  g_autoptr (GError) error = NULL;

  task->encoders->n_writing--;
  g_task_propagate_boolean (G_TASK (result), &error);
  end (task, error);
}

static void
on_encoded (Encode *encode, const GError *error, gpointer data)
{
  Task *task = data;
  g_autoptr (GTask) thread = NULL;

  if (error != NULL) {
    end (task, error);
    return;
  }
  g_clear_pointer (&task->encode, encode_free);
  task->encoders->n_writing++;
  thread = g_task_new (NULL, NULL, on_published, task);
  g_task_set_task_data (thread, task, NULL);
  g_task_run_in_thread (thread, publish);
}

/* --- Its begin --- */

static gboolean
begin (Task *task, GError **error)
{
  const Format *format = format_of_file (task->file, error);
  g_autofree char *folder = g_path_get_dirname (task->file);

  if (format == NULL)
    return FALSE;
  if (g_mkdir_with_parents (folder, 0777) != 0) {
    g_set_error (error, FAILURE, FAILURE_OUTPUT,
        "The folder \"%s\" cannot be made: %s.", folder, g_strerror (errno));
    return FALSE;
  }
  leftovers_remove (task->encoders->leftovers, task->file);
  task->output = output_new (task->file, format, TRUE, error);
  if (task->output == NULL)
    return FALSE;
  task->encode = encode_new (task->output, task->encoders->settings, error);
  return task->encode != NULL;
}

static void
start (Task *task)
{
  Work *work = task->work;
  g_autoptr (GError) error = NULL;
  /* One of a work that has failed is not begun. */
  gboolean begun = work->error == NULL && begin (task, &error);

  g_queue_push_tail (&task->encoders->running, task);
  if (!task->is_copy)
    task->encoders->n_converting++;
  if (begun)
    encode_start (task->encode, work->gif, work->tags, on_encoded, task);
  /* What encodes has it, or it is on the disk. */
  if (--work->n_unstarted == 0)
    g_clear_pointer (&work->gif, g_bytes_unref);
  if (!begun)
    end (task, error);
}

static void
start_waiting (Encoders *encoders)
{
  GList *next;

  for (GList *at = encoders->waiting.head; at != NULL; at = next) {
    Task *task = at->data;

    next = at->next;
    if (!task->is_copy && encoders->n_converting >= encoders->n_at_once)
      continue;
    g_queue_delete_link (&encoders->waiting, at);
    start (task);
  }
}

void
encoders_add (Encoders *encoders, Work *work)
{
  work->n_left = work->n_unstarted = work->missing->len;
  for (guint i = 0; i < work->missing->len; i++) {
    Task *task = g_new0 (Task, 1);
    const Format *format = format_of_file (work->missing->pdata[i], NULL);

    task->encoders = encoders;
    task->work = work;
    task->file = work->missing->pdata[i];
    task->is_copy = format != NULL && format->id == FORMAT_GIF;
    g_queue_push_tail (&encoders->waiting, task);
  }
  start_soon (encoders);
}

guint
encoders_get_n_waiting (Encoders *encoders)
{
  return g_queue_get_length (&encoders->waiting);
}

static void
drop_from (GQueue *tasks, Work *work)
{
  GList *next;

  for (GList *at = tasks->head; at != NULL; at = next) {
    Task *task = at->data;

    next = at->next;
    if (task->work != work || (task->output != NULL && task->encode == NULL))
      continue; /* another one's, or a thread has it */
    g_queue_delete_link (tasks, at);
    if (tasks == &task->encoders->running && !task->is_copy)
      task->encoders->n_converting--;
    task_free (task);
    work->n_left--;
    if (work->error == NULL)
      work->error = g_error_new_literal (FAILURE, FAILURE_LATER,
          "It was given up before all files were made.");
  }
}

gboolean
encoders_drop (Encoders *encoders, Work *work)
{
  drop_from (&encoders->waiting, work);
  drop_from (&encoders->running, work);
  return work->n_left > 0;
}
