/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspstore.h"

#include "ratelimit.h"

/* For who asked for something that is not ready in time. */
#define RETRY_AFTER_S 10

/* How often it looks whether who waits is still there. */
#define LOOK_INTERVAL_US (200 * G_TIME_SPAN_MILLISECOND)

/* The name under which all clients are counted. */
#define ALL "all"

/* One address. All fields but @id and @address are under the store's lock. */
typedef struct
{
  RtspStore *store; /* a reference */
  char *id;
  RtspAddress *address;

  guint n_uses;      /* RtspUse, and threads that wait for one */
  gboolean expected; /* somebody was told to ask again */
  gboolean done;     /* @gif or @refusal says how it went */
  gint64 idle_since; /* monotonic time when @n_uses became 0 */
  GBytes *gif;       /* NULL: it failed */
  RtspRefusal refusal;
} Entry;

struct _RtspStore
{
  char *api_url, *token, *cache_dir;
  RtspLimits limits;
  RtspStoreGone gone;
  gpointer gone_data;
  GCancellable *closed;

  GMutex lock;
  GCond changed;
  GHashTable *entries; /* id to Entry; a reference of each */
  guint n_running;     /* threads that generate, or wait for their turn */
  guint n_jobs;        /* those whose turn it is */
  RateLimit *rate, *total_rate;
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
  rtsp_store_unref (entry->store);
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
new_entry (RtspStore *store, const RtspAddress *address)
{
  Entry *entry = g_atomic_rc_box_new0 (Entry);

  entry->store = rtsp_store_ref (store);
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

/* --- Store --- */

RtspStore *
rtsp_store_new (const RtspService *service, const RtspLimits *limits,
    RtspStoreGone gone, gpointer data)
{
  RtspStore *store = g_atomic_rc_box_new0 (RtspStore);

  store->api_url = g_strdup (service->api_url);
  store->token = g_strdup (service->token);
  store->cache_dir = g_strdup (service->cache_dir);
  store->limits = *limits;
  store->rate = rate_limit_new (limits->rate);
  store->total_rate = rate_limit_new (limits->total_rate);
  store->gone = gone;
  store->gone_data = data;
  store->closed = g_cancellable_new ();
  g_mutex_init (&store->lock);
  g_cond_init (&store->changed);
  store->entries =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_entry);
  return store;
}

static void
clear_store (gpointer data)
{
  RtspStore *store = data;

  g_hash_table_unref (store->entries);
  g_object_unref (store->closed);
  g_cond_clear (&store->changed);
  g_mutex_clear (&store->lock);
  g_free (store->api_url);
  g_free (store->token);
  g_free (store->cache_dir);
  rate_limit_free (store->rate);
  rate_limit_free (store->total_rate);
}

RtspStore *
rtsp_store_ref (RtspStore *store)
{
  return g_atomic_rc_box_acquire (store);
}

void
rtsp_store_unref (RtspStore *store)
{
  g_atomic_rc_box_release_full (store, clear_store);
}

void
rtsp_store_close (RtspStore *store)
{
  g_autoptr (GHashTable) entries = NULL;

  g_cancellable_cancel (store->closed);
  g_mutex_lock (&store->lock);
  g_cond_broadcast (&store->changed);
  while (store->n_running > 0)
    g_cond_wait (&store->changed, &store->lock);
  /* They refer to the store, and it to them. */
  entries = store->entries;
  store->entries = g_hash_table_new (g_str_hash, g_str_equal);
  g_mutex_unlock (&store->lock);
}

/* --- Generating --- */

/* Called with @lock held. */
static gboolean
is_wanted (const Entry *entry)
{
  return entry->n_uses > 0 || entry->expected;
}

static gboolean
ask_wanted (gpointer data)
{
  Entry *entry = data;
  gboolean wanted;

  g_mutex_lock (&entry->store->lock);
  wanted = is_wanted (entry);
  g_mutex_unlock (&entry->store->lock);
  return wanted;
}

/* Called with @lock held. FALSE and @refusal: it is not to be made any more. */
static gboolean
wait_for_turn (Entry *entry, RtspRefusal *refusal)
{
  RtspStore *store = entry->store;

  while (store->n_jobs >= store->limits.max_jobs && is_wanted (entry)
      && !g_cancellable_is_cancelled (store->closed))
    g_cond_wait (&store->changed, &store->lock);
  if (is_wanted (entry) && !g_cancellable_is_cancelled (store->closed))
    return TRUE;
  return rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
      "Nobody waits for it any more.");
}

static GBytes *
generate_in_turn (Entry *entry, RtspRefusal *refusal)
{
  RtspStore *store = entry->store;
  const RtspService service = { store->api_url, store->token,
    store->cache_dir };
  GBytes *gif = NULL;

  g_mutex_lock (&store->lock);
  if (wait_for_turn (entry, refusal)) {
    store->n_jobs++;
    g_mutex_unlock (&store->lock);
    gif = rtsp_generate (
        &service, entry->address, store->closed, ask_wanted, entry, refusal);
    g_mutex_lock (&store->lock);
    store->n_jobs--;
  }
  g_mutex_unlock (&store->lock);
  return gif;
}

