/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The journal, whatever its last moment was.
 */
#include "journal.h"
#include "ledger.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *folder, *path;
  GPtrArray *items; /* of Item */
} Fixture;

static void
setup (Fixture *fixture, gconstpointer unused)
{
  static const char *const prompts[] = { "a fox", "Füchse im Schnee 🦊",
    "\"quoted\\\" \n {\"event\":\"done\"}" };

  /* In memory where that can be: there are many commits. */
  fixture->folder = g_access ("/dev/shm", W_OK) == 0
      ? g_mkdtemp (g_strdup ("/dev/shm/batch-journal-XXXXXX"))
      : g_dir_make_tmp ("batch-journal-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "journal.jsonl", NULL);
  fixture->items = g_ptr_array_new_with_free_func ((GDestroyNotify) item_free);
  for (guint i = 0; i < G_N_ELEMENTS (prompts); i++) {
    Item *item = item_new ();

    item->n = i + 1;
    item->id = g_strdup_printf ("%u", i + 1);
    item->parameters =
        (Parameters){ g_strdup (prompts[i]), NULL, g_strdup ("Euler"), 10, 30 };
    item->key = item_key (parameters_digest (&item->parameters), 0);
    g_ptr_array_add (fixture->items, item);
  }
}

static void
teardown (Fixture *fixture, gconstpointer unused)
{
  g_ptr_array_unref (fixture->items);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static const Item *
item (Fixture *fixture, guint i)
{
  return fixture->items->pdata[i];
}

/* --- What is written --- */

static void
append (Journal *journal, JsonObject *event_taken)
{
  g_autofree char *line = event_line (event_taken);

  journal_append (journal, line, NULL, NULL);
}

static void
append_done (Journal *journal, const Item *item)
{
  JsonObject *done = event_new_for_item (EVENT_DONE, item, TRUE);
  JsonArray *files = json_array_new ();
  g_autofree char *file = g_strdup_printf ("%s.gif", item->id);

  json_array_add_string_element (files, file);
  json_object_set_array_member (done, "files", files);
  json_object_set_boolean_member (done, "cached", FALSE);
  json_object_set_double_member (done, "seconds", 1.5);
  json_object_set_int_member (done, "bytes", 12345);
  append (journal, done);
}

/* A run with one item that is done, and the second one on its way to @last. */
static void
write_run (Fixture *fixture, Event last)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Journal) journal = NULL;
  const Item *first = item (fixture, 0), *second = item (fixture, 1);

  g_unlink (fixture->path);
  journal = journal_open (fixture->path, &error);
  g_assert_no_error (error);
  append (journal, event_new (EVENT_START));
  append (journal, event_new_for_item (EVENT_REQUEST, first, TRUE));
  append (journal, event_new_for_item (EVENT_GIF, first, FALSE));
  append_done (journal, first);
  append (journal, event_new_for_item (EVENT_REQUEST, second, TRUE));
  append (journal, event_new_for_item (EVENT_GIF, second, FALSE));
  if (last == EVENT_DONE)
    append_done (journal, second);
  else
    append (journal,
        last == EVENT_END ? event_new (last)
                          : event_new_for_item (last, second, TRUE));
}

/* --- What is read --- */

static void
on_damage (const char *where, gpointer data)
{
  g_error ("damage is told of %s", where);
}

/* The events of both items, as a cut journal must give them: those of its whole
 * lines. */
static void
find_states (
    Fixture *fixture, const char *journal, gsize size, Event ret_states[2])
{
  g_autofree char *text = g_strndup (journal, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  ret_states[0] = ret_states[1] = EVENT_LEFT;
  for (guint i = 0; lines[i] != NULL; i++) {
    g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
    JsonObject *object = node != NULL ? json_node_get_object (node) : NULL;
    Event event;

    if (object == NULL || !json_object_has_member (object, "key"))
      continue;
    g_assert_true (event_from_name (
        json_object_get_string_member (object, "event"), &event));
    for (guint j = 0; j < 2; j++) {
      char key[DIGEST_TEXT_SIZE];

      digest_to_text (item (fixture, j)->key, key);
      if (g_str_equal (json_object_get_string_member (object, "key"), key))
        ret_states[j] = event == EVENT_BACK ? EVENT_LEFT : event;
    }
  }
}

static void
assert_states (Fixture *fixture, const Event states[2])
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Ledger) ledger =
      ledger_load (fixture->folder, fixture->path, on_damage, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++) {
    LedgerEntry entry = ledger_find (ledger, item (fixture, i)->key);
    Digest writer;

    g_assert_cmpint (entry.state, ==, states[i]);
    writer = ledger_get_writer (ledger, i == 0 ? "1.gif" : "2.gif");
    g_assert_true (digest_equal (writer, item (fixture, i)->key)
        == (states[i] == EVENT_DONE));
    if (entry.place != 0) {
      g_autoptr (GPtrArray) line = ledger_read (ledger, entry.place);

      g_assert_nonnull (line);
    }
  }
}

