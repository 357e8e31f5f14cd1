/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspbook.h"

/* What is told to who asked for something that is not ready in time. */
#define RETRY_AFTER_S 10

/* One address. All fields but @id and @address are under the book's lock. */
typedef struct
{
  RtspBook *book; /* a reference */
  char *id;
  RtspAddress *address;

  guint n_uses;      /* RtspUse, and threads that wait for one */
  gboolean done;     /* @gif or @refusal says how it went */
  gint64 idle_since; /* monotonic time when @n_uses became 0 */
  GBytes *gif;       /* NULL: it failed */
  RtspRefusal refusal;
} Entry;

struct _RtspBook
{
  char *api_url, *token_file;
  guint max_entries;
  RtspBookGone gone;
  gpointer gone_data;
  GCancellable *closed;

  GMutex lock;
  GCond changed;
  GHashTable *entries; /* id to Entry; a reference of each */
  guint n_running;     /* threads that generate */
};

struct _RtspUse
{
  Entry *entry;
};

/* --- Entries --- */

static void
clear_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->id);
  rtsp_address_free (entry->address);
  g_clear_pointer (&entry->gif, g_bytes_unref);
  rtsp_refusal_clear (&entry->refusal);
  rtsp_book_unref (entry->book);
}

static void
unref_entry (gpointer entry)
{
  g_atomic_rc_box_release_full (entry, clear_entry);
}

static RtspAddress *
copy_address (const RtspAddress *address)
{
  RtspAddress *copy = g_memdup2 (address, sizeof *address);

  copy->id = g_strdup (address->id);
  copy->prompt = g_strdup (address->prompt);
  copy->negative_prompt = g_strdup (address->negative_prompt);
  copy->sampler = g_strdup (address->sampler);
  return copy;
}

static Entry *
new_entry (RtspBook *book, const RtspAddress *address)
{
  Entry *entry = g_atomic_rc_box_new0 (Entry);

  entry->book = rtsp_book_ref (book);
  entry->id = g_strdup (address->id);
  entry->address = copy_address (address);
  return entry;
}

static void
copy_refusal (RtspRefusal *to, const RtspRefusal *from)
{
  rtsp_refuse (to, from->code, "%s", from->reason);
  to->retry_after_s = from->retry_after_s;
}

/* --- Book --- */

RtspBook *
rtsp_book_new (const RtspService *service, guint max_entries, RtspBookGone gone,
    gpointer data)
{
  RtspBook *book = g_atomic_rc_box_new0 (RtspBook);

  book->api_url = g_strdup (service->api_url);
  book->token_file = g_strdup (service->token_file);
  book->max_entries = max_entries;
  book->gone = gone;
  book->gone_data = data;
  book->closed = g_cancellable_new ();
  g_mutex_init (&book->lock);
  g_cond_init (&book->changed);
  book->entries =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_entry);
  return book;
}

static void
clear_book (gpointer data)
{
  RtspBook *book = data;

  g_hash_table_unref (book->entries);
  g_object_unref (book->closed);
  g_cond_clear (&book->changed);
  g_mutex_clear (&book->lock);
  g_free (book->api_url);
  g_free (book->token_file);
}

RtspBook *
rtsp_book_ref (RtspBook *book)
{
  return g_atomic_rc_box_acquire (book);
}

void
rtsp_book_unref (RtspBook *book)
{
  g_atomic_rc_box_release_full (book, clear_book);
}

void
rtsp_book_close (RtspBook *book)
{
  g_autoptr (GHashTable) entries = NULL;

  g_cancellable_cancel (book->closed);
  g_mutex_lock (&book->lock);
  while (book->n_running > 0)
    g_cond_wait (&book->changed, &book->lock);
  /* They refer to the book, and it to them. */
  entries = book->entries;
  book->entries = g_hash_table_new (g_str_hash, g_str_equal);
  g_mutex_unlock (&book->lock);
}

/* --- Generating --- */

static gpointer
generate (gpointer data)
{
  Entry *entry = data;
  RtspBook *book = entry->book;
  const RtspService service = { book->api_url, book->token_file };
  RtspRefusal refusal = { 0 };
  GBytes *gif =
      rtsp_generate (&service, entry->address, book->closed, &refusal);

  g_info ("%s: %s", entry->id, gif != NULL ? "generated" : refusal.reason);
  g_mutex_lock (&book->lock);
  entry->gif = gif;
  entry->refusal = refusal;
  entry->done = TRUE;
  entry->idle_since = g_get_monotonic_time ();
  /* The next one to ask tries again. */
  if (gif == NULL)
    g_hash_table_remove (book->entries, entry->id);
  book->n_running--;
  g_cond_broadcast (&book->changed);
  g_mutex_unlock (&book->lock);
  unref_entry (entry);
  return NULL;
}

