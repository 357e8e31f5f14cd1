/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batch.h"

#include "batch-private.h"
#include "failure.h"
#include "folder.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* GIFs that wait for an encoder, beyond one for each. */
#define QUEUE 16
/* What the cache has is there at once, and takes memory at once. */
#define MOST_LOOKUPS 4
/* Items that need nothing are passed over so many at a time, so that what is
 * under way is not kept waiting. */
#define SKIPS_AT_ONCE 256

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

/* --- New items --- */

static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  Batch *batch = data;

  batch->input = 0;
  pump (batch);
  return G_SOURCE_REMOVE;
}

/* The next item that needs something. NULL: not now. */
static Work *
next_from_list (Batch *batch)
{
  for (guint i = 0; i < SKIPS_AT_ONCE; i++) {
    g_autoptr (GError) error = NULL;
    Item *item;
    Work *work;

    switch (list_next (batch->settings.list, &item, &error)) {
      case LIST_ITEM:
        work = batch_plan_item (batch, item);
        if (work != NULL)
          return work;
        break;
      case LIST_BAD:
        batch->tally->bad++;
        progress_warn (batch->settings.progress, error->message);
        break;
      case LIST_WAIT:
        if (batch->input == 0)
          batch->input = g_unix_fd_add (list_get_fd (batch->settings.list),
              G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, batch);
        return NULL;
      case LIST_END:
        batch->list_ended = TRUE;
        return NULL;
      case LIST_FAILED:
      default:
        batch_stop (batch, FAILURE_LATER, error->message);
        return NULL;
    }
  }
  batch_pump_soon (batch);
  return NULL;
}

static gboolean
on_timer (gpointer data)
{
  Batch *batch = data;

  batch->timer = 0;
  pump (batch);
  return G_SOURCE_REMOVE;
}

/* Whether what is paid for now can be kept. */
static gboolean
has_place (Batch *batch, Work *work, GError **error)
{
  for (guint i = 0; i < work->missing->len; i++)
    if (!folder_check_file (work->missing->pdata[i], error))
      return FALSE;
  return space_check (
      &batch->space, g_queue_get_length (&batch->active) + 1, error);
}

/* Whether the request of @work may leave now; arranges for another look where
 * not. */
static gboolean
may_start (Batch *batch, Work *work)
{
  g_autoptr (GError) error = NULL;
  gint64 wait_us;

  /* Those that are out may turn out to cost nothing. */
  if (!batch_can_pay (batch))
    return FALSE;
  if (!has_place (batch, work, &error)) {
    batch_stop (batch, FAILURE_LATER, error->message);
    return FALSE;
  }
  wait_us =
      pace_wait (&batch->pace, g_get_monotonic_time (), batch->n_requests);
  if (wait_us > 0 && wait_us != G_MAXINT64 && batch->timer == 0)
    batch->timer =
        g_timeout_add ((guint) (wait_us / 1000) + 1, on_timer, batch);
  return wait_us == 0;
}

/* The one that was next already, one that waits for another try, or a new one. */
static Work *
next_work (Batch *batch)
{
  Work *work = g_queue_pop_head (&batch->again);

  if (work != NULL || batch->list_ended || batch->input != 0)
    return work;
  if (g_queue_get_length (&batch->active) >= (guint) batch->most_in_memory)
    return NULL;
  return next_from_list (batch);
}

gboolean
batch_is_full (Batch *batch)
{
  return encoders_get_n_waiting (batch->encoders) >= QUEUE;
}

/* The next one that the cache may have. NULL: not now. */
static Work *
next_lookup (Batch *batch)
{
  return batch->n_out - batch->n_requests < MOST_LOOKUPS
          && !batch_is_full (batch)
      ? g_queue_pop_head (&batch->cached)
      : NULL;
}

/* Whether nothing is asked of the service for @work. */
static gboolean
is_lookup (Batch *batch, Work *work)
{
  /* What lies in the cache costs nothing. */
  if (work->plan.kind == PLAN_REQUEST && !batch_can_pay (batch)
      && batch->n_requests == 0)
    work->plan = (Plan){ PLAN_CACHE, EVENT_LEFT };
  return work->plan.kind != PLAN_REQUEST;
}

static void
start_all (Batch *batch)
{
  while (batch->stop_status == 0
      && batch->n_out < (guint) batch->settings.options->jobs) {
    Work *work = next_lookup (batch);

    if (work == NULL) {
      work = next_work (batch);
      if (work == NULL)
        return;
      if (is_lookup (batch, work)) {
        g_queue_push_tail (&batch->cached, work);
        continue;
      }
      if (!may_start (batch, work)) {
        g_queue_push_head (&batch->again, work);
        return;
      }
    }
    batch_start_work (batch, work);
  }
}

static void
pump (Batch *batch)
{
  start_all (batch);
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
  batch->most_in_memory = options->jobs + options->encoders + QUEUE;
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
