/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ledger.h"

#include "failure.h"
#include "jsonline.h"
#include "linereader.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A place: which file, and where in it. One more than that, so that none is 0. */
#define FILE_SHIFT 44
#define OFFSET_MASK ((G_GUINT64_CONSTANT (1) << FILE_SHIFT) - 1)

/* Of the table, packed: there may be a million of them. */
typedef struct
{
  guint64 place;
  guint64 state;
} Slot;

struct _Ledger
{
  GPtrArray *paths;   /* char *, of the journals; the own one is the first */
  DigestTable *items; /* to Slot */
  DigestTable *files; /* of names, to Digest */
  LedgerFolder folder;
  char *newest_start; /* its time */
};

/* --- One line --- */

static void
take_files (Ledger *ledger, Digest key, const GPtrArray *members)
{
  const JsonLineMember *files = json_line_find (members, "files");

  for (guint i = 0;
       files != NULL && files->kind == JSON_LINE_ARRAY && i < files->texts->len;
       i++)
    ledger_note_file (ledger, key, files->texts->pdata[i]);
}

static void
take_start (Ledger *ledger, const GPtrArray *members)
{
  const char *time = json_line_string (members, "time");

  if (time == NULL || g_strcmp0 (time, ledger->newest_start) <= 0)
    return;
  g_free (ledger->newest_start);
  ledger->newest_start = g_strdup (time);
  ledger->folder.n_shards = (guint) json_line_int (members, "shards", 0);
  ledger->folder.n_entries = (guint64) json_line_int (members, "entries", 0);
}

/* FALSE: the line makes no sense. */
static gboolean
take_line (Ledger *ledger, const GPtrArray *members, guint64 place)
{
  const char *name = json_line_string (members, "event");
  const char *key_text = json_line_string (members, "key");
  Event event;
  Digest key;

  if (name == NULL || !event_from_name (name, &event))
    return FALSE;
  if (event == EVENT_START)
    take_start (ledger, members);
  if (event >= EVENT_START)
    return TRUE;
  if (key_text == NULL || !digest_from_text (key_text, &key))
    return FALSE;
  ledger_note (ledger, key, event,
      json_line_find (members, "prompt") != NULL ? place : 0);
  if (event == EVENT_DONE)
    take_files (ledger, key, members);
  return TRUE;
}

static gboolean
is_start (const GPtrArray *members)
{
  return members != NULL
      && g_strcmp0 (json_line_string (members, "event"), "start") == 0;
}

/* --- One file --- */

typedef struct
{
  Ledger *ledger;
  const char *path;
  LedgerDamageFunc damage;
  gpointer data;
  guint64 bad_line; /* seen, and not known yet whether it is torn; 0: none */
} Loading;

static void
tell_damage (Loading *loading)
{
  g_autofree char *shown = failure_printable (loading->path);
  g_autofree char *where = NULL;

  if (loading->bad_line == 0)
    return;
  where = g_strdup_printf ("%s:%" G_GUINT64_FORMAT, shown, loading->bad_line);
  loading->damage (where, loading->data);
  loading->bad_line = 0;
}

/* A bad line is a torn one, and no damage, where the file ends with it or a new
 * run begins behind it. */
static void
load_line (
    Loading *loading, const char *line, gsize size, guint64 n, guint64 place)
{
  gsize at;
  const char *what;
  g_autoptr (GPtrArray) members = json_line_parse (line, size, &at, &what);

  if (is_start (members))
    loading->bad_line = 0;
  tell_damage (loading);
  if (members == NULL || !take_line (loading->ledger, members, place))
    loading->bad_line = n;
}

static gboolean
load_file (Loading *loading, guint index, GError **error)
{
  int fd = g_open (loading->path, O_RDONLY | O_CLOEXEC, 0);
  g_autoptr (LineReader) reader = NULL;
  LineResult result;
  const char *line;
  gsize size;

  if (fd >= 0)
    reader = line_reader_new (fd, FALSE);
  result = fd < 0 ? LINE_FAILED : LINE_READ;
  while (result != LINE_END && result != LINE_FAILED) {
    guint64 offset = line_reader_get_offset (reader);

    result = line_reader_next (reader, &line, &size);
    if (result == LINE_READ)
      load_line (loading, line, size, line_reader_get_number (reader),
          ((guint64) index << FILE_SHIFT) + offset + 1);
    else if (result == LINE_TOO_LONG)
      load_line (loading, "", 0, line_reader_get_number (reader), 0);
  }
  if (result == LINE_END)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_INPUT,
      "The journal \"%s\" cannot be read: %s.", loading->path,
      g_strerror (errno));
  return FALSE;
}

