/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batch-private.h"
#include "failure.h"

#include <string.h>

#define MAX_TRIES 3
#define NOT_THERE \
  "It may have been billed, and its GIF is not in the cache: " \
  "--repeat-unknown asks again."
#define FIRST_WAIT_S 1 /* doubled with each further try */

static void launch (Work *work);

/* --- What an item needs --- */

Work *
batch_plan_item (Batch *batch, Item *item)
{
  const Options *options = batch->settings.options;
  const PlanSettings settings = { options->repeat_unknown,
    options->retry_failed, options->force, options->journal_dir };
  Work *work = work_new (batch, item);

  if (list_is_stream (batch->settings.list)) {
    batch->tally->total++;
    g_array_append_val (batch->keys, item->key);
  }
  work->plan =
      plan_make (&settings, batch->settings.ledger, item, work->missing);
  if (work->plan.kind != PLAN_NOTHING) {
    g_queue_push_tail (&batch->active, work);
    return work;
  }
  if (work->plan.state == EVENT_DONE) {
    batch_note_moved (batch, work);
    batch->tally->done++;
    batch->tally->skipped++;
  } else if (work->plan.state == EVENT_REFUSED) {
    batch->tally->refused++;
  } else {
    batch->tally->failed++;
  }
  work_free (work);
  return NULL;
}

/* --- In flight --- */

void
batch_leave_flight (Batch *batch, Work *work)
{
  if (!work->is_out)
    return;
  work->is_out = FALSE;
  batch->n_out--;
  if (work->is_reserved)
    batch->n_requests--;
  work->is_reserved = FALSE;
  batch->tally->n_out = batch->n_out;
}

static gboolean
on_try_again (gpointer data)
{
  Work *work = data;

  work->timer = 0;
  if (work->batch->stop_status != 0) {
    batch_end_work (work->batch, work, EVENT_LEFT, NULL);
  } else {
    g_queue_push_tail (&work->batch->again, work);
    batch_pump_soon (work->batch);
  }
  return G_SOURCE_REMOVE;
}

/* FALSE: it has been tried often enough. */
static gboolean
try_again_later (Batch *batch, Work *work)
{
  if (work->n_tries >= MAX_TRIES || batch->stop_status != 0)
    return FALSE;
  work->timer = g_timeout_add_seconds (
      FIRST_WAIT_S << work->n_tries++, on_try_again, work);
  batch_pump_soon (batch);
  return TRUE;
}

/* The service takes no request now: nobody's does. */
static void
hold (Batch *batch, Work *work, guint retry_after_s)
{
  gint64 now_us = g_get_monotonic_time ();
  gint64 before_us = batch->pace.hold_until_us;
  gint64 until_us;

  batch_note_back (batch, work);
  g_queue_push_head (&batch->again, work);
  batch_pump_soon (batch);
  if (!pace_refused (&batch->pace, now_us, retry_after_s)) {
    g_autofree char *why = g_strdup_printf (
        "The service is busy, and asks to wait longer than --max-wait allows "
        "(%u s): start again later.",
        retry_after_s);

    batch_stop (batch, FAILURE_LATER, why);
    return;
  }
  until_us = batch->pace.hold_until_us;
  /* Those that were out together are refused together: that is told once. */
  if (until_us - before_us >= G_USEC_PER_SEC / 2)
    progress_hold (batch->settings.progress,
        (double) (until_us - now_us) / G_USEC_PER_SEC, "the service is busy");
}

/* --- What came of a generation --- */

static void
on_final_noted (const GError *error, gpointer data)
{
  Work *work = data;

  work->is_noting = FALSE;
  if (error != NULL) {
    batch_stop (work->batch, FAILURE_LATER, error->message);
    batch_end_work (work->batch, work, EVENT_LEFT, error->message);
  } else {
    batch_end_work (work->batch, work, work->plan.state,
        work->error != NULL ? work->error->message : NULL);
  }
}

/* Takes @state as the item's end, once it is written down. */
static void
conclude (Batch *batch, Work *work, Event state, const GError *error)
{
  work->plan.state = state;
  g_clear_error (&work->error);
  work->error = error != NULL ? g_error_copy (error) : NULL;
  batch_leave_flight (batch, work);
  batch_note (batch, work, state, error != NULL ? error->message : NULL,
      on_final_noted);
}