static gpointer
generate (gpointer data)
{
  Entry *entry = data;
  RtspStore *store = entry->store;
  RtspRefusal refusal = { 0 };
  GBytes *gif = generate_in_turn (entry, &refusal);

  g_info ("%s: %s", entry->id, gif != NULL ? "generated" : refusal.reason);
  g_mutex_lock (&store->lock);
  entry->gif = gif;
  entry->refusal = refusal;
  entry->done = TRUE;
  entry->idle_since = g_get_monotonic_time ();
  /* The next one to ask tries again. */
  if (gif == NULL)
    g_hash_table_remove (store->entries, entry->id);
  store->n_running--;
  g_cond_broadcast (&store->changed);
  g_mutex_unlock (&store->lock);
  unref_entry (entry);
  return NULL;
}

/* Called with @lock held. NULL: all are in use. */
static Entry *
find_idlest (RtspStore *store)
{
  GHashTableIter iter;
  Entry *entry, *idlest = NULL;

  g_hash_table_iter_init (&iter, store->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry)) {
    if (entry->done && entry->n_uses == 0
        && (idlest == NULL || entry->idle_since < idlest->idle_since))
      idlest = entry;
  }
  return idlest;
}

/* Called with @lock held. */
static gboolean
make_place (RtspStore *store, RtspRefusal *refusal)
{
  Entry *idlest;

  if (g_hash_table_size (store->entries) < store->limits.max_entries)
    return TRUE;
  idlest = find_idlest (store);
  if (idlest == NULL)
    return rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
        "All %u places for animations are in use.", store->limits.max_entries);
  g_info ("%s: makes room", idlest->id);
  store->gone (idlest->id, store->gone_data);
  g_hash_table_remove (store->entries, idlest->id);
  return TRUE;
}

/* Called with @lock held. Counts one generation more, for him and for all. */
static gboolean
check_rate (RtspStore *store, const char *client, RtspRefusal *refusal)
{
  gint64 now_us = g_get_monotonic_time ();

  if (!rate_limit_allow (store->rate, client, now_us, &refusal->retry_after_s))
    return rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
        "Your address has asked for many animations; ask again later.");
  if (!rate_limit_allow (
          store->total_rate, ALL, now_us, &refusal->retry_after_s))
    return rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
        "Many animations have been asked for; ask again later.");
  return TRUE;
}

/* Called with @lock held. The entry is the store's. */
static Entry *
find_or_start (RtspStore *store, const RtspAddress *address, const char *client,
    RtspRefusal *refusal)
{
  Entry *entry = g_hash_table_lookup (store->entries, address->id);

  if (entry != NULL)
    return entry;
  if (g_cancellable_is_cancelled (store->closed)) {
    rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
        "The server is being shut down.");
    return NULL;
  }
  if (!make_place (store, refusal) || !check_rate (store, client, refusal))
    return NULL;

  g_info ("%s: being generated", address->id);
  entry = new_entry (store, address);
  g_hash_table_insert (store->entries, entry->id, entry);
  store->n_running++;
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
  g_cond_broadcast (&entry->store->changed);
}

/* Called with @lock held. */
static gboolean
wait_until_done (
    Entry *entry, const RtspAsker *asker, guint wait_s, RtspRefusal *refusal)
{
  RtspStore *store = entry->store;
  gint64 end = g_get_monotonic_time () + wait_s * G_TIME_SPAN_SECOND;

  while (!entry->done) {
    gint64 now = g_get_monotonic_time ();

    g_cond_wait_until (
        &store->changed, &store->lock, MIN (end, now + LOOK_INTERVAL_US));
    if (!entry->done && !asker->is_there (asker->data))
      return rtsp_refuse (
          refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE, "The client has left.");
    if (!entry->done && now >= end) {
      entry->expected = TRUE;
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
rtsp_store_open (RtspStore *store, const RtspAddress *address,
    const RtspAsker *asker, guint wait_s, RtspRefusal *refusal)
{
  RtspUse *use = NULL;
  Entry *entry;

  g_mutex_lock (&store->lock);
  entry = find_or_start (store, address, asker->key, refusal);
  if (entry != NULL) {
    g_atomic_rc_box_acquire (entry);
    entry->n_uses++;
    if (wait_until_done (entry, asker, wait_s, refusal)) {
      use = g_new (RtspUse, 1);
      use->entry = entry;
    } else {
      release (entry);
    }
  }
  g_mutex_unlock (&store->lock);
  /* Never under the lock: it may be the last one, and the store's too. */
  if (use == NULL && entry != NULL)
    unref_entry (entry);
  return use;
}

RtspUse *
rtsp_store_find (RtspStore *store, const char *id)
{
  RtspUse *use = NULL;
  Entry *entry;

  g_mutex_lock (&store->lock);
  entry = g_hash_table_lookup (store->entries, id);
  if (entry != NULL && entry->done) {
    entry->n_uses++;
    use = g_new (RtspUse, 1);
    use->entry = g_atomic_rc_box_acquire (entry);
  }
  g_mutex_unlock (&store->lock);
  return use;
}

void
rtsp_use_free (RtspUse *use)
{
  RtspStore *store = use->entry->store;

  g_mutex_lock (&store->lock);
  release (use->entry);
  g_mutex_unlock (&store->lock);
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
rtsp_store_count_entries (RtspStore *store)
{
  guint n;

  g_mutex_lock (&store->lock);
  n = g_hash_table_size (store->entries);
  g_mutex_unlock (&store->lock);
  return n;
}

guint
rtsp_store_count_uses (RtspStore *store)
{
  GHashTableIter iter;
  Entry *entry;
  guint n = 0;

  g_mutex_lock (&store->lock);
  g_hash_table_iter_init (&iter, store->entries);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &entry))
    n += entry->n_uses;
  g_mutex_unlock (&store->lock);
  return n;
}
