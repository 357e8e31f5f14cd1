/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "list.h"

#include "entry.h"
#include "failure.h"
#include "linereader.h"
#include "template.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTE_ORDER_MARK "\357\273\277"
/* Of the 4096 that Linux takes: the hidden folder beside it is longer. */
#define PATH_MAX_SIZE 3800
#define MAX_TEMPLATES \
  64 /* of lines, kept for the next one that says the same */

typedef enum
{
  KIND_UNKNOWN, /* until the first line that is not blank */
  KIND_TEXT,
  KIND_JSON,
} Kind;

struct _List
{
  const ListSettings *settings;
  char *name; /* for people */
  LineReader *reader;
  gboolean is_stream, checks;
  Kind kind_by_name, kind;

  DigestTable *ids, *files; /* sets, while @checks */
  DigestTable *equal;       /* parameters to guint32: how many so far */
  GHashTable *templates;    /* of lines: text to Template */

  guint64 n; /* of the entry */
  Entry entry;
  glong id_column, outputs_column;
  guint n_left; /* variations of it */
  Digest parameters;
};

static Kind
kind_of_name (const char *path)
{
  g_autofree char *folded = g_ascii_strdown (path, -1);

  return g_str_has_suffix (folded, ".jsonl")
          || g_str_has_suffix (folded, ".ndjson")
          || g_str_has_suffix (folded, ".json")
      ? KIND_JSON
      : g_str_has_suffix (folded, ".txt") ? KIND_TEXT
                                          : KIND_UNKNOWN;
}

List *
list_open (const char *path, const ListSettings *settings, GError **error)
{
  g_autoptr (List) list = NULL;
  gboolean is_stdin = g_str_equal (path, "-");
  int fd = is_stdin ? fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                    : g_open (path, O_RDONLY | O_CLOEXEC, 0);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0 || S_ISDIR (status.st_mode)) {
    g_autofree char *shown = failure_printable (path);

    g_set_error (error, FAILURE, FAILURE_INPUT,
        "The list \"%s\" cannot be read: %s.", shown,
        g_strerror (fd >= 0 ? EISDIR : errno));
    if (fd >= 0)
      close (fd);
    return NULL;
  }
  list = g_new0 (List, 1);
  list->settings = settings;
  list->name =
      is_stdin ? g_strdup ("standard input") : failure_printable (path);
  list->is_stream = is_stdin || !S_ISREG (status.st_mode);
  list->reader = line_reader_new (fd, list->is_stream);
  list->kind_by_name = list->kind = kind_of_name (path);
  list->checks = TRUE;
  list->ids = digest_table_new (0);
  list->files = digest_table_new (0);
  list->equal = digest_table_new (sizeof (guint32));
  list->templates = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) template_free);
  return g_steal_pointer (&list);
}

void
list_free (List *list)
{
  if (list == NULL)
    return;
  line_reader_free (list->reader);
  digest_table_free (list->ids);
  digest_table_free (list->files);
  digest_table_free (list->equal);
  g_hash_table_unref (list->templates);
  entry_clear (&list->entry);
  g_free (list->name);
  g_free (list);
}

gboolean
list_is_stream (List *list)
{
  return list->is_stream;
}

int
list_get_fd (List *list)
{
  return line_reader_get_fd (list->reader);
}

guint64
list_get_n_entries (List *list)
{
  return list->n;
}

gboolean
list_rewind (List *list, GError **error)
{
  if (!line_reader_rewind (list->reader)) {
    g_set_error (error, FAILURE, FAILURE_INPUT,
        "The list \"%s\" cannot be read again: %s.", list->name,
        g_strerror (errno));
    return FALSE;
  }
  list->checks = FALSE;
  g_clear_pointer (&list->ids, digest_table_free);
  g_clear_pointer (&list->files, digest_table_free);
  g_clear_pointer (&list->equal, digest_table_free);
  list->equal = digest_table_new (sizeof (guint32));
  entry_clear (&list->entry);
  list->kind = list->kind_by_name;
  list->n = 0;
  list->n_left = 0;
  return TRUE;
}

/* --- What is wrong --- */

