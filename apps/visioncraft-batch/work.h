/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "generate.h"
#include "plan.h"

G_BEGIN_DECLS

/* An item that is under way. */
typedef struct
{
  struct _Batch *batch; /* not owned */
  Item *item;
  Plan plan;
  GPtrArray *missing; /* char * of @item: the files to make */

  Generate *generate;   /* while it runs */
  gboolean is_out;      /* it counts as one of --jobs */
  gboolean is_reserved; /* and of --max-paid */
  gboolean is_noting;   /* the journal will call back */
  gboolean not_kept;    /* the cache did not take the GIF */
  gboolean is_taken;    /* the GIF has been here, and is counted */
  gboolean cached;      /* it came from there */
  guint n_tries;
  gint64 started_us;
  guint timer; /* until the next try */

  GBytes *gif; /* while somebody will need it */
  GstTagList *tags;
  double generate_s;
  guint n_left;      /* files that are not made yet */
  guint n_unstarted; /* of them, those that nobody works at */
  guint64 n_bytes;   /* of the files */
  GError *error;     /* the first one */
} Work;

/* Takes @item. */
Work *work_new (struct _Batch *batch, Item *item);
void work_free (Work *work);

G_END_DECLS