/* At every byte of the last three lines; then a further run begins, and for
 * some yet another one. */
static void
test_cut_anywhere_keeps_the_whole_lines (Fixture *fixture, gconstpointer unused)
{
  static const Event ends[] = { EVENT_DONE, EVENT_BACK, EVENT_UNKNOWN,
    EVENT_END };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++) {
    g_autofree char *whole = NULL;
    gsize size, begin;
    guint n_lines = 0;

    write_run (fixture, ends[i]);
    g_assert_true (g_file_get_contents (fixture->path, &whole, &size, NULL));
    for (begin = size; n_lines < 4; begin--)
      n_lines += whole[begin - 1] == '\n';
    g_test_message (
        "%s: %u bytes", event_name (ends[i]), (guint) (size - begin));
    for (gsize cut = begin + 1; cut <= size; cut++) {
      Event states[2];

      find_states (fixture, whole, cut, states);
      g_assert_true (
          g_file_set_contents (fixture->path, whole, (gssize) cut, NULL));
      assert_states (fixture, states);
      for (guint run = 0; run < (cut % 16 == 0 ? 2 : 1); run++) {
        g_autoptr (Journal) journal = journal_open (fixture->path, NULL);

        g_assert_nonnull (journal);
        append (journal, event_new (EVENT_START));
        g_clear_pointer (&journal, journal_free);
        assert_states (fixture, states);
      }
    }
  }
}

/* --- Damage --- */

static void
on_told (const char *where, gpointer told)
{
  g_ptr_array_add (told, g_path_get_basename (where));
}

/* Bytes of the middle that turned into something else. */
static void
test_damage_is_told_line_by_line (Fixture *fixture, gconstpointer unused)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (Ledger) ledger = NULL;
  gsize size;
  char *second, *fourth;

  write_run (fixture, EVENT_DONE);
  g_assert_true (g_file_get_contents (fixture->path, &text, &size, NULL));
  second = strchr (text, '\n') + 1;
  fourth = strchr (strchr (second, '\n') + 1, '\n') + 1;
  memset (second, 0, 10);
  fourth[5] = '\xff';
  g_assert_true (
      g_file_set_contents (fixture->path, text, (gssize) size, NULL));
  ledger = ledger_load (fixture->folder, NULL, on_told, told, NULL);
  g_assert_nonnull (ledger);
  g_assert_cmpuint (told->len, ==, 2);
  g_assert_cmpstr (told->pdata[0], ==, "journal.jsonl:2");
  g_assert_cmpstr (told->pdata[1], ==, "journal.jsonl:4");
  /* The other lines count. */
  g_assert_cmpint (
      ledger_find (ledger, item (fixture, 0)->key).state, ==, EVENT_GIF);
  g_assert_cmpint (
      ledger_find (ledger, item (fixture, 1)->key).state, ==, EVENT_DONE);
}

/* --- Writing --- */

static void
on_noted (const GError *error, gpointer n)
{
  g_assert_no_error (error);
  ++*(guint *) n;
}

static void
test_many_lines_share_a_commit (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Journal) journal = journal_open (fixture->path, NULL);
  guint n = 0;

  for (guint i = 0; i < 1000; i++)
    journal_append (journal, "{\"event\":\"start\"}", on_noted, &n);
  while (n < 1000)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (journal_get_n_commits (journal), <, 500);
}

static void
test_journal_has_one_owner (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Journal) journal = journal_open (fixture->path, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (journal);
  g_assert_null (journal_open (fixture->path, &error));
  g_assert_cmpint (error->code, ==, 75);
  g_clear_error (&error);
  g_clear_pointer (&journal, journal_free);
  journal = journal_open (fixture->path, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) \
  g_test_add ( \
      "/batch-journal/" #name, Fixture, NULL, setup, test_##name, teardown)
  TEST (cut_anywhere_keeps_the_whole_lines);
  TEST (damage_is_told_line_by_line);
  TEST (many_lines_share_a_commit);
  TEST (journal_has_one_owner);
#undef TEST
  return g_test_run ();
}
