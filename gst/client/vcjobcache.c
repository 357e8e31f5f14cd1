/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vccache.h"
#include "vcjob-private.h"

#include <string.h>

/* A job with a cache: it waits for others that want the same, looks, and where
 * nothing is there, keeps what comes. What waits for the disk has a thread of
 * its own, and never runs on the network thread. */

#define BUSY_MS 100

static void
warn (VcJob *job, const GError *error)
{
  vc_job_emit (job, VC_JOB_WARNING, error);
}

static void
generate (VcJob *job)
{
  g_autoptr (GError) error = NULL;

  if (vc_request_check_token (job->request, &error))
    vc_job_generate (job);
  else
    vc_job_finish (job, error);
}

/* --- Keeping --- */

/* What a thread does for a job. It outlives the run, and so does the lock. */
typedef struct _Work Work;
struct _Work
{
  VcJob *job;
  VcCache *cache;
  void (*function) (Work *work);
  void (*done) (VcJob *job, Work *work); /* in a job that still runs */
  VcCacheEntry entry;
  GError *error;
};

static void
work_free (gpointer data)
{
  Work *work = data;

  vc_cache_entry_clear (&work->entry);
  g_clear_pointer (&work->cache, vc_cache_unref);
  g_clear_error (&work->error);
  vc_job_unref (work->job);
  g_free (work);
}

static gboolean
on_done (gpointer data)
{
  Work *work = data;

  if (vc_job_is_running (work->job))
    work->done (work->job, work);
  return G_SOURCE_REMOVE;
}

static gpointer
work_thread (gpointer data)
{
  Work *work = data;
  g_autoptr (GSource) source = NULL;

  work->function (work);
  /* The next one need not wait for the network thread, which may be gone. */
  g_clear_pointer (&work->cache, vc_cache_unref);
  if (g_atomic_int_get (&work->job->cancelled)) {
    work_free (work);
    return NULL;
  }
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_done, work, work_free);
  g_source_attach (source, work->job->context);
  return NULL;
}

static void
run_elsewhere (VcJob *job, void (*function) (Work *work),
    void (*done) (VcJob *job, Work *work))
{
  Work *work = g_new0 (Work, 1);
  GThread *thread;

  work->job = vc_job_ref (job);
  work->cache = vc_cache_ref (job->cache);
  work->function = function;
  work->done = done;
  thread = g_thread_try_new ("visioncraft-disk", work_thread, work, NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    work_thread (work); /* late is better than not at all */
}

static void
store (Work *work)
{
  g_autoptr (GPtrArray) slices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_auto (VcReport) report = { 0 };
  guint64 offset = 0;
  GBytes *slice;

  while ((slice = vc_body_peek (work->job->body, offset)) != NULL) {
    g_ptr_array_add (slices, slice);
    offset += g_bytes_get_size (slice);
  }
  vc_job_get_report (work->job, &report);
  vc_cache_store (work->cache, slices, report.images, &work->error);
}

static void
on_stored (VcJob *job, Work *work)
{
  if (work->error != NULL)
    warn (job, work->error);
  vc_job_finish (job, NULL);
}

/* All bytes are there. */
static void
keep (VcJob *job)
{
  job->keeper = NULL;
  vc_job_end_transfer (job);
  run_elsewhere (job, store, on_stored);
}

static void
keep_address (VcJob *job, const char *address)
{
  g_autoptr (GError) error = NULL;

  if (!vc_cache_store_address (job->cache, address, &error))
    warn (job, error);
}

/* --- What waited at an address --- */

static gboolean
on_generate_anew (gpointer data)
{
  VcJob *job = data;

  vc_job_end_transfer (job);
  generate (job);
  return G_SOURCE_REMOVE;
}

/* The address leads nowhere any more, which is no reason to give up for who may
 * ask the service: nothing was asked of it yet. Anything else may pass, and the
 * GIF be there. */
static gboolean
generate_anew (VcJob *job, const GError *error)
{
  switch (error->code) {
    case VC_ERROR_NOT_FOUND:
    case VC_ERROR_NOT_AUTHORIZED:
    case VC_ERROR_REFUSED:
    case VC_ERROR_REDIRECT:
    case VC_ERROR_REPLY:
    case VC_ERROR_NOT_GIF:
      break;
    default:
      return FALSE;
  }
  if (!job->is_from_cache || !vc_request_check_token (job->request, NULL)
      || !vc_body_restart (job->body))
    return FALSE;
  job->is_from_cache = FALSE;
  vc_job_forget_download (job);
  vc_job_wait (job, 0, on_generate_anew);
  return TRUE;
}

static const VcJobKeeper keeper = {
  .address = keep_address,
  .whole = keep,
  .failed = generate_anew,
};

/* --- Looking --- */

static gboolean
fill_body (VcBody *body, GBytes *gif, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (gif, &size);

  return vc_body_expect (body, size, error)
      && vc_body_append (body, data, size, error)
      && vc_body_check_end (body, error);
}

static void
load (Work *work)
{
  VcJob *job = work->job;

  if (vc_cache_load (
          work->cache, job->request->max_size, &work->entry, &work->error)
      && work->entry.gif != NULL)
    fill_body (job->body, work->entry.gif, &work->error);
}

static void
use_entry (VcJob *job, VcCacheEntry *entry)
{
  g_autoptr (GUri) address = entry->address != NULL
      ? g_uri_parse (entry->address, SOUP_HTTP_URI_FLAGS, NULL)
      : NULL;

  if (entry->gif != NULL) {
    vc_job_note_cached (job, g_steal_pointer (&entry->images));
    vc_job_finish (job, NULL);
    return;
  }
  job->keeper = &keeper;
  if (address == NULL) {
    generate (job);
    return;
  }
  job->is_from_cache = TRUE;
  vc_job_find_base (job);
  vc_job_download (job, address);
}

static void
on_loaded (VcJob *job, Work *work)
{
  if (work->error != NULL)
    vc_job_finish (job, work->error);
  else
    use_entry (job, &work->entry);
}

/* Who wants the same at the same time waits for the first one. */
static gboolean
on_try (gpointer data)
{
  VcJob *job = data;

  if (vc_cache_try_lock (job->cache))
    run_elsewhere (job, load, on_loaded);
  else
    vc_job_wait (job, BUSY_MS, on_try);
  return G_SOURCE_REMOVE;
}

void
vc_job_run (VcJob *job)
{
  g_autoptr (GError) error = NULL;

  if (job->request->cache_dir != NULL) {
    job->cache = vc_cache_open (job->request, &error);
    if (job->cache != NULL) {
      on_try (job);
      return;
    }
    warn (job, error);
  }
  generate (job);
}
