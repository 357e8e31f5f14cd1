/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "journal.h"
#include "ledger.h"
#include "options.h"
#include "progress.h"
#include "tally.h"

G_BEGIN_DECLS

/* A run: items are read, requested, converted and noted, so many at a time.
 * Main thread, default main context. */

/* All outlives the run. */
typedef struct
{
  const Options *options;
  const char *key; /* NULL: nothing can be requested */
  const char *cache_dir;
  List *list; /* before its first item */
  Ledger *ledger;
  Journal *journal;
  Progress *progress;
} BatchSettings;

typedef struct _Batch Batch;

Batch *batch_new (const BatchSettings *settings, Tally *tally);
void batch_free (Batch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* Runs to the end, and returns the program's exit status. */
int batch_run (Batch *batch);

/* The items of a list that can be read only once; of Digest, owned by @batch. */
const GArray *batch_get_keys (Batch *batch);

G_END_DECLS
