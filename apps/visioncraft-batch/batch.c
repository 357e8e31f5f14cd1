/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batch.h"

#include "batch-private.h"
#include "failure.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static void pump (Batch *batch);

/* --- Stopping --- */

static gboolean
is_over (Batch *batch)
{
  return (batch->list_ended || batch->stop_status != 0)
      && g_queue_is_empty (&batch->active);
}

static void
on_end_noted (const GError *error, gpointer data)
{
  g_main_loop_quit (((Batch *) data)->loop);
}

static void
note_end (Batch *batch)
{
  JsonObject *event = event_new (EVENT_END);
  g_autofree char *line = NULL;

  json_object_set_int_member (event, "status", batch_status (batch));
  json_object_set_int_member (event, "paid", (gint64) batch->tally->paid);
  line = event_line (event);
  journal_append (batch->settings.journal, line, on_end_noted, batch);
}

static gboolean
on_pump (gpointer data)
{
  Batch *batch = data;

  batch->idle = 0;
  pump (batch);
  return G_SOURCE_REMOVE;
}

void
batch_pump_soon (Batch *batch)
{
  if (batch->idle == 0)
    batch->idle = g_idle_add_full (G_PRIORITY_DEFAULT, on_pump, batch, NULL);
}

/* Those that wait for another try are given up. */
static void
drop_waiting (Batch *batch)
{
  Work *work;

  while ((work = g_queue_pop_head (&batch->again)) != NULL
      || (work = g_queue_pop_head (&batch->cached)) != NULL)
    batch_end_work (batch, work, EVENT_LEFT, NULL);
}

void
batch_stop (Batch *batch, int status, const char *why)
{
  if (batch->stop_status != 0)
    return;
  batch->stop_status = status;
  progress_warn (batch->settings.progress, why);
  batch_pump_soon (batch);
}

/* Whether every item of the list has come to an end. */
static gboolean
is_complete (Batch *batch)
{
  const Tally *tally = batch->tally;

  return batch->list_ended
      || (!list_is_stream (batch->settings.list)
          && tally->done + tally->refused + tally->failed + tally->unknown
              == tally->total);
}

int
batch_status (Batch *batch)
{
  const Tally *tally = batch->tally;

  if (batch->stop_status == FAILURE_KEY || batch->stop_status == FAILURE_USAGE)
    return batch->stop_status;
  if (tally->left > 0 || !is_complete (batch))
    return FAILURE_LATER;
  if (tally->unknown > 0)
    return STATUS_UNKNOWN;
  if (tally->refused > 0 || tally->failed > 0 || tally->bad > 0)
    return FAILURE_REFUSED;
  return EXIT_SUCCESS;
}

/* --- The end of an item --- */

static void
count_end (Batch *batch, Event state)
{
  Tally *tally = batch->tally;

  switch (state) {
    case EVENT_DONE:
      tally->done++;
      break;
    case EVENT_REFUSED:
      tally->refused++;
      break;
    case EVENT_FAILED:
      tally->failed++;
      break;
    case EVENT_UNKNOWN:
      tally->unknown++;
      break;
    default:
      tally->left++;
      break;
  }
}

/* Of generations, or of conversions: the ones end before the others. */
static void
count_in_a_row (Batch *batch, Event state)
{
  int most = batch->settings.options->stop_after_failures;
  int *n = state == EVENT_FAILED ? &batch->n_unconverted : &batch->n_failures;
  g_autofree char *why = NULL;

  if (++*n != most || batch->stop_status != 0)
    return;
  why = g_strdup_printf (
      "%d failures in a row (--stop-after-failures): nothing new is begun.",
      most);
  batch_stop (batch, FAILURE_LATER, why);
}

void
batch_end_work (Batch *batch, Work *work, Event state, const char *message)
{
  const ProgressEnd end = { state, message, work->cached, work->generate_s,
    work->n_bytes };
  gboolean failed = work->started_us != 0 && message != NULL;

  batch_leave_flight (batch, work);
  batch_note_left (batch, work, state);
  count_end (batch, state);
  progress_end (batch->settings.progress, work->item, &end);
  g_queue_remove (&batch->active, work);
  g_queue_remove (&batch->again, work);
  g_queue_remove (&batch->cached, work);
  work_free (work);
  if (state == EVENT_DONE)
    batch->n_unconverted = 0;
  else if (failed)
    count_in_a_row (batch, state);
  batch_pump_soon (batch);
}

/* --- What is next --- */

