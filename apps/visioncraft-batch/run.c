/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "run.h"

#include "apikey.h"
#include "batch.h"
#include "cachekeys.h"
#include "defaults.h"
#include "failure.h"
#include "folder.h"
#include "jsonevent.h"
#include "outcomes.h"
#include "plan.h"
#include "report.h"
#include "survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "visioncraft-batch"

/* What all of a run stands on. */
typedef struct
{
  const Options *options;
  ListSettings list_settings;
  List *list;
  char *journal_path;
  Ledger *ledger;
  Journal *journal;
  char *cache_dir;
  char *key; /* NULL: not needed */
  Progress *progress;
  Survey survey;
  Tally tally;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->progress, progress_free);
  g_clear_pointer (&run->journal, journal_free);
  g_clear_pointer (&run->ledger, ledger_free);
  g_clear_pointer (&run->list, list_free);
  parameters_clear (&run->list_settings.defaults);
  g_free (run->journal_path);
  g_free (run->cache_dir);
  g_free (run->key);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

int
run_complain (const Options *options, const GError *error)
{
  g_autofree char *text = failure_printable (error->message);

  fprintf (stderr, NAME ": %s\n", text);
  if (options->json) {
    JsonObject *event = json_event_new ("error");

    json_object_set_int_member (event, "status", error->code);
    json_event_set_text (event, "message", error->message);
    json_event_print (event);
  }
  return error->code;
}

static void
on_bad_line (const GError *error, gpointer data)
{
  run_complain (((Run *) data)->options, error);
}

void
run_on_damage (const char *where, gpointer options)
{
  g_autoptr (GError) error = g_error_new (FAILURE, FAILURE_INPUT,
      "%s: the journal is damaged here: what this line said is not known.",
      where);

  run_complain (options, error);
}

static gboolean
open_list (Run *run, GError **error)
{
  const Options *options = run->options;

  run->list_settings = (ListSettings){ .templates = options->templates,
    .folder = options->folder,
    .without_files = options->check && options->templates->len == 0,
    .shard = options->shard };
  if (!defaults_find (options->values, &options->settings,
          &run->list_settings.defaults, error))
    return FALSE;
  run->journal_path =
      folder_file (options->journal_dir, "journal", &options->shard);
  run->cache_dir = shared_options_dup_cache_dir (options->values);
  run->list = list_open (options->prompts, &run->list_settings, error);
  return run->list != NULL;
}

/* --- --check --- */

typedef struct
{
  Run *run;
  DigestTable *cached; /* set of items' keys */
  guint64 n_paid, n_done, n_cached, n_refused, n_unknown;
} Check;

static void
on_check_item (Item *item, gpointer data)
{
  Check *check = data;
  const Options *options = check->run->options;
  const PlanSettings settings = { options->repeat_unknown,
    options->retry_failed, options->force, options->journal_dir };
  g_autoptr (GPtrArray) missing = g_ptr_array_new ();
  gboolean cached = digest_table_find (check->cached, item->key) != NULL;
  Plan plan;

  /* Nobody says where files would be. */
  if (options->templates->len == 0)
    plan = (Plan){ PLAN_REQUEST, EVENT_LEFT };
  else
    plan = plan_make (&settings, check->run->ledger, item, missing);
  if (plan.kind == PLAN_NOTHING && plan.state == EVENT_DONE)
    check->n_done++;
  else if (plan.kind == PLAN_NOTHING)
    check->n_refused++;
  else if (cached)
    check->n_cached++;
  else if (plan.kind == PLAN_REQUEST)
    check->n_paid++;
  else if (plan.state == EVENT_UNKNOWN)
    check->n_unknown++;
  else
    check->n_refused++;
}

