/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include "format.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

/* Of a sequence, its first file; a playlist comes after what it names. */
static gboolean
is_there (const char *file)
{
  g_autofree char *first = format_first_file (file);
  struct stat status;

  return g_stat (first, &status) == 0 && S_ISREG (status.st_mode);
}

/* Finds the missing ones; *@ret_foreign: one that is there is nobody's. */
static void
find_missing (const PlanSettings *settings, Ledger *ledger, const Item *item,
    GPtrArray *missing, gboolean *ret_foreign)
{
  *ret_foreign = FALSE;
  for (guint i = 0; i < item->files->len; i++) {
    char *file = item->files->pdata[i];
    g_autofree char *name = event_file_name (settings->folder, file);
    Digest writer = ledger_get_writer (ledger, name);
    gboolean there = is_there (file);

    if (there && writer.high == 0 && writer.low == 0)
      *ret_foreign = TRUE;
    if (!there || !digest_equal (writer, item->key))
      g_ptr_array_add (missing, file);
  }
}

Plan
plan_make (const PlanSettings *settings, Ledger *ledger, const Item *item,
    GPtrArray *ret_missing)
{
  LedgerEntry entry = ledger_find (ledger, item->key);
  gboolean foreign;

  find_missing (settings, ledger, item, ret_missing, &foreign);
  if (ret_missing->len == 0)
    return (Plan){ PLAN_NOTHING, EVENT_DONE };
  switch (entry.state) {
    case EVENT_REFUSED:
      return (Plan){ settings->retry_failed ? PLAN_REQUEST : PLAN_NOTHING,
        EVENT_REFUSED };
    case EVENT_FAILED:
      return (Plan){ settings->retry_failed ? PLAN_CACHE : PLAN_NOTHING,
        EVENT_FAILED };
    case EVENT_GIF:
    case EVENT_DONE:
      /* It was paid. Where the cache has been emptied, only its owner knows
       * whether it is worth as much again. */
      return (Plan){ PLAN_CACHE, EVENT_UNKNOWN };
    case EVENT_REQUEST:
    case EVENT_UNKNOWN:
      return (Plan){ settings->repeat_unknown ? PLAN_REQUEST : PLAN_CACHE,
        EVENT_UNKNOWN };
    default:
      /* A file of that name may be a user's, or of a run whose journal has
       * lost its end: then the cache has the GIF. */
      if (foreign && !settings->force)
        return (Plan){ PLAN_CACHE, EVENT_FAILED, TRUE };
      return (Plan){ PLAN_REQUEST, EVENT_LEFT };
  }
}
