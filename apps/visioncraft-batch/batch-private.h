/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "batch.h"
#include "encoders.h"
#include "pace.h"
#include "space.h"

G_BEGIN_DECLS

/* Between batch.c, which says when it is over, batchnext.c, which says what is
 * next, batchwork.c, which takes one item through, and batchnote.c, which writes
 * that down. */

/* GIFs that wait for an encoder, beyond one for each. */
#define BATCH_QUEUE 16

struct _Batch
{
  BatchSettings settings;
  Tally *tally;
  GMainLoop *loop;
  Encoders *encoders;
  Pace pace;
  Space space;

  GQueue active; /* of Work, all that is in memory */
  GQueue again;  /* those of them that wait to be requested */
  GQueue cached; /* and those that wait to be looked up in the cache */
  int most_in_memory;
  GArray *keys;          /* of Digest: a stream's items, for their results */
  DigestTable *in_cache; /* set of keys, once nothing more may be paid; NULL */
  Generate *last;        /* the newest that has ended */
  guint n_out;           /* of --jobs */
  guint n_requests;      /* of those, not from the cache */
  int n_failures, n_unconverted; /* in a row */
  gboolean list_ended, end_noted;
  int stop_status;              /* why nothing new is begun; 0: it is */
  gboolean interrupted, warned; /* by any signal; by one that ends a run */
  guint signals[3];
  guint idle, timer, input, grace; /* sources */
};

/* Starts what may start now, and arranges for another look where more may
 * later. */
void batch_start_all (Batch *batch);

/* What has to be done for @item, which is taken; NULL: nothing, and it has been
 * counted. */
Work *batch_plan_item (Batch *batch, Item *item);

/* Whether --max-paid allows one more request besides those that are out. */
gboolean batch_can_pay (Batch *batch);

void batch_start_work (Batch *batch, Work *work);

/* Of the encoders. */
void batch_on_converted (Work *work, gpointer batch);

/* Whether so many GIFs wait for an encoder that others had better wait on the
 * disk. */
gboolean batch_is_full (Batch *batch);

/* @work is no longer in flight. */
void batch_leave_flight (Batch *batch, Work *work);

/* Its end, and @work's. */
void batch_end_work (
    Batch *batch, Work *work, Event state, const char *message);

/* Writes down that @work came to @event, and calls @func when that is on the
 * disk. */
void batch_note (Batch *batch, Work *work, Event event, const char *message,
    JournalFunc func);

/* The same in a few words, for which nobody waits. */
void batch_note_shortly (Batch *batch, Work *work, Event event);

/* Its request has surely not been processed. */
void batch_note_back (Batch *batch, Work *work);

/* The same item at another place of the list: the newest line says where. */
void batch_note_moved (Batch *batch, Work *work);

/* Of a list that is gone when it has been read nothing else tells of an item
 * that was left before its first request. */
void batch_note_left (Batch *batch, const Work *work, Event state);

/* Begins nothing new; @why is told. The first one counts. */
void batch_stop (Batch *batch, int status, const char *why);

/* Ends what is under way at once. */
void batch_abandon (Batch *batch);

/* Looks soon what is next. */
void batch_pump_soon (Batch *batch);

int batch_status (Batch *batch);

G_END_DECLS
