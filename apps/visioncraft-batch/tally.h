/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exit status: only those are left that may have been billed. */
#define STATUS_UNKNOWN 76

/* How many items came how far in this run. */
typedef struct
{
  guint64 total; /* of the list; 0: not known yet */
  guint64 done;  /* those of earlier runs among them: */
  guint64 skipped;
  guint64 refused, failed;  /* final */
  guint64 unknown;          /* may have been billed */
  guint64 left;             /* may be tried again */
  guint64 bad;              /* lines of the list */
  guint64 paid, cached;     /* generations; those that were in the cache */
  guint64 n_out, n_waiting; /* at this moment: in flight, to be converted */
} Tally;

G_END_DECLS
