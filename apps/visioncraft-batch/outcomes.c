/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "outcomes.h"

static gboolean
tell_list (
    const Outcomes *outcomes, OutcomesFunc func, gpointer data, GError **error)
{
  Item *next;

  if (!list_rewind (outcomes->list, error))
    return FALSE;
  while (list_next (outcomes->list, &next, NULL) == LIST_ITEM) {
    g_autoptr (Item) item = next;
    g_autoptr (Result) result = result_new_for_item (outcomes->ledger, item);

    func (result, data);
  }
  return TRUE;
}

gboolean
outcomes_foreach (
    const Outcomes *outcomes, OutcomesFunc func, gpointer data, GError **error)
{
  if (outcomes->list != NULL && !list_is_stream (outcomes->list))
    return tell_list (outcomes, func, data, error);
  for (guint i = 0; i < outcomes->keys->len; i++) {
    g_autoptr (Result) result = result_new_for_key (
        outcomes->ledger, g_array_index (outcomes->keys, Digest, i));

    if (result != NULL)
      func (result, data);
  }
  return TRUE;
}

static void
on_outcome (const Result *result, gpointer results)
{
  results_add (results, result);
}

gboolean
outcomes_write (const Outcomes *outcomes, const char *path, GError **error)
{
  g_autoptr (Results) results = results_new (path, error);

  return results != NULL
      && outcomes_foreach (outcomes, on_outcome, results, error)
      && results_end (results, error);
}