static void
set_fault (List *list, glong column, const char *text, GError **error)
{
  g_autofree char *printable = failure_printable (text);

  g_set_error (error, FAILURE, FAILURE_REFUSED,
      "%s:%" G_GUINT64_FORMAT ":%ld: %s%s", list->name,
      line_reader_get_number (list->reader), column, printable,
      g_str_has_suffix (printable, ".") ? "" : ".");
}

/* Of the byte at @at, from 1, in characters. */
static glong
column_of (const char *line, gsize at)
{
  g_autofree char *valid = g_utf8_make_valid (line, (gssize) at);

  return g_utf8_strlen (valid, -1) + 1;
}

static gboolean
check_id (List *list, const Entry *entry, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, list->n);
  const char *id = entry->id != NULL ? entry->id : number;
  g_autofree char *text = NULL;
  gboolean is_new = TRUE;

  if (!list->checks)
    return TRUE;
  digest_table_add (list->ids, digest_of (id, -1), &is_new);
  if (is_new)
    return TRUE;
  text = g_strdup_printf ("another line has the id \"%s\" already", id);
  set_fault (list, list->id_column, text, error);
  return FALSE;
}

static gboolean
check_path (List *list, const char *file, GError **error)
{
  g_autofree char *text = NULL;

  if (strlen (file) > PATH_MAX_SIZE)
    text = g_strdup_printf ("the file's path would have %" G_GSIZE_FORMAT
                            " bytes, %d at most",
        strlen (file), PATH_MAX_SIZE);
  else if (format_runs_together (file))
    text = g_strdup_printf ("the frames' numbers would run together with the "
                            "digits beside them in \"%s\": put a dash between, "
                            "or %%03d",
        file);
  if (text == NULL)
    return TRUE;
  set_fault (list, list->outputs_column, text, error);
  return FALSE;
}

static gboolean
check_file (List *list, const char *file, GError **error)
{
  g_autofree char *first = NULL;
  g_autofree char *canonical = NULL;
  g_autofree char *text = NULL;
  gboolean is_new = TRUE;

  if (!list->checks)
    return TRUE;
  if (!check_path (list, file, error))
    return FALSE;
  first = format_first_file (file);
  canonical = g_canonicalize_filename (first, NULL);
  digest_table_add (list->files, digest_of (canonical, -1), &is_new);
  if (is_new)
    return TRUE;
  text = g_strdup_printf ("another item writes \"%s\" already: put {n} or "
                          "{variation} into --output",
      file);
  set_fault (list, list->outputs_column, text, error);
  return FALSE;
}

/* --- Files --- */

static Template *
template_of_line (List *list, const char *text, GError **error)
{
  Template *template = g_hash_table_lookup (list->templates, text);

  if (template != NULL)
    return template;
  template = template_new (text, error);
  if (template == NULL)
    return NULL;
  if (g_hash_table_size (list->templates) >= MAX_TEMPLATES)
    g_hash_table_remove_all (list->templates);
  g_hash_table_insert (list->templates, g_strdup (text), template);
  return template;
}

static gboolean
add_file (List *list, Item *item, Template *template, const char *folder,
    GError **error)
{
  const TemplateFields fields = { item->n, item->id, item->parameters.prompt,
    item->variation };
  g_autoptr (GError) reason = NULL;
  char *file = template_expand (template, &fields, &reason);

  if (file == NULL) {
    set_fault (list, list->outputs_column, reason->message, error);
    return FALSE;
  }
  if (folder != NULL) {
    char *inside = g_build_filename (folder, file, NULL);

    g_free (file);
    file = inside;
  }
  g_ptr_array_add (item->files, file);
  return check_file (list, file, error);
}

static gboolean
name_files (List *list, Item *item, GError **error)
{
  const ListSettings *settings = list->settings;
  GPtrArray *own = list->entry.outputs;

  if (settings->without_files)
    return TRUE;
  for (guint i = 0; own == NULL && i < settings->templates->len; i++)
    if (!add_file (list, item, settings->templates->pdata[i], NULL, error))
      return FALSE;
  for (guint i = 0; own != NULL && i < own->len; i++) {
    g_autoptr (GError) reason = NULL;
    Template *template = template_of_line (list, own->pdata[i], &reason);

    if (template == NULL) {
      set_fault (list, list->outputs_column, reason->message, error);
      return FALSE;
    }
    if (!add_file (list, item, template, settings->folder, error))
      return FALSE;
  }
  if (item->files->len > 0)
    return TRUE;
  set_fault (
      list, 1, "the line says no \"output\", and there is no --output", error);
  return FALSE;
}

