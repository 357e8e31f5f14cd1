/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcreporter.h"

#include "gstvcheaders.h"
#include "gstvcmessages.h"

GST_DEBUG_CATEGORY_EXTERN (visioncraftjob_debug);
#define GST_CAT_DEFAULT visioncraftjob_debug

/* The longest that the end of a run waits for news that are being told: an
 * application that handles them may be waiting for that very end. */
#define LAST_WORDS_US (50 * 1000)

struct _GstVcNews
{
  gatomicrefcount refs;
  GWeakRef element;

  GMutex lock;
  GCond cond;
  /* lock */
  gboolean open;   /* START was posted, no terminal message yet */
  gboolean closed; /* the run is over */
  GThread *teller; /* who is telling now, and holds the element; NULL: nobody */

  /* Network thread: what the log has told. */
  VcPhase phase;
  guint retries;
};

GstVcNews *
gst_vc_news_new (GstElement *element)
{
  GstVcNews *news = g_new0 (GstVcNews, 1);

  g_atomic_ref_count_init (&news->refs);
  g_weak_ref_init (&news->element, element);
  g_mutex_init (&news->lock);
  g_cond_init (&news->cond);
  return news;
}

GstVcNews *
gst_vc_news_ref (GstVcNews *news)
{
  g_atomic_ref_count_inc (&news->refs);
  return news;
}

void
gst_vc_news_unref (gpointer data)
{
  GstVcNews *news = data;

  if (!g_atomic_ref_count_dec (&news->refs))
    return;
  g_weak_ref_clear (&news->element);
  g_mutex_clear (&news->lock);
  g_cond_clear (&news->cond);
  g_free (news);
}

/* The one door for progress. */
static void
post_progress (GstVcNews *news, GstElement *element, GstProgressType type,
    const VcReport *report)
{
  gboolean open;

  g_mutex_lock (&news->lock);
  open = news->open;
  if (type != GST_PROGRESS_TYPE_CONTINUE)
    news->open = FALSE;
  g_mutex_unlock (&news->lock);

  if (open)
    gst_vc_post_progress (element, type, report);
}

void
gst_vc_news_open (GstVcNews *news)
{
  g_autoptr (GstElement) element = g_weak_ref_get (&news->element);
  g_auto (VcReport) nothing = { 0 };

  g_mutex_lock (&news->lock);
  news->open = TRUE;
  g_mutex_unlock (&news->lock);
  if (element != NULL)
    gst_vc_post_progress (element, GST_PROGRESS_TYPE_START, &nothing);
}

/* What has changed since the last news, which come once a second at least. */
static void
log_changes (GstVcNews *news, GstElement *element, const VcReport *report)
{
  if (report->retries > news->retries)
    GST_INFO_OBJECT (
        element, "a request was repeated, %u in all", report->retries);
  if (report->phase != news->phase)
    GST_DEBUG_OBJECT (element, "phase %s after %.1f s",
        vc_phase_name (report->phase), report->waited_s);
  news->retries = report->retries;
  news->phase = report->phase;
}

static void
tell (GstVcNews *news, GstElement *element, VcJobEvent event,
    const GError *error, const VcReport *report)
{
  switch (event) {
    case VC_JOB_TICK:
      post_progress (news, element, GST_PROGRESS_TYPE_CONTINUE, report);
      break;
    case VC_JOB_GENERATED:
      GST_INFO_OBJECT (element,
          "generated: HTTP status %u, connected in %.2f s, waited %.1f s",
          report->status, report->connect_s, report->generate_s);
      break;
    case VC_JOB_HEADERS:
      GST_INFO_OBJECT (element,
          "the GIF begins: HTTP status %u, %" G_GUINT64_FORMAT
          " bytes (0: unknown)",
          report->status, report->total);
      gst_element_post_message (element,
          gst_message_new_element (
              GST_OBJECT (element), gst_vc_headers_new (report)));
      post_progress (news, element, GST_PROGRESS_TYPE_CONTINUE, report);
      break;
    case VC_JOB_DONE:
      GST_INFO_OBJECT (element,
          "downloaded %" G_GUINT64_FORMAT " bytes in %.2f s", report->bytes,
          report->download_s);
      gst_vc_post_generated (element, report);
      post_progress (news, element, GST_PROGRESS_TYPE_COMPLETE, report);
      break;
    case VC_JOB_FAILED:
      gst_vc_post_error (element, error, report);
      post_progress (news, element, GST_PROGRESS_TYPE_ERROR, report);
      break;
  }
}

static void
tell_element (
    GstVcNews *news, VcJob *job, VcJobEvent event, const GError *error)
{
  g_autoptr (GstElement) element = g_weak_ref_get (&news->element);
  g_auto (VcReport) report = { 0 };

  if (element == NULL)
    return;
  vc_job_get_report (job, &report);
  log_changes (news, element, &report);
  tell (news, element, event, error, &report);
}

/* On the network thread; may drop the element's last reference. */
void
gst_vc_news_tell (
    VcJob *job, VcJobEvent event, const GError *error, gpointer data)
{
  GstVcNews *news = data;
  gboolean closed;

  g_mutex_lock (&news->lock);
  closed = news->closed;
  news->teller = g_thread_self ();
  g_mutex_unlock (&news->lock);

  if (!closed)
    tell_element (news, job, event, error);

  g_mutex_lock (&news->lock);
  news->teller = NULL;
  g_cond_broadcast (&news->cond);
  g_mutex_unlock (&news->lock);
}

void
gst_vc_news_give_up (GstVcNews *news, const VcReport *report)
{
  g_autoptr (GstElement) element = g_weak_ref_get (&news->element);

  if (element != NULL)
    post_progress (news, element, GST_PROGRESS_TYPE_CANCELED, report);
}

void
gst_vc_news_close (GstVcNews *news, const VcReport *report)
{
  gint64 deadline = g_get_monotonic_time () + LAST_WORDS_US;

  g_mutex_lock (&news->lock);
  news->closed = TRUE;
  while (news->teller != NULL && news->teller != g_thread_self ()
      && g_cond_wait_until (&news->cond, &news->lock, deadline))
    ;
  g_mutex_unlock (&news->lock);
  gst_vc_news_give_up (news, report);
}
