/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockfault.c: faults in words, and their queues
 */
#include "mockfault.h"
#include "mockkind.h"

#include <string.h>

#define PREFIX "fault:"
#define MAX_PROMPTS 1024

/* Settings that every fault understands, and those of some. */
static const struct
{
  const char *name;
  gboolean is_number;
  const char *help;
} settings[] = {
  { "times", TRUE, "only the first N requests" },
  { "on", FALSE, "post, get or connection: the stage" },
  { "status", TRUE, "the reply's status" },
  { "type", FALSE, "the reply's Content-Type" },
  { "message", FALSE, "the text in an error" },
  { "body", FALSE, "of a bare status: a fault whose body it takes" },
  { "retry-after", FALSE, "Retry-After: as it is given" },
  { "retry-after-date", TRUE, "Retry-After: the date N seconds from now" },
  { "location", FALSE, "of a redirect" },
  { "hops", TRUE, "redirects before the file" },
  { "address", FALSE, "of the image, in \"address\"" },
  { "after", TRUE, "bytes (of the body) that go out before it happens" },
  { "length", TRUE, "the Content-Length to announce" },
  { "count", TRUE, "how often something comes; 0: without end" },
  { "rate", TRUE, "bytes per second" },
  { "latency-ms", TRUE, "time before the reply" },
};

const char *
mock_fault_get_text (const MockFault *fault, const char *name)
{
  return g_hash_table_lookup (fault->settings, name);
}

gint64
mock_fault_get_number (
    const MockFault *fault, const char *name, gint64 fallback)
{
  const char *text = mock_fault_get_text (fault, name);

  return text != NULL ? g_ascii_strtoll (text, NULL, 10) : fallback;
}

static void
fault_clear (gpointer data)
{
  MockFault *fault = data;

  g_hash_table_unref (fault->settings);
}

static void
fault_unref (gpointer fault)
{
  g_atomic_rc_box_release_full (fault, fault_clear);
}

static GPtrArray *
fault_array_new (void)
{
  return g_ptr_array_new_with_free_func (fault_unref);
}

/* @word is a fault's name or a status, perhaps with ":N". NULL and @error when
 * there is no such fault. */
static MockFault *
fault_new (const char *word, GError **error)
{
  const char *colon = strchr (word, ':');
  g_autofree char *name =
      g_strndup (word, colon != NULL ? (gsize) (colon - word) : strlen (word));
  guint64 number = 0;
  gboolean is_status =
      g_ascii_string_to_unsigned (name, 10, 200, 599, &number, NULL);
  const MockFaultKind *kind = mock_kind_find (is_status ? "status" : name);
  guint64 times = 0;
  MockFault *fault;

  if (kind == NULL
      || (colon != NULL
          && !g_ascii_string_to_unsigned (
              colon + 1, 10, 1, G_MAXUINT, &times, NULL))) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "mock: there is no fault \"%s\", see visioncraft-mock --help-faults",
        word);
    return NULL;
  }
  fault = g_atomic_rc_box_new0 (MockFault);
  fault->kind = kind;
  fault->stage = mock_kind_get_stage (kind);
  fault->status = (guint) number;
  fault->times = (guint) times;
  fault->settings =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return fault;
}

static gboolean
set_stage (MockFault *fault, const char *name)
{
  static const char *const names[] = { "post", "get", "connection" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_str_equal (name, names[i])) {
      fault->stage = i;
      return (i == MOCK_STAGE_CONNECTION)
          == (mock_kind_get_stage (fault->kind) == MOCK_STAGE_CONNECTION);
    }
  }
  return FALSE;
}

static gboolean
is_good_setting (MockFault *fault, const char *name, const char *value)
{
  guint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++) {
    if (!g_str_equal (name, settings[i].name))
      continue;
    if (settings[i].is_number
        && !g_ascii_string_to_unsigned (
            value, 10, 0, G_MAXINT64, &number, NULL))
      return FALSE;
    if (g_str_equal (name, "on"))
      return set_stage (fault, value);
    if (g_str_equal (name, "body"))
      return mock_kind_find (value) != NULL;
    return TRUE;
  }
  return FALSE;
}

/* @word is "name=value". */
static gboolean
add_setting (MockFault *fault, const char *word, GError **error)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name = g_strndup (word, (gsize) (equals - word));
  const char *value = equals + 1;

  if (!is_good_setting (fault, name, value)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "mock: a fault has no setting \"%s\", see visioncraft-mock "
        "--help-faults",
        word);
    return FALSE;
  }
  g_hash_table_replace (
      fault->settings, g_steal_pointer (&name), g_strdup (value));
  fault->times = (guint) mock_fault_get_number (fault, "times", fault->times);
  fault->status =
      (guint) mock_fault_get_number (fault, "status", fault->status);
  return TRUE;
}

static char **
split_words (const char *text)
{
  char **words = NULL;

  if (!g_shell_parse_argv (text, NULL, &words, NULL))
    words = g_strsplit_set (text, " \t\r\n", -1);
  return words;
}

/* Appends the fault that @word names to @faults. */
static gboolean
add_fault (
    GPtrArray *faults, const char *word, gboolean in_prompt, GError **error)
{
  gboolean is_prefixed = g_str_has_prefix (word, PREFIX);
  MockFault *fault =
      fault_new (is_prefixed ? word + strlen (PREFIX) : word, error);

  if (fault == NULL)
    return FALSE;
  g_ptr_array_add (faults, fault);
  if (!in_prompt || fault->stage != MOCK_STAGE_CONNECTION)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
      "mock: \"%s\" happens before any prompt is read", word);
  return FALSE;
}