static void
pump (Batch *batch)
{
  batch_start_all (batch);
  if (batch->stop_status != 0)
    drop_waiting (batch);
  if (is_over (batch) && !batch->end_noted) {
    batch->end_noted = TRUE;
    note_end (batch);
  }
}

/* --- The run --- */

static gboolean
on_grace_over (gpointer data)
{
  Batch *batch = data;

  batch->grace = 0;
  batch_abandon (batch);
  batch_pump_soon (batch);
  return G_SOURCE_REMOVE;
}

static void
interrupt (Batch *batch)
{
  g_autofree char *why = NULL;
  int grace_s = batch->settings.options->grace_s;

  if (batch->interrupted)
    return;
  batch->interrupted = TRUE;
  why = g_strdup_printf ("Interrupted: nothing new is begun; %d s for what is "
                         "under way. Once more ends at once.",
      grace_s);
  batch_stop (batch, FAILURE_LATER, why);
  batch->grace = g_timeout_add_seconds ((guint) grace_s, on_grace_over, batch);
}

static gboolean
end_on (Batch *batch, int number)
{
  if (batch->warned)
    _exit (128 + number);
  batch->warned = TRUE;
  interrupt (batch);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_sigint (gpointer batch)
{
  return end_on (batch, SIGINT);
}

static gboolean
on_sigterm (gpointer batch)
{
  return end_on (batch, SIGTERM);
}

/* Never a second one: a script may pass on with it what it was sent, when its
 * programs were sent that as well. */
static gboolean
on_sighup (gpointer batch)
{
  interrupt (batch);
  return G_SOURCE_CONTINUE;
}

/* nohup says so. */
static gboolean
is_ignored (int number)
{
  struct sigaction action;

  return sigaction (number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

Batch *
batch_new (const BatchSettings *settings, Tally *tally)
{
  const Options *options = settings->options;
  Batch *batch = g_new0 (Batch, 1);

  batch->settings = *settings;
  batch->tally = tally;
  batch->loop = g_main_loop_new (NULL, FALSE);
  batch->encoders = encoders_new ((guint) options->encoders,
      &options->settings.encode, batch_on_converted, batch);
  batch->most_in_memory = options->jobs + options->encoders + BATCH_QUEUE;
  batch->space = (Space){ .folders = { settings->cache_dir,
                              options->journal_dir, options->folder } };
  batch->keys = g_array_new (FALSE, FALSE, sizeof (Digest));
  pace_init (&batch->pace, options->interval_s, options->max_wait_s);
  batch->signals[0] = g_unix_signal_add (SIGINT, on_sigint, batch);
  batch->signals[1] = g_unix_signal_add (SIGTERM, on_sigterm, batch);
  if (!is_ignored (SIGHUP))
    batch->signals[2] = g_unix_signal_add (SIGHUP, on_sighup, batch);
  return batch;
}

/* From now on one ends the program. */
static void
clear_signals (Batch *batch)
{
  for (guint i = 0; i < G_N_ELEMENTS (batch->signals); i++)
    g_clear_handle_id (&batch->signals[i], g_source_remove);
}

void
batch_free (Batch *batch)
{
  Work *work;

  if (batch == NULL)
    return;
  encoders_free (batch->encoders);
  while ((work = g_queue_pop_head (&batch->active)) != NULL)
    work_free (work);
  g_queue_clear (&batch->again);
  g_queue_clear (&batch->cached);
  g_clear_pointer (&batch->last, generate_free);
  g_array_unref (batch->keys);
  g_clear_pointer (&batch->in_cache, digest_table_free);
  clear_signals (batch);
  g_clear_handle_id (&batch->idle, g_source_remove);
  g_clear_handle_id (&batch->timer, g_source_remove);
  g_clear_handle_id (&batch->input, g_source_remove);
  g_clear_handle_id (&batch->grace, g_source_remove);
  g_main_loop_unref (batch->loop);
  g_free (batch);
}

int
batch_run (Batch *batch)
{
  Tally *tally = batch->tally;

  batch_pump_soon (batch);
  g_main_loop_run (batch->loop);
  /* Nobody listens any more; but what was sent twice is no reason to die. */
  clear_signals (batch);
  signal (SIGHUP, SIG_IGN);
  if (!list_is_stream (batch->settings.list))
    tally->left = tally->total - tally->done - tally->refused - tally->failed
        - tally->unknown;
  return batch_status (batch);
}

const GArray *
batch_get_keys (Batch *batch)
{
  return batch->keys;
}
