/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batch-private.h"
#include "cachekeys.h"
#include "failure.h"
#include "folder.h"

#include <glib-unix.h>

/* Which item is next, and whether its turn has come. */

/* What the cache has is there at once, and takes memory at once. */
#define MOST_LOOKUPS 4
/* Items that need nothing are passed over so many at a time, so that what is
 * under way is not kept waiting. */
#define SKIPS_AT_ONCE 256

static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  Batch *batch = data;

  batch->input = 0;
  batch_pump_soon (batch);
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
  batch_pump_soon (batch);
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
  return encoders_get_n_waiting (batch->encoders) >= BATCH_QUEUE;
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

/* Whether nothing may be paid for @work, and the cache has surely nothing: long
 * lists are not looked up item by item. */
static gboolean
is_left (Batch *batch, Work *work)
{
  if (work->plan.state != EVENT_LEFT || work->plan.kind != PLAN_CACHE)
    return FALSE;
  if (batch->in_cache == NULL)
    batch->in_cache = cache_keys_load (batch->settings.cache_dir);
  return digest_table_find (batch->in_cache, work->item->key) == NULL;
}

void
batch_start_all (Batch *batch)
{
  guint n_left = 0;

  while (batch->stop_status == 0 && n_left < SKIPS_AT_ONCE
      && batch->n_out < (guint) batch->settings.options->jobs) {
    Work *work = next_lookup (batch);

    if (work == NULL) {
      work = next_work (batch);
      if (work == NULL)
        return;
      if (is_lookup (batch, work)) {
        if (is_left (batch, work)) {
          batch_end_work (batch, work, EVENT_LEFT, NULL); /* pumps again */
          n_left++;
        } else {
          g_queue_push_tail (&batch->cached, work);
        }
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
