/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batch-private.h"
#include "jsonline.h"

/* What a run writes down of its items. */

static char *
item_line (Batch *batch, Event event, const Work *work, const char *message)
{
  JsonObject *object = event_new_for_item (event, work->item, TRUE);

  if (event == EVENT_DONE) {
    JsonArray *files = json_array_new ();

    for (guint i = 0; i < work->item->files->len; i++) {
      g_autofree char *name = event_file_name (
          batch->settings.options->journal_dir, work->item->files->pdata[i]);

      json_array_add_string_element (files, name);
    }
    json_object_set_array_member (object, "files", files);
    json_object_set_boolean_member (object, "cached", work->cached);
    json_object_set_double_member (object, "seconds", work->generate_s);
    json_object_set_int_member (object, "bytes", (gint64) work->n_bytes);
  }
  if (message != NULL)
    json_object_set_string_member (object, "message", message);
  return event_line (object);
}

void
batch_note (Batch *batch, Work *work, Event event, const char *message,
    JournalFunc func)
{
  g_autofree char *line = item_line (batch, event, work, message);
  guint64 place = journal_append (batch->settings.journal, line, func, work);

  work->is_noting = TRUE;
  ledger_note (batch->settings.ledger, work->item->key, event, place + 1);
}

void
batch_note_shortly (Batch *batch, Work *work, Event event)
{
  JsonObject *object = event_new_for_item (event, work->item, FALSE);
  g_autofree char *line = NULL;

  if (event == EVENT_GIF) {
    json_object_set_boolean_member (object, "cached", work->cached);
    json_object_set_double_member (object, "seconds", work->generate_s);
    json_object_set_int_member (
        object, "bytes", (gint64) g_bytes_get_size (work->gif));
  }
  line = event_line (object);
  journal_append (batch->settings.journal, line, NULL, NULL);
  ledger_note (batch->settings.ledger, work->item->key, event, 0);
}

void
batch_note_back (Batch *batch, Work *work)
{
  if (work->plan.kind == PLAN_REQUEST)
    batch_note_shortly (batch, work, EVENT_BACK);
}

void
batch_note_left (Batch *batch, const Work *work, Event state)
{
  g_autofree char *line = NULL;
  guint64 place;

  if (state != EVENT_LEFT || !list_is_stream (batch->settings.list)
      || ledger_find (batch->settings.ledger, work->item->key).place != 0)
    return;
  line = item_line (batch, EVENT_LEFT, work, NULL);
  place = journal_append (batch->settings.journal, line, NULL, NULL);
  ledger_note (batch->settings.ledger, work->item->key, EVENT_LEFT, place + 1);
}

void
batch_note_moved (Batch *batch, Work *work)
{
  LedgerEntry entry = ledger_find (batch->settings.ledger, work->item->key);
  g_autoptr (GPtrArray) members =
      ledger_read (batch->settings.ledger, entry.place);
  g_autofree char *line = NULL;
  guint64 place;

  if (members != NULL
      && json_line_int (members, "n", 0) == (gint64) work->item->n
      && g_strcmp0 (json_line_string (members, "id"), work->item->id) == 0)
    return;
  if (members != NULL) {
    work->cached = json_line_is_true (members, "cached");
    work->generate_s = json_line_double (members, "seconds");
    work->n_bytes = (guint64) json_line_int (members, "bytes", 0);
  }
  line = item_line (batch, EVENT_DONE, work, NULL);
  place = journal_append (batch->settings.journal, line, NULL, NULL);
  ledger_note (batch->settings.ledger, work->item->key, EVENT_DONE, place + 1);
}
