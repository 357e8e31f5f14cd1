/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ledger.h"

G_BEGIN_DECLS

/* How an item ended, for results.jsonl and the report. */
typedef struct
{
  guint64 n;
  char *id;
  Parameters parameters;
  guint variation;
  Event state;      /* EVENT_DONE, _REFUSED, _FAILED, _UNKNOWN or _LEFT */
  GPtrArray *files; /* char *, as the journal names them */
  double seconds;
  guint64 n_bytes;
  gboolean cached;
  char *message; /* NULL: none */
  char *time;    /* of the line; NULL: there is none */
} Result;

/* What the journals say of @item. */
Result *result_new_for_item (Ledger *ledger, const Item *item);

/* What they say by themselves; NULL: nothing that can be read. */
Result *result_new_for_key (Ledger *ledger, Digest key);

void result_free (Result *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Result, result_free)

/* results.jsonl while it is written: beside its name until it is whole. */
typedef struct _Results Results;

/* NULL with a FAILURE_OUTPUT. */
Results *results_new (const char *path, GError **error);

/* In the list's order: variations of one entry become one line. */
void results_add (Results *results, const Result *result);

/* FALSE with a FAILURE_OUTPUT: what was there before stays. */
gboolean results_end (Results *results, GError **error);

void results_free (Results *results);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Results, results_free)

G_END_DECLS
