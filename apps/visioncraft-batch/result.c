/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "result.h"

#include "failure.h"
#include "jsonevent.h"
#include "jsonline.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

/* --- What the journals say --- */

/* What a dead run left open. */
static Event
final_state (Event state)
{
  switch (state) {
    case EVENT_REQUEST:
      return EVENT_UNKNOWN;
    case EVENT_DONE:
    case EVENT_REFUSED:
    case EVENT_FAILED:
    case EVENT_UNKNOWN:
      return state;
    default:
      return EVENT_LEFT;
  }
}

static void
take_end (Result *result, const GPtrArray *members)
{
  const JsonLineMember *files = json_line_find (members, "files");

  for (guint i = 0;
       files != NULL && files->kind == JSON_LINE_ARRAY && i < files->texts->len;
       i++)
    g_ptr_array_add (result->files, g_strdup (files->texts->pdata[i]));
  result->seconds = json_line_double (members, "seconds");
  result->n_bytes = (guint64) json_line_int (members, "bytes", 0);
  result->cached = json_line_is_true (members, "cached");
  result->message = g_strdup (json_line_string (members, "message"));
  result->time = g_strdup (json_line_string (members, "time"));
}

static Result *
result_new (Event state)
{
  Result *result = g_new0 (Result, 1);

  result->state = final_state (state);
  result->files = g_ptr_array_new_with_free_func (g_free);
  return result;
}

Result *
result_new_for_item (Ledger *ledger, const Item *item)
{
  LedgerEntry entry = ledger_find (ledger, item->key);
  Result *result = result_new (entry.state);
  g_autoptr (GPtrArray) members = ledger_read (ledger, entry.place);

  result->n = item->n;
  result->id = g_strdup (item->id);
  result->parameters = parameters_copy (&item->parameters);
  result->variation = item->variation;
  if (members != NULL)
    take_end (result, members);
  return result;
}

Result *
result_new_for_key (Ledger *ledger, Digest key)
{
  LedgerEntry entry = ledger_find (ledger, key);
  g_autoptr (GPtrArray) members = ledger_read (ledger, entry.place);
  Result *result;

  if (members == NULL || json_line_string (members, "prompt") == NULL)
    return NULL;
  result = result_new (entry.state);
  result->n = (guint64) json_line_int (members, "n", 0);
  result->id = g_strdup (json_line_string (members, "id"));
  result->variation = (guint) json_line_int (members, "variation", 0);
  result->parameters =
      (Parameters){ g_strdup (json_line_string (members, "prompt")),
        g_strdup (json_line_string (members, "negative_prompt")),
        g_strdup (json_line_string (members, "sampler")),
        (int) json_line_int (members, "cfg_scale", 0),
        (int) json_line_int (members, "steps", 0) };
  take_end (result, members);
  return result;
}

void
result_free (Result *result)
{
  if (result == NULL)
    return;
  g_free (result->id);
  parameters_clear (&result->parameters);
  g_ptr_array_unref (result->files);
  g_free (result->message);
  g_free (result->time);
  g_free (result);
}

/* --- The file --- */

struct _Results
{
  char *path, *part;
  FILE *file;
  JsonObject *entry; /* not written yet */
  guint64 n;         /* of it */
  Event state;       /* the worst of its variations */
};

Results *
results_new (const char *path, GError **error)
{
  g_autoptr (Results) results = g_new0 (Results, 1);

  results->path = g_strdup (path);
  results->part = g_strconcat (path, ".part", NULL);
  results->file = g_fopen (results->part, "we");
  if (results->file != NULL)
    return g_steal_pointer (&results);
  g_set_error (error, FAILURE, FAILURE_OUTPUT, "\"%s\" cannot be written: %s.",
      path, g_strerror (errno));
  return NULL;
}

void
results_free (Results *results)
{
  if (results == NULL)
    return;
  if (results->file != NULL) {
    fclose (results->file);
    g_unlink (results->part);
  }
  g_clear_pointer (&results->entry, json_object_unref);
  g_free (results->path);
  g_free (results->part);
  g_free (results);
}

/* What people have to look at first. */
static int
badness (Event state)
{
  static const Event order[] = { EVENT_DONE, EVENT_LEFT, EVENT_FAILED,
    EVENT_REFUSED, EVENT_UNKNOWN };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (order[i] == state)
      return (int) i;
  return -1;
}

static void
set_outcome (JsonObject *object, const Result *result)
{
  JsonArray *files = json_array_new ();

  json_object_set_string_member (object, "state", event_name (result->state));
  for (guint i = 0; i < result->files->len; i++)
    json_array_add_string_element (files, result->files->pdata[i]);
  json_object_set_array_member (object, "files", files);
  if (result->state == EVENT_DONE) {
    json_object_set_boolean_member (object, "cached", result->cached);
    json_object_set_double_member (object, "seconds", result->seconds);
    json_object_set_int_member (object, "bytes", (gint64) result->n_bytes);
  }
  if (result->message != NULL)
    json_event_set_text (object, "message", result->message);
}

static JsonObject *
new_entry (const Result *result)
{
  const Parameters *parameters = &result->parameters;
  JsonObject *entry = json_object_new ();

  json_event_set_text (entry, "id", result->id != NULL ? result->id : "");
  json_object_set_int_member (entry, "n", (gint64) result->n);
  json_object_set_string_member (entry, "prompt", parameters->prompt);
  if (parameters->negative_prompt != NULL)
    json_object_set_string_member (
        entry, "negative_prompt", parameters->negative_prompt);
  json_object_set_string_member (entry, "sampler", parameters->sampler);
  json_object_set_int_member (entry, "cfg_scale", parameters->cfg_scale);
  json_object_set_int_member (entry, "steps", parameters->steps);
  json_object_set_string_member (entry, "state", event_name (result->state));
  json_object_set_array_member (entry, "variations", json_array_new ());
  return entry;
}

static void
write_entry (Results *results)
{
  g_autofree char *line = NULL;

  if (results->entry == NULL)
    return;
  json_object_set_string_member (
      results->entry, "state", event_name (results->state));
  line = event_line (g_steal_pointer (&results->entry));
  fprintf (results->file, "%s\n", line);
}

void
results_add (Results *results, const Result *result)
{
  JsonObject *variation = json_object_new ();

  if (results->entry == NULL || results->n != result->n) {
    write_entry (results);
    results->entry = new_entry (result);
    results->n = result->n;
    results->state = result->state;
  }
  if (badness (result->state) > badness (results->state))
    results->state = result->state;
  json_object_set_int_member (variation, "variation", result->variation);
  set_outcome (variation, result);
  json_array_add_object_element (
      json_object_get_array_member (results->entry, "variations"), variation);
}

gboolean
results_end (Results *results, GError **error)
{
  gboolean good;

  write_entry (results);
  good = fflush (results->file) == 0 && fsync (fileno (results->file)) == 0;
  good = fclose (results->file) == 0 && good;
  results->file = NULL;
  if (good && g_rename (results->part, results->path) == 0)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_OUTPUT, "\"%s\" cannot be written: %s.",
      results->path, g_strerror (errno));
  g_unlink (results->part);
  return FALSE;
}