/* --- The folder --- */

/* A name that folder_file() makes. */
static gboolean
is_journal (const char *name)
{
  return g_regex_match_simple (
      "^journal(-[0-9]+-of-[0-9]+)?\\.jsonl$", name, G_REGEX_RAW, 0);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static void
find_journals (Ledger *ledger, const char *folder, const char *own)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *own_name = own != NULL ? g_path_get_basename (own) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_journal (name)) {
      g_ptr_array_add (ledger->folder.run_names, g_strdup (name));
      ledger->folder.n_journals++;
    }
  g_ptr_array_sort (ledger->folder.run_names, compare_names);
  if (own != NULL)
    g_ptr_array_add (ledger->paths, g_strdup (own));
  for (guint i = 0; i < ledger->folder.run_names->len; i++) {
    name = ledger->folder.run_names->pdata[i];
    if (g_strcmp0 (name, own_name) != 0)
      g_ptr_array_add (ledger->paths, g_build_filename (folder, name, NULL));
  }
}

Ledger *
ledger_load (const char *folder, const char *own, LedgerDamageFunc damage,
    gpointer data, GError **error)
{
  g_autoptr (Ledger) ledger = g_new0 (Ledger, 1);

  ledger->paths = g_ptr_array_new_with_free_func (g_free);
  ledger->folder.run_names = g_ptr_array_new_with_free_func (g_free);
  ledger->items = digest_table_new (sizeof (Slot));
  ledger->files = digest_table_new (sizeof (Digest));
  find_journals (ledger, folder, own);
  for (guint i = 0; i < ledger->paths->len; i++) {
    Loading loading = { ledger, ledger->paths->pdata[i], damage, data, 0 };

    if (!load_file (&loading, i, error))
      return NULL;
  }
  return g_steal_pointer (&ledger);
}

void
ledger_free (Ledger *ledger)
{
  if (ledger == NULL)
    return;
  g_ptr_array_unref (ledger->paths);
  g_ptr_array_unref (ledger->folder.run_names);
  digest_table_free (ledger->items);
  digest_table_free (ledger->files);
  g_free (ledger->newest_start);
  g_free (ledger);
}

const LedgerFolder *
ledger_get_folder (Ledger *ledger)
{
  return &ledger->folder;
}

/* --- Items and files --- */

LedgerEntry
ledger_find (Ledger *ledger, Digest key)
{
  const Slot *slot = digest_table_find (ledger->items, key);

  return slot != NULL ? (LedgerEntry){ (Event) slot->state, slot->place }
                      : (LedgerEntry){ EVENT_LEFT, 0 };
}

void
ledger_note (Ledger *ledger, Digest key, Event event, guint64 place)
{
  Slot *slot = digest_table_add (ledger->items, key, NULL);

  slot->state = event == EVENT_BACK ? EVENT_LEFT : event;
  if (place != 0)
    slot->place = place;
}

Digest
ledger_get_writer (Ledger *ledger, const char *file)
{
  const Digest *writer =
      digest_table_find (ledger->files, digest_of (file, -1));

  return writer != NULL ? *writer : (Digest){ 0, 0 };
}

void
ledger_note_file (Ledger *ledger, Digest key, const char *file)
{
  Digest *writer = digest_table_add (ledger->files, digest_of (file, -1), NULL);

  *writer = key;
}

/* --- Lines again --- */

GPtrArray *
ledger_read (Ledger *ledger, guint64 place)
{
  guint64 index = (place - 1) >> FILE_SHIFT;
  guint64 offset = (place - 1) & OFFSET_MASK;
  g_autoptr (LineReader) reader = NULL;
  const char *line, *what;
  gsize size, at;
  int fd;

  if (place == 0 || index >= ledger->paths->len)
    return NULL;
  fd = g_open (ledger->paths->pdata[index], O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return NULL;
  reader = line_reader_new (fd, FALSE);
  if (lseek (fd, (off_t) offset, SEEK_SET) < 0
      || line_reader_next (reader, &line, &size) != LINE_READ)
    return NULL;
  return json_line_parse (line, size, &at, &what);
}

typedef struct
{
  void (*func) (Digest key, LedgerEntry entry, gpointer data);
  gpointer data;
} Each;

static void
on_each (Digest key, gpointer value, gpointer data)
{
  const Slot *slot = value;
  const Each *each = data;

  each->func (
      key, (LedgerEntry){ (Event) slot->state, slot->place }, each->data);
}

void
ledger_foreach (Ledger *ledger,
    void (*func) (Digest key, LedgerEntry entry, gpointer data), gpointer data)
{
  Each each = { func, data };

  digest_table_foreach (ledger->items, on_each, &each);
}
