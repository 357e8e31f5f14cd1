/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "list.h"
#include "result.h"

G_BEGIN_DECLS

/* How all items ended, in the list's order, as often as wanted: they are read
 * from the list and the journals each time. */
typedef struct
{
  Ledger *ledger;
  List *list;         /* NULL, or one that can only be read once: */
  const GArray *keys; /* of Digest */
} Outcomes;

typedef void (*OutcomesFunc) (const Result *result, gpointer data);

/* FALSE with a FAILURE_INPUT. */
gboolean outcomes_foreach (
    const Outcomes *outcomes, OutcomesFunc func, gpointer data, GError **error);

/* Writes results.jsonl to @path. FALSE with a FAILURE_…. */
gboolean outcomes_write (
    const Outcomes *outcomes, const char *path, GError **error);

G_END_DECLS
