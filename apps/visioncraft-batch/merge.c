/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "merge.h"

#include "failure.h"
#include "folder.h"
#include "jsonevent.h"
#include "outcomes.h"
#include "report.h"
#include "run.h"
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TOLD 20

/* An item, as the newest line about it says. */
typedef struct
{
  guint64 n;
  guint variation;
  char *time;
  Digest key;
} Place;

typedef struct
{
  const Options *options;
  Ledger *ledger;
  GArray *places; /* of Place */
  GArray *keys;   /* of Digest: those of places, in order */
  guint64 counts[N_EVENTS];
  guint64 n_missing; /* entries of which no journal knows */
  guint n_missing_shards;
  guint n_told;
  guint64 last_n;
} Merge;

static void
place_clear (gpointer place)
{
  g_free (((Place *) place)->time);
}

static void
merge_clear (Merge *merge)
{
  g_clear_pointer (&merge->ledger, ledger_free);
  g_clear_pointer (&merge->places, g_array_unref);
  g_clear_pointer (&merge->keys, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Merge, merge_clear)

static void
tell (Merge *merge, char *text_taken)
{
  g_autofree char *text = text_taken;

  if (!merge->options->json && merge->n_told++ < MAX_TOLD)
    printf ("%s\n", text);
}

/* --- Which items there are --- */

static void
on_item (Digest key, LedgerEntry entry, gpointer data)
{
  Merge *merge = data;
  guint64 n_entries = ledger_get_folder (merge->ledger)->n_entries;
  g_autoptr (Result) result = result_new_for_key (merge->ledger, key);
  Place place;

  /* One that the list had in earlier days. */
  if (result == NULL || (n_entries > 0 && result->n > n_entries))
    return;
  place = (Place){ result->n, result->variation,
    g_steal_pointer (&result->time), key };
  g_array_append_val (merge->places, place);
}

/* The newest of those with one number comes last. */
static int
compare_places (gconstpointer a, gconstpointer b)
{
  const Place *one = a, *other = b;

  if (one->n != other->n)
    return one->n < other->n ? -1 : 1;
  if (one->variation != other->variation)
    return one->variation < other->variation ? -1 : 1;
  return g_strcmp0 (one->time, other->time);
}

static void
order_items (Merge *merge)
{
  g_array_sort (merge->places, compare_places);
  for (guint i = 0; i < merge->places->len; i++) {
    const Place *place = &g_array_index (merge->places, Place, i);
    const Place *next = place + 1;

    if (i + 1 < merge->places->len && next->n == place->n
        && next->variation == place->variation)
      continue;
    g_array_append_val (merge->keys, place->key);
  }
}

/* --- What is missing --- */

static void
miss (Merge *merge, guint64 first, guint64 last)
{
  if (first > last)
    return;
  merge->n_missing += last - first + 1;
  tell (merge,
      first == last
          ? g_strdup_printf ("missing: item %" G_GUINT64_FORMAT, first)
          : g_strdup_printf ("missing: items %" G_GUINT64_FORMAT
                             " to %" G_GUINT64_FORMAT,
              first, last));
}

static void
on_outcome (const Result *result, gpointer data)
{
  Merge *merge = data;

  miss (merge, merge->last_n + 1, result->n - 1);
  merge->last_n = MAX (merge->last_n, result->n);
  merge->counts[result->state]++;
  if (result->state != EVENT_DONE) {
    g_autofree char *message =
        failure_printable (result->message != NULL ? result->message : "");

    tell (merge,
        g_strdup_printf ("%s: item %" G_GUINT64_FORMAT " (%s) %s",
            event_name (result->state), result->n, result->id, message));
  }
}

static void
find_missing_shards (Merge *merge)
{
  const LedgerFolder *folder = ledger_get_folder (merge->ledger);

  for (guint i = 0; folder->n_shards > 1 && i < folder->n_shards; i++) {
    const Shard shard = { i, folder->n_shards };
    g_autofree char *path = folder_file (
        options_get (merge->options, OPTION_MERGE), "journal", &shard);

    if (g_file_test (path, G_FILE_TEST_EXISTS))
      continue;
    merge->n_missing_shards++;
    tell (merge,
        g_strdup_printf (
            "missing: shard %u of %u has no journal", i, folder->n_shards));
  }
}

/* --- The end --- */

static int
merge_status (const Merge *merge)
{
  if (merge->n_missing > 0 || merge->n_missing_shards > 0
      || merge->counts[EVENT_LEFT] > 0)
    return FAILURE_LATER;
  if (merge->counts[EVENT_UNKNOWN] > 0)
    return STATUS_UNKNOWN;
  return merge->counts[EVENT_REFUSED] > 0 || merge->counts[EVENT_FAILED] > 0
      ? FAILURE_REFUSED
      : EXIT_SUCCESS;
}

static void
sum_up (const Merge *merge)
{
  static const Event states[] = { EVENT_DONE, EVENT_REFUSED, EVENT_FAILED,
    EVENT_UNKNOWN, EVENT_LEFT };
  g_autoptr (GString) text = g_string_new (NULL);
  JsonObject *event = NULL;

  if (merge->options->json)
    event = json_event_new ("merge");
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    guint64 n = merge->counts[states[i]];

    if (event != NULL)
      json_object_set_int_member (event, event_name (states[i]), (gint64) n);
    else
      g_string_append_printf (
          text, "%" G_GUINT64_FORMAT " %s, ", n, event_name (states[i]));
  }
  if (event == NULL) {
    printf ("%s%" G_GUINT64_FORMAT " missing\n", text->str, merge->n_missing);
    return;
  }
  json_object_set_int_member (event, "missing", (gint64) merge->n_missing);
  json_object_set_int_member (event, "missing_shards", merge->n_missing_shards);
  json_event_print (event);
}