/* Called with @lock held. NULL: all are in use. */
static Entry *
find_idlest (RtspBook *book)
{
  GHashTableIter iter;
  Entry *entry, *idlest = NULL;

  g_hash_table_iter_init (&iter, book->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry)) {
    if (entry->done && entry->n_uses == 0
        && (idlest == NULL || entry->idle_since < idlest->idle_since))
      idlest = entry;
  }
  return idlest;
}

/* Called with @lock held. */
static gboolean
make_place (RtspBook *book, RtspRefusal *refusal)
{
  Entry *idlest;

  if (g_hash_table_size (book->entries) < book->max_entries)
    return TRUE;
  idlest = find_idlest (book);
  if (idlest == NULL)
    return rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
        "All %u places for animations are in use.", book->max_entries);
  g_info ("%s: makes room", idlest->id);
  book->gone (idlest->id, book->gone_data);
  g_hash_table_remove (book->entries, idlest->id);
  return TRUE;
}

/* Called with @lock held. The entry is the book's. */
static Entry *
find_or_start (RtspBook *book, const RtspAddress *address, RtspRefusal *refusal)
{
  Entry *entry = g_hash_table_lookup (book->entries, address->id);

  if (entry != NULL)
    return entry;
  if (g_cancellable_is_cancelled (book->closed)) {
    rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
        "The server is being shut down.");
    return NULL;
  }
  if (!make_place (book, refusal))
    return NULL;

  g_info ("%s: being generated", address->id);
  entry = new_entry (book, address);
  g_hash_table_insert (book->entries, entry->id, entry);
  book->n_running++;
  g_thread_unref (
      g_thread_new ("generate", generate, g_atomic_rc_box_acquire (entry)));
  return entry;
}

/* --- Uses --- */

/* Called with @lock held. */
static void
release (Entry *entry)
{
  if (--entry->n_uses == 0)
    entry->idle_since = g_get_monotonic_time ();
  g_cond_broadcast (&entry->book->changed);
}

/* Called with @lock held. */
static gboolean
wait_until_done (Entry *entry, guint wait_s, RtspRefusal *refusal)
{
  RtspBook *book = entry->book;
  gint64 end = g_get_monotonic_time () + wait_s * G_TIME_SPAN_SECOND;

  while (!entry->done) {
    if (!g_cond_wait_until (&book->changed, &book->lock, end) && !entry->done) {
      refusal->retry_after_s = RETRY_AFTER_S;
      return rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
          "The animation is still being made; ask again.");
    }
  }
  if (entry->gif == NULL) {
    copy_refusal (refusal, &entry->refusal);
    return FALSE;
  }
  return TRUE;
}

RtspUse *
rtsp_book_open (RtspBook *book, const RtspAddress *address, guint wait_s,
    RtspRefusal *refusal)
{
  RtspUse *use = NULL;
  Entry *entry;

  g_mutex_lock (&book->lock);
  entry = find_or_start (book, address, refusal);
  if (entry != NULL) {
    g_atomic_rc_box_acquire (entry);
    entry->n_uses++;
    if (wait_until_done (entry, wait_s, refusal)) {
      use = g_new (RtspUse, 1);
      use->entry = entry;
    } else {
      release (entry);
    }
  }
  g_mutex_unlock (&book->lock);
  /* Never under the lock: it may be the last one, and the book's too. */
  if (use == NULL && entry != NULL)
    unref_entry (entry);
  return use;
}

RtspUse *
rtsp_book_find (RtspBook *book, const char *id)
{
  RtspUse *use = NULL;
  Entry *entry;

  g_mutex_lock (&book->lock);
  entry = g_hash_table_lookup (book->entries, id);
  if (entry != NULL && entry->done) {
    entry->n_uses++;
    use = g_new (RtspUse, 1);
    use->entry = g_atomic_rc_box_acquire (entry);
  }
  g_mutex_unlock (&book->lock);
  return use;
}

void
rtsp_use_free (RtspUse *use)
{
  RtspBook *book = use->entry->book;

  g_mutex_lock (&book->lock);
  release (use->entry);
  g_mutex_unlock (&book->lock);
  unref_entry (use->entry);
  g_free (use);
}

const char *
rtsp_use_get_id (RtspUse *use)
{
  return use->entry->id;
}

GBytes *
rtsp_use_get_gif (RtspUse *use)
{
  return use->entry->gif;
}

guint
rtsp_book_count_entries (RtspBook *book)
{
  guint n;

  g_mutex_lock (&book->lock);
  n = g_hash_table_size (book->entries);
  g_mutex_unlock (&book->lock);
  return n;
}

guint
rtsp_book_count_uses (RtspBook *book)
{
  GHashTableIter iter;
  Entry *entry;
  guint n = 0;

  g_mutex_lock (&book->lock);
  g_hash_table_iter_init (&iter, book->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    n += entry->n_uses;
  g_mutex_unlock (&book->lock);
  return n;
}