/* It is not in the cache. */
static void
conclude_without_gif (Batch *batch, Work *work)
{
  g_autoptr (GError) error = NULL;

  if (work->plan.exists) {
    g_autofree char *text = g_strdup_printf (
        "\"%s\" exists and is not of an earlier run: choose another --output, "
        "or --force.",
        (const char *) work->item->files->pdata[0]);

    batch_end_work (batch, work, EVENT_FAILED, text);
    return;
  }
  if (work->plan.state == EVENT_LEFT) {
    batch_end_work (batch, work, EVENT_LEFT, NULL);
    return;
  }
  if (ledger_find (batch->settings.ledger, work->item->key).state
      == EVENT_UNKNOWN) {
    batch_end_work (batch, work, EVENT_UNKNOWN, NOT_THERE);
    return;
  }
  error = g_error_new_literal (FAILURE, FAILURE_LATER, NOT_THERE);
  conclude (batch, work, EVENT_UNKNOWN, error);
}

static void
stop_by_key (Batch *batch, Work *work, const GError *error)
{
  batch_note_back (batch, work);
  batch_stop (batch, FAILURE_KEY, error->message);
  batch_end_work (batch, work, EVENT_LEFT, error->message);
}

static void
take_failure (Batch *batch, Work *work, const GError *error,
    const GenerateFailure *failure)
{
  gboolean requested = work->plan.kind == PLAN_REQUEST;

  if (!requested && error->code == FAILURE_USAGE) {
    conclude_without_gif (batch, work);
  } else if (failure->downloading) {
    if (requested)
      batch->tally->paid++;
    /* The cache has the address: another try asks for nothing. */
    work->plan = (Plan){ PLAN_CACHE, EVENT_UNKNOWN };
    if (!try_again_later (batch, work)) {
      conclude (batch, work, EVENT_UNKNOWN, error);
      work->plan.state = EVENT_LEFT; /* of this run: the next one may have it */
    }
  } else if (failure->billed) {
    if (requested)
      batch->tally->paid++;
    conclude (batch, work, EVENT_UNKNOWN, error);
  } else if (failure->busy) {
    hold (batch, work, failure->retry_after_s);
  } else if (error->code == FAILURE_KEY) {
    stop_by_key (batch, work, error);
  } else if (error->code == FAILURE_REFUSED) {
    pace_accepted (&batch->pace);
    conclude (batch, work, EVENT_REFUSED, error);
  } else if (error->code == FAILURE_USAGE) {
    batch_note_back (batch, work);
    batch_stop (batch, FAILURE_USAGE, error->message);
    batch_end_work (batch, work, EVENT_LEFT, error->message);
  } else {
    batch_note_back (batch, work);
    if (!try_again_later (batch, work))
      batch_end_work (batch, work, EVENT_LEFT, error->message);
  }
}

/* Counts it, and writes it down. */
static void
take_first (Batch *batch, Work *work, gboolean cached)
{
  work->is_taken = TRUE;
  work->cached = cached;
  batch->n_failures = 0;
  work->generate_s =
      (double) (g_get_monotonic_time () - work->started_us) / G_USEC_PER_SEC;
  if (cached) {
    batch->tally->cached++;
  } else {
    if (work->plan.kind == PLAN_REQUEST)
      batch->tally->paid++;
    pace_accepted (&batch->pace);
  }
  space_note (&batch->space, g_bytes_get_size (work->gif));
  if (!work->not_kept)
    batch_note_shortly (batch, work, EVENT_GIF);
  batch->tally->n_waiting++;
  progress_take (batch->settings.progress, work->item, NULL);
}

static void
take_gif (Batch *batch, Work *work, gboolean cached)
{
  if (!work->is_taken)
    take_first (batch, work, cached);
  if (batch_is_full (batch) && !work->not_kept) {
    /* It is on the disk, and read again when its turn comes. */
    g_clear_pointer (&work->gif, g_bytes_unref);
    g_clear_pointer (&work->tags, gst_tag_list_unref);
    work->plan = (Plan){ PLAN_CACHE, EVENT_UNKNOWN };
    g_queue_push_tail (&batch->cached, work);
  } else {
    encoders_add (batch->encoders, work);
  }
  batch_pump_soon (batch);
}

static void
on_message (GstMessage *message, gpointer data)
{
  Work *work = data;
  Batch *batch = work->batch;
  g_autoptr (GError) warning = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_PROGRESS) {
    progress_take (batch->settings.progress, work->item, message);
    return;
  }
  /* The cache does not take it: what comes now could not be kept either. */
  gst_message_parse_warning (message, &warning, NULL);
  work->not_kept = TRUE;
  batch_stop (batch, FAILURE_LATER, warning->message);
}

static void
on_generated (Generate *generate, GBytes *gif, const GstTagList *tags,
    const GError *error, gpointer data)
{
  Work *work = data;
  Batch *batch = work->batch;
  gboolean cached = error == NULL && generate_was_cached (generate);
  GenerateFailure failure;

  generate_get_failure (generate, &failure);
  if (error == NULL) {
    work->gif = g_bytes_ref (gif);
    work->tags = gst_tag_list_copy (tags);
  }
  /* The process's network thread lives as long as somebody has asked it. */
  g_clear_pointer (&batch->last, generate_free);
  batch->last = g_steal_pointer (&work->generate);
  batch_leave_flight (batch, work);
  if (error == NULL)
    take_gif (batch, work, cached);
  else
    take_failure (batch, work, error, &failure);
}

