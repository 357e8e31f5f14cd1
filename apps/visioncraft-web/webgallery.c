/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webgallery.h"

#define BYTES_MAX (256u << 20)

/* Of those that are on the disk as well. */
#define N_IN_MEMORY 4

/* A page that lost its connection comes back within that time. */
#define FAILED_LIFETIME_S 30

struct _WebGallery
{
  guint n_max;
  WebStore *store;  /* NULL: only in memory */
  GHashTable *jobs; /* id to Entry */
  GQueue done;      /* of WebJob, the newest first, borrowed from jobs */
};

typedef struct
{
  WebGallery *gallery;
  WebJob *job;
  gulong changed_id;
  guint timeout_id;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_clear_handle_id (&entry->timeout_id, g_source_remove);
  if (entry->changed_id != 0)
    g_signal_handler_disconnect (entry->job, entry->changed_id);
  web_job_cancel (entry->job);
  g_object_unref (entry->job);
  g_free (entry);
}

static Entry *
add_entry (WebGallery *gallery, WebJob *job)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->gallery = gallery;
  entry->job = g_object_ref (job);
  g_hash_table_insert (gallery->jobs, (char *) web_job_get_id (job), entry);
  return entry;
}

static void
load (WebGallery *gallery)
{
  g_autoptr (GPtrArray) jobs = web_store_load (gallery->store);

  for (guint i = 0; i < jobs->len; i++) {
    add_entry (gallery, jobs->pdata[i]);
    g_queue_push_head (&gallery->done, jobs->pdata[i]);
  }
}

WebGallery *
web_gallery_new (guint n_max, WebStore *store)
{
  WebGallery *gallery = g_new0 (WebGallery, 1);

  gallery->n_max = n_max;
  gallery->store = store;
  gallery->jobs =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  g_queue_init (&gallery->done);
  if (store != NULL)
    load (gallery);
  return gallery;
}

void
web_gallery_free (WebGallery *gallery)
{
  g_queue_clear (&gallery->done);
  g_hash_table_unref (gallery->jobs);
  g_free (gallery);
}

static gsize
count_bytes (WebGallery *gallery)
{
  gsize size = 0;

  for (GList *l = gallery->done.head; l != NULL; l = l->next)
    size += web_job_get_size (l->data);
  return size;
}

/* The newest one stays, whatever its size. */
static void
drive_out (WebGallery *gallery)
{
  WebJob *old;

  if (gallery->store != NULL) {
    old = g_queue_peek_nth (&gallery->done, N_IN_MEMORY);
    if (old != NULL)
      web_job_forget_memory (old);
    return;
  }
  while (gallery->done.length > 1
      && (gallery->done.length > gallery->n_max
          || count_bytes (gallery) > BYTES_MAX)) {
    WebJob *job = g_queue_pop_tail (&gallery->done);

    g_hash_table_remove (gallery->jobs, web_job_get_id (job));
  }
}

static gboolean
on_failed_long_ago (gpointer data)
{
  Entry *entry = data;

  entry->timeout_id = 0;
  g_hash_table_remove (entry->gallery->jobs, web_job_get_id (entry->job));
  return G_SOURCE_REMOVE;
}

static void
on_changed (WebJob *job, gpointer data)
{
  Entry *entry = data;

  if (web_job_get_state (job) == WEB_JOB_DONE) {
    if (entry->gallery->store != NULL)
      web_store_add (entry->gallery->store, job);
    g_queue_push_head (&entry->gallery->done, job);
    drive_out (entry->gallery);
  } else if (web_job_is_finished (job)) {
    entry->timeout_id =
        g_timeout_add_seconds (FAILED_LIFETIME_S, on_failed_long_ago, entry);
  }
}

void
web_gallery_add (WebGallery *gallery, WebJob *job)
{
  Entry *entry = add_entry (gallery, job);

  entry->changed_id =
      g_signal_connect (job, "changed", G_CALLBACK (on_changed), entry);
}

void
web_gallery_remove (WebGallery *gallery, WebJob *job)
{
  g_queue_remove (&gallery->done, job);
  if (gallery->store != NULL)
    web_store_remove (gallery->store, job);
  g_hash_table_remove (gallery->jobs, web_job_get_id (job));
}

WebJob *
web_gallery_lookup (WebGallery *gallery, const char *id)
{
  Entry *entry = g_hash_table_lookup (gallery->jobs, id);

  return entry != NULL ? entry->job : NULL;
}

gboolean
web_gallery_is_working (WebGallery *gallery)
{
  GHashTableIter iter;
  gpointer entry;

  g_hash_table_iter_init (&iter, gallery->jobs);
  while (g_hash_table_iter_next (&iter, NULL, &entry)) {
    if (!web_job_is_finished (((Entry *) entry)->job))
      return TRUE;
  }
  return FALSE;
}

void
web_gallery_add_to (WebGallery *gallery, JsonBuilder *builder)
{
  guint n = 0;

  json_builder_begin_array (builder);
  for (GList *l = gallery->done.head; l != NULL && n < gallery->n_max;
       l = l->next, n++) {
    json_builder_begin_object (builder);
    web_job_add_to (l->data, builder);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}