/* --- Entries and items --- */

/* The next variation of the entry. NULL with an error. */
static Item *
next_variation (List *list, GError **error)
{
  g_autoptr (Item) item = item_new ();
  guint32 *n_equal = digest_table_add (list->equal, list->parameters, NULL);

  item->n = list->n;
  item->id = list->entry.id != NULL
      ? g_strdup (list->entry.id)
      : g_strdup_printf ("%" G_GUINT64_FORMAT, list->n);
  item->parameters = parameters_copy (&list->entry.parameters);
  item->variation = *n_equal;
  item->key = item_key (list->parameters, item->variation);
  list->n_left--;
  if (name_files (list, item, error)) {
    *n_equal += 1;
    return g_steal_pointer (&item);
  }
  list->n_left = 0; /* the others have the same fault */
  return NULL;
}

static gboolean
is_blank (const char *line, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (!g_ascii_isspace (line[i]))
      return FALSE;
  return TRUE;
}

static gboolean
read_entry (List *list, const char *line, gsize size, GError **error)
{
  EntryFault fault = { 0 };

  if (list->kind == KIND_UNKNOWN)
    list->kind = g_strstr_len (line, (gssize) size, "{") != NULL
            && is_blank (
                line, (gsize) (g_strstr_len (line, (gssize) size, "{") - line))
        ? KIND_JSON
        : KIND_TEXT;
  list->n++;
  entry_clear (&list->entry);
  if (!entry_read (&list->entry, line, size, list->kind == KIND_JSON,
          &list->settings->defaults, &fault)) {
    set_fault (list, column_of (line, fault.at), fault.text, error);
    g_free (fault.text);
    return FALSE;
  }
  list->id_column = column_of (line, list->entry.id_at);
  list->outputs_column = column_of (line, list->entry.outputs_at);
  if (!check_id (list, &list->entry, error))
    return FALSE;
  list->n_left = list->entry.n_variations;
  list->parameters = parameters_digest (&list->entry.parameters);
  return TRUE;
}

/* LIST_ITEM: the next entry is there. */
static ListResult
next_entry (List *list, GError **error)
{
  gsize mark = strlen (BYTE_ORDER_MARK);
  const char *line;
  gsize size;

  for (;;) {
    switch (line_reader_next (list->reader, &line, &size)) {
      case LINE_READ:
        break;
      case LINE_TOO_LONG:
        set_fault (list, LINE_MAX_SIZE + 1, "the line is too long", error);
        return LIST_BAD;
      case LINE_WAIT:
        return LIST_WAIT;
      case LINE_END:
        return LIST_END;
      case LINE_FAILED:
      default:
        g_set_error (error, FAILURE, FAILURE_INPUT,
            "The list \"%s\" cannot be read: %s.", list->name,
            g_strerror (errno));
        return LIST_FAILED;
    }
    if (line_reader_get_number (list->reader) == 1 && size >= mark
        && memcmp (line, BYTE_ORDER_MARK, mark) == 0) {
      line += mark;
      size -= mark;
    }
    if (!is_blank (line, size))
      return read_entry (list, line, size, error) ? LIST_ITEM : LIST_BAD;
  }
}

static gboolean
is_of_shard (List *list)
{
  const Shard *shard = &list->settings->shard;

  return shard->count <= 1 || (list->n - 1) % shard->count == shard->index;
}

ListResult
list_next (List *list, Item **ret_item, GError **error)
{
  *ret_item = NULL;
  for (;;) {
    if (list->n_left == 0) {
      ListResult result = next_entry (list, error);

      if (result != LIST_ITEM)
        return result;
    }
    *ret_item = next_variation (list, error);
    if (*ret_item == NULL)
      return LIST_BAD;
    if (is_of_shard (list))
      return LIST_ITEM;
    g_clear_pointer (ret_item, item_free);
  }
}