GPtrArray *
mock_fault_parse (const char *text, gboolean in_prompt, GError **error)
{
  g_autoptr (GPtrArray) faults = fault_array_new ();
  g_auto (GStrv) words = split_words (text);

  for (guint i = 0; words[i] != NULL; i++) {
    const char *word = words[i];

    if (*word == '\0')
      continue;
    if (g_str_has_prefix (word, PREFIX) || (!in_prompt && faults->len == 0)) {
      if (!add_fault (faults, word, in_prompt, error))
        return NULL;
    } else if (strchr (word, '=') != NULL && faults->len > 0) {
      if (!add_setting (faults->pdata[faults->len - 1], word, error))
        return NULL;
    } else if (!in_prompt) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
          "mock: not a setting of a fault: \"%s\"", word);
      return NULL;
    }
  }
  return g_steal_pointer (&faults);
}

const char *
mock_fault_find_in_prompt (const char *prompt)
{
  const char *at = prompt;

  while ((at = strstr (at, PREFIX)) != NULL) {
    if (at == prompt || g_ascii_isspace (at[-1]))
      return at;
    at++;
  }
  return NULL;
}

void
mock_fault_select (
    GPtrArray *faults, guint stage, guint n, GPtrArray *ret_faults)
{
  for (guint i = 0; i < faults->len; i++) {
    const MockFault *fault = faults->pdata[i];

    if (fault->stage == stage && (fault->times == 0 || n < fault->times))
      g_ptr_array_add (ret_faults, g_atomic_rc_box_acquire ((gpointer) fault));
  }
}

/* Faults that were pushed at once, of one stage. */
typedef struct
{
  GPtrArray *faults;
  guint n_met, n_total; /* requests */
} Entry;

struct _MockFaultBook
{
  GMutex lock;

  /* All below: lock. */
  GQueue pushed[MOCK_N_FAULT_STAGES];
  GPtrArray *standing;
  guint n_met[MOCK_N_FAULT_STAGES]; /* requests since the start */
  GHashTable *prompts;              /* prompt to how often it came */
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_ptr_array_unref (entry->faults);
  g_free (entry);
}

MockFaultBook *
mock_fault_book_new (const char *standing)
{
  MockFaultBook *book = g_new0 (MockFaultBook, 1);

  g_mutex_init (&book->lock);
  book->standing = standing != NULL ? mock_fault_parse (standing, FALSE, NULL)
                                    : fault_array_new ();
  book->prompts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return book;
}

void
mock_fault_book_free (MockFaultBook *book)
{
  for (guint i = 0; i < MOCK_N_FAULT_STAGES; i++)
    g_queue_clear_full (&book->pushed[i], entry_free);
  g_ptr_array_unref (book->standing);
  g_hash_table_unref (book->prompts);
  g_mutex_clear (&book->lock);
  g_free (book);
}

void
mock_fault_book_push (MockFaultBook *book, GPtrArray *faults)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&book->lock);

  for (guint stage = 0; stage < MOCK_N_FAULT_STAGES; stage++) {
    Entry *entry = g_new0 (Entry, 1);

    entry->faults = fault_array_new ();
    mock_fault_select (faults, stage, 0, entry->faults);
    entry->n_total = 1;
    for (guint i = 0; i < entry->faults->len; i++) {
      const MockFault *fault = entry->faults->pdata[i];

      entry->n_total = MAX (entry->n_total, fault->times);
    }
    if (entry->faults->len > 0)
      g_queue_push_tail (&book->pushed[stage], entry);
    else
      entry_free (entry);
  }
  g_ptr_array_unref (faults);
}

GPtrArray *
mock_fault_book_take (MockFaultBook *book, guint stage)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&book->lock);
  GPtrArray *faults = fault_array_new ();
  Entry *entry = g_queue_peek_head (&book->pushed[stage]);

  mock_fault_select (book->standing, stage, book->n_met[stage]++, faults);
  if (entry != NULL) {
    mock_fault_select (entry->faults, stage, entry->n_met++, faults);
    if (entry->n_met == entry->n_total)
      entry_free (g_queue_pop_head (&book->pushed[stage]));
  }
  return faults;
}

guint
mock_fault_book_count_prompt (MockFaultBook *book, const char *prompt)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&book->lock);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (book->prompts, prompt));

  if (g_hash_table_size (book->prompts) >= MAX_PROMPTS)
    g_hash_table_remove_all (book->prompts);
  g_hash_table_replace (
      book->prompts, g_strdup (prompt), GUINT_TO_POINTER (n + 1));
  return n;
}

gboolean
mock_fault_check (const char *fault, GError **error)
{
  g_autoptr (GPtrArray) faults = mock_fault_parse (fault, FALSE, error);

  return faults != NULL;
}

char *
mock_fault_describe (void)
{
  GString *text = g_string_new ("Faults (NAME, where, what happens):\n");

  mock_kind_describe (text);
  g_string_append (text, "\nSettings (NAME=VALUE after a fault's name):\n");
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    g_string_append_printf (
        text, "  %-18s %s\n", settings[i].name, settings[i].help);
  return g_string_free (text, FALSE);
}