/* --- Begin --- */

static void
on_request_noted (const GError *error, gpointer data)
{
  Work *work = data;

  work->is_noting = FALSE;
  if (error == NULL && work->batch->stop_status == 0) {
    launch (work);
    return;
  }
  if (error == NULL) { /* stopped in the meantime: nothing has left */
    batch_note_back (work->batch, work);
    batch_end_work (work->batch, work, EVENT_LEFT, NULL);
    return;
  }
  batch_stop (work->batch, FAILURE_LATER, error->message);
  batch_end_work (work->batch, work, EVENT_LEFT, error->message);
}

static void
launch (Work *work)
{
  Batch *batch = work->batch;
  const Options *options = batch->settings.options;
  const Parameters *parameters = &work->item->parameters;
  const GenerateRequest request = {
    .prompt = parameters->prompt,
    .negative_prompt = parameters->negative_prompt,
    .sampler = parameters->sampler,
    .steps = parameters->steps,
    .cfg_scale = parameters->cfg_scale,
    .api_url = options_get (options, OPTION_API_URL),
    /* Without a key nothing can be asked for: what is not in the cache ends in
     * an error. */
    .token = work->plan.kind == PLAN_REQUEST ? batch->settings.key : NULL,
    .secret = batch->settings.key,
    .ca_file = options_get (options, OPTION_CA_FILE),
    .proxy = options_get (options, OPTION_PROXY),
    .insecure = options->insecure,
    .closes = TRUE,
    /* A refusal is everybody's, so it is waited for here. */
    .retries = 0,
    .cache_dir = batch->settings.cache_dir,
    .variation = work->item->variation,
  };
  g_autoptr (GError) error = NULL;

  work->generate = generate_new (&request, &error);
  if (work->generate == NULL) {
    batch_note_back (batch, work);
    batch_stop (batch, FAILURE_LATER, error->message);
    batch_end_work (batch, work, EVENT_LEFT, error->message);
    return;
  }
  if (work->started_us == 0)
    progress_begin (batch->settings.progress, work->item);
  work->started_us = g_get_monotonic_time ();
  generate_start (work->generate, on_message, on_generated, work);
}

gboolean
batch_can_pay (Batch *batch)
{
  int most = batch->settings.options->max_paid;

  return most < 0 || batch->tally->paid + batch->n_requests < (guint64) most;
}

void
batch_start_work (Batch *batch, Work *work)
{
  work->is_out = TRUE;
  batch->n_out++;
  batch->tally->n_out = batch->n_out;
  if (work->plan.kind != PLAN_REQUEST) {
    launch (work);
    return;
  }
  work->is_reserved = TRUE;
  batch->n_requests++;
  pace_start (&batch->pace, g_get_monotonic_time ());
  batch_note (batch, work, EVENT_REQUEST, NULL, on_request_noted);
}

/* --- The end --- */

void
batch_on_converted (Work *work, gpointer data)
{
  Batch *batch = data;
  GError *error = g_steal_pointer (&work->error);

  batch->tally->n_waiting--;
  if (error == NULL) {
    space_note (&batch->space, work->n_bytes);
    for (guint i = 0; i < work->item->files->len; i++) {
      g_autofree char *name = event_file_name (
          batch->settings.options->journal_dir, work->item->files->pdata[i]);

      ledger_note_file (batch->settings.ledger, work->item->key, name);
    }
    conclude (batch, work, EVENT_DONE, NULL);
  } else if (error->code == FAILURE_OUTPUT || error->code == FAILURE_LATER) {
    batch_stop (batch, FAILURE_LATER, error->message);
    batch_end_work (batch, work, work->not_kept ? EVENT_UNKNOWN : EVENT_LEFT,
        error->message);
  } else {
    conclude (batch, work, EVENT_FAILED, error);
  }
  g_clear_error (&error);
}

void
batch_abandon (Batch *batch)
{
  GList *works = g_list_copy (batch->active.head);

  for (GList *at = works; at != NULL; at = at->next) {
    Work *work = at->data;
    gboolean asked;

    /* Its end is near. */
    if (work->is_noting || encoders_drop (batch->encoders, work))
      continue;
    asked = work->is_reserved && work->generate != NULL;
    batch_end_work (batch, work, asked ? EVENT_UNKNOWN : EVENT_LEFT,
        asked ? "It was still out, and may have been billed." : NULL);
  }
  g_list_free (works);
}