static gboolean
write_files (Merge *merge, const Outcomes *outcomes, GError **error)
{
  const char *folder = options_get (merge->options, OPTION_MERGE);
  const char *report = options_get (merge->options, OPTION_REPORT);
  g_autofree char *path = g_build_filename (folder, "results.jsonl", NULL);
  g_autofree char *cache_dir =
      shared_options_dup_cache_dir (merge->options->values);

  return outcomes_write (outcomes, path, error)
      && (report == NULL || report_write (report, outcomes, cache_dir, error));
}

int
run_merge (const Options *options, GError **error)
{
  const char *folder = options_get (options, OPTION_MERGE);
  g_auto (Merge) merge = { .options = options };
  Outcomes outcomes = { 0 };

  merge.ledger =
      ledger_load (folder, NULL, run_on_damage, (gpointer) options, error);
  if (merge.ledger == NULL)
    return 0;
  if (ledger_get_folder (merge.ledger)->n_journals == 0) {
    g_set_error (error, FAILURE, FAILURE_INPUT,
        "There is no journal in \"%s\".", folder);
    return 0;
  }
  merge.places = g_array_new (FALSE, FALSE, sizeof (Place));
  g_array_set_clear_func (merge.places, place_clear);
  merge.keys = g_array_new (FALSE, FALSE, sizeof (Digest));
  ledger_foreach (merge.ledger, on_item, &merge);
  order_items (&merge);
  outcomes = (Outcomes){ merge.ledger, NULL, merge.keys };
  find_missing_shards (&merge);
  if (!outcomes_foreach (&outcomes, on_outcome, &merge, error))
    return 0;
  miss (&merge, merge.last_n + 1, ledger_get_folder (merge.ledger)->n_entries);
  if (merge.n_told > MAX_TOLD)
    printf ("and %u more\n", merge.n_told - MAX_TOLD);
  if (!write_files (&merge, &outcomes, error))
    return 0;
  sum_up (&merge);
  return merge_status (&merge);
}