static void
print_check (const Check *check)
{
  const struct
  {
    const char *name, *text;
    guint64 number;
  } rows[] = {
    { "paid", "generations would be paid", check->n_paid },
    { "cached", "are in the cache", check->n_cached },
    { "done", "are done", check->n_done },
    { "refused", "were refused or cannot be written", check->n_refused },
    { "unknown", "may have been billed (--repeat-unknown asks again)",
        check->n_unknown },
  };
  JsonObject *event;

  if (check->run->options->json) {
    event = json_event_new ("check");
    json_object_set_int_member (
        event, "items", (gint64) check->run->survey.n_items);
    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      json_object_set_int_member (event, rows[i].name, (gint64) rows[i].number);
    json_event_print (event);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (i == 0 || rows[i].number > 0)
      printf ("%" G_GUINT64_FORMAT " %s\n", rows[i].number, rows[i].text);
}

static void
on_check_bad_line (const GError *error, gpointer data)
{
  on_bad_line (error, ((Check *) data)->run);
}

int
run_check (const Options *options, GError **error)
{
  const SurveyCallbacks callbacks = { on_check_bad_line, on_check_item };
  g_auto (Run) run = { .options = options };
  g_autoptr (DigestTable) cached = NULL;
  Check check = { .run = &run };

  if (!open_list (&run, error))
    return 0;
  run.ledger = ledger_load (
      options->journal_dir, NULL, run_on_damage, (gpointer) options, error);
  if (run.ledger == NULL)
    return 0;
  check.cached = cached = cache_keys_load (run.cache_dir);
  if (!survey_take (run.list, &run.survey, &callbacks, &check, error))
    return 0;
  print_check (&check);
  return run.survey.n_bad > 0 ? FAILURE_REFUSED : EXIT_SUCCESS;
}

/* --- The run --- */

static gboolean
find_key (Run *run, GError **error)
{
  g_autofree char *warning = NULL;

  run->key = api_key_find (
      run->options->values[OPTION_TOKEN_FILE].text, &warning, error);
  if (run->key == NULL)
    return FALSE;
  /* What is only to be looked up in the cache must find no key. */
  g_unsetenv ("VISIONCRAFT_TOKEN");
  if (warning != NULL)
    fprintf (stderr, NAME ": %s\n", warning);
  return TRUE;
}

static gboolean
open_folders (Run *run, GError **error)
{
  const Options *options = run->options;

  if (!folder_check_cache (run->cache_dir, error))
    return FALSE;
  run->journal = journal_open (run->journal_path, error);
  if (run->journal == NULL)
    return FALSE;
  run->ledger = ledger_load (options->journal_dir, run->journal_path,
      run_on_damage, (gpointer) options, error);
  return run->ledger != NULL;
}

static void
note_start (Run *run)
{
  const Shard *shard = &run->options->shard;
  JsonObject *event = event_new (EVENT_START);
  g_autofree char *line = NULL;

  json_object_set_string_member (event, "version", VERSION);
  json_object_set_int_member (event, "shard", shard->index);
  json_object_set_int_member (event, "shards", shard->count);
  if (!list_is_stream (run->list))
    json_object_set_int_member (
        event, "entries", (gint64) list_get_n_entries (run->list));
  line = event_line (event);
  journal_append (run->journal, line, NULL, NULL);
}

static gboolean
write_outcomes (Run *run, const GArray *keys, GError **error)
{
  const Options *options = run->options;
  const Outcomes outcomes = { run->ledger, run->list, keys };
  const char *report = options_get (options, OPTION_REPORT);
  g_autofree char *path =
      folder_file (options->journal_dir, "results", &options->shard);

  return outcomes_write (&outcomes, path, error)
      && (report == NULL
          || report_write (report, &outcomes, run->cache_dir, error));
}

static ProgressKind
kind_of (const Options *options)
{
  return options->json ? PROGRESS_JSON
      : options->quiet ? PROGRESS_QUIET
                       : PROGRESS_BAR;
}

static int
run_items (Run *run)
{
  const BatchSettings settings = { run->options, run->key, run->cache_dir,
    run->list, run->ledger, run->journal, run->progress };
  g_autoptr (Batch) batch = batch_new (&settings, &run->tally);
  g_autoptr (GError) error = NULL;
  int status = batch_run (batch);

  if (!write_outcomes (run, batch_get_keys (batch), &error)) {
    progress_warn (run->progress, error->message);
    status = status == EXIT_SUCCESS ? FAILURE_LATER : status;
  }
  progress_sum_up (run->progress, status);
  return status;
}

int
run_batch (const Options *options, GError **error)
{
  const SurveyCallbacks callbacks = { on_bad_line, NULL };
  g_auto (Run) run = { .options = options };

  if (!open_list (&run, error) || !find_key (&run, error))
    return 0;
  if (!list_is_stream (run.list)) {
    if (!survey_take (run.list, &run.survey, &callbacks, &run, error))
      return 0;
    if (run.survey.n_bad > 0)
      return FAILURE_REFUSED;
  }
  if (!open_folders (&run, error))
    return 0;
  note_start (&run);
  run.tally.total = run.survey.n_items;
  if (!list_is_stream (run.list) && !list_rewind (run.list, error))
    return 0;
  run.progress = progress_new (kind_of (options), &run.tally);
  return run_items (&run);
}
