/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include "failure.h"
#include "jsonevent.h"
#include "terminal.h"

#include <stdio.h>
#include <string.h>

#define DRAW_EVERY_MS 200

struct _Progress
{
  ProgressKind kind;
  Terminal *terminal; /* NULL: there is no bar */
  const Tally *tally;
  GTimer *timer;
  GHashTable *flights; /* of Item to TerminalFlight */
  guint draw;
};

static gboolean
on_draw (gpointer data)
{
  Progress *progress = data;

  terminal_draw (progress->terminal, progress->flights, progress->tally,
      g_timer_elapsed (progress->timer, NULL));
  return G_SOURCE_CONTINUE;
}

Progress *
progress_new (ProgressKind kind, const Tally *tally)
{
  Progress *progress = g_new0 (Progress, 1);

  progress->kind = kind;
  progress->tally = tally;
  progress->timer = g_timer_new ();
  progress->flights = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  if (kind == PROGRESS_BAR)
    progress->terminal = terminal_new ();
  if (progress->terminal != NULL)
    progress->draw = g_timeout_add (DRAW_EVERY_MS, on_draw, progress);
  return progress;
}

void
progress_free (Progress *progress)
{
  if (progress == NULL)
    return;
  g_clear_handle_id (&progress->draw, g_source_remove);
  g_clear_pointer (&progress->terminal, terminal_free);
  g_hash_table_unref (progress->flights);
  g_timer_destroy (progress->timer);
  g_free (progress);
}

/* --- Lines --- */

static void
print_line (Progress *progress, const char *text)
{
  g_autofree char *printable = failure_printable (text);

  if (progress->terminal != NULL)
    terminal_erase (progress->terminal);
  fprintf (stderr, "%s\n", printable);
  fflush (stderr);
}

void
progress_say (Progress *progress, const char *text)
{
  if (progress->kind == PROGRESS_BAR)
    print_line (progress, text);
}

void
progress_warn (Progress *progress, const char *text)
{
  g_autofree char *line = g_strdup_printf ("visioncraft-batch: %s", text);

  print_line (progress, line);
  if (progress->kind == PROGRESS_JSON) {
    JsonObject *event = json_event_new ("warning");

    json_event_set_text (event, "message", text);
    json_event_print (event);
  }
}

void
progress_hold (Progress *progress, double seconds, const char *why)
{
  g_autofree char *line =
      g_strdup_printf ("No request for %.0f s: %s", seconds, why);

  progress_say (progress, line);
  if (progress->kind == PROGRESS_JSON) {
    JsonObject *event = json_event_new ("hold");

    json_object_set_double_member (event, "seconds", seconds);
    json_event_print (event);
  }
}

/* --- Items --- */

static JsonObject *
item_event (const char *name, const Item *item)
{
  JsonObject *event = json_event_new (name);

  json_object_set_int_member (event, "n", (gint64) item->n);
  json_event_set_text (event, "id", item->id);
  json_object_set_int_member (event, "variation", item->variation);
  return event;
}

void
progress_begin (Progress *progress, const Item *item)
{
  TerminalFlight *flight = g_new0 (TerminalFlight, 1);

  flight->since_s = g_timer_elapsed (progress->timer, NULL);
  g_hash_table_insert (progress->flights, (gpointer) item, flight);
  if (progress->kind == PROGRESS_JSON)
    json_event_print (item_event ("begin", item));
}

void
progress_take (Progress *progress, const Item *item, GstMessage *message)
{
  TerminalFlight *flight = g_hash_table_lookup (progress->flights, item);
  g_autofree char *code = NULL;

  if (flight == NULL)
    return;
  if (message == NULL) {
    flight->phase = TERMINAL_SAVE;
    return;
  }
  gst_message_parse_progress (message, NULL, &code, NULL);
  if (g_strcmp0 (code, "download") == 0)
    flight->phase = MAX (flight->phase, TERMINAL_DOWNLOAD);
}

static void
print_end (Progress *progress, const Item *item, const ProgressEnd *end)
{
  g_autofree char *size = g_format_size (end->n_bytes);
  g_autofree char *line = NULL;
  const char *file = item->files->len > 0 ? item->files->pdata[0] : "";

  if (end->state == EVENT_DONE)
    line = g_strdup_printf ("%" G_GUINT64_FORMAT " %s: %s, %s%.1f s", item->n,
        file, size, end->cached ? "from the cache, " : "", end->seconds);
  else if (end->message != NULL)
    line = g_strdup_printf ("%" G_GUINT64_FORMAT " %s: %s", item->n,
        event_name (end->state), end->message);
  else
    return;
  progress_say (progress, line);
}

static void
print_end_event (const Item *item, const ProgressEnd *end)
{
  JsonObject *event = item_event (event_name (end->state), item);
  JsonArray *files = json_array_new ();

  if (end->state == EVENT_DONE) {
    for (guint i = 0; i < item->files->len; i++)
      json_array_add_string_element (files, item->files->pdata[i]);
    json_object_set_array_member (event, "files", files);
    json_object_set_boolean_member (event, "cached", end->cached);
    json_object_set_double_member (event, "seconds", end->seconds);
    json_object_set_int_member (event, "bytes", (gint64) end->n_bytes);
  } else {
    json_array_unref (files);
  }
  if (end->message != NULL)
    json_event_set_text (event, "message", end->message);
  json_event_print (event);
}

void
progress_end (Progress *progress, const Item *item, const ProgressEnd *end)
{
  g_hash_table_remove (progress->flights, item);
  if (progress->kind == PROGRESS_JSON)
    print_end_event (item, end);
  else
    print_end (progress, item, end);
}

/* --- The end --- */

static void
sum_up_event (const Tally *tally, double seconds, int status)
{
  const struct
  {
    const char *name;
    guint64 number;
  } rows[] = {
    { "total", tally->total },
    { "done", tally->done },
    { "skipped", tally->skipped },
    { "refused", tally->refused },
    { "failed", tally->failed },
    { "unknown", tally->unknown },
    { "left", tally->left },
    { "bad", tally->bad },
    { "paid", tally->paid },
    { "cached", tally->cached },
  };
  JsonObject *event = json_event_new ("summary");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    json_object_set_int_member (event, rows[i].name, (gint64) rows[i].number);
  json_object_set_double_member (event, "seconds", seconds);
  json_object_set_int_member (event, "status", status);
  json_event_print (event);
}

static void
append_count (GString *text, guint64 number, const char *what)
{
  if (number > 0)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " %s",
        text->len > 0 ? ", " : "", number, what);
}

void
progress_sum_up (Progress *progress, int status)
{
  const Tally *tally = progress->tally;
  double seconds = g_timer_elapsed (progress->timer, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  if (progress->kind == PROGRESS_JSON) {
    sum_up_event (tally, seconds, status);
    return;
  }
  g_string_append_printf (text, "%" G_GUINT64_FORMAT " done", tally->done);
  if (tally->skipped > 0)
    g_string_append_printf (
        text, " (%" G_GUINT64_FORMAT " before)", tally->skipped);
  append_count (text, tally->refused, "refused");
  append_count (text, tally->failed, "failed");
  append_count (text, tally->unknown, "may have been billed");
  append_count (text, tally->left, "left");
  append_count (text, tally->bad, "bad lines");
  g_string_append_printf (text,
      "; %" G_GUINT64_FORMAT " paid, %" G_GUINT64_FORMAT
      " from the cache, after %.0f s",
      tally->paid, tally->cached, seconds);
  progress_say (progress, text->str);
}
