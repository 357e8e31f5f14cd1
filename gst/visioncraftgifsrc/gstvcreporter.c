/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvcreporter.h"

#include "gstvcmessages.h"

GST_DEBUG_CATEGORY_EXTERN (visioncraftclient_debug);
#define GST_CAT_DEFAULT visioncraftclient_debug

/* The longest that the end of a run waits for a message that is being posted:
 * an application that handles it may be waiting for that very end. */
#define POSTING_LIMIT_US (50 * 1000)

struct _GstVcReporter
{
  gatomicrefcount refs;
  GWeakRef element;

  GMutex lock;
  GCond cond;
  /* lock */
  gboolean open;   /* START was posted, no terminal message yet */
  gboolean closed; /* the run is over */
  GThread *poster; /* who is posting now, and holds the element; NULL: nobody */

  /* Network thread: what the log has. */
  VcPhase phase;
  guint retries;
};

GstVcReporter *
gst_vc_reporter_new (GstElement *element)
{
  GstVcReporter *reporter = g_new0 (GstVcReporter, 1);

  g_atomic_ref_count_init (&reporter->refs);
  g_weak_ref_init (&reporter->element, element);
  g_mutex_init (&reporter->lock);
  g_cond_init (&reporter->cond);
  return reporter;
}

GstVcReporter *
gst_vc_reporter_ref (GstVcReporter *reporter)
{
  g_atomic_ref_count_inc (&reporter->refs);
  return reporter;
}

void
gst_vc_reporter_unref (gpointer data)
{
  GstVcReporter *reporter = data;

  if (!g_atomic_ref_count_dec (&reporter->refs))
    return;
  g_weak_ref_clear (&reporter->element);
  g_mutex_clear (&reporter->lock);
  g_cond_clear (&reporter->cond);
  g_free (reporter);
}

/* All progress messages but START pass here. */
static void
post_progress (GstVcReporter *reporter, GstElement *element,
    GstProgressType type, const VcReport *report)
{
  gboolean open;

  g_mutex_lock (&reporter->lock);
  open = reporter->open;
  if (type != GST_PROGRESS_TYPE_CONTINUE)
    reporter->open = FALSE;
  g_mutex_unlock (&reporter->lock);

  if (open)
    gst_vc_post_progress (element, type, report);
}

void
gst_vc_reporter_start (GstVcReporter *reporter)
{
  g_autoptr (GstElement) element = g_weak_ref_get (&reporter->element);
  g_auto (VcReport) nothing = { 0 };

  g_mutex_lock (&reporter->lock);
  reporter->open = TRUE;
  g_mutex_unlock (&reporter->lock);
  if (element != NULL)
    gst_vc_post_progress (element, GST_PROGRESS_TYPE_START, &nothing);
}

/* What has changed since the last report, which comes once a second at least. */
static void
log_changes (
    GstVcReporter *reporter, GstElement *element, const VcReport *report)
{
  if (report->retries > reporter->retries)
    GST_INFO_OBJECT (
        element, "a request was repeated, %u in all", report->retries);
  if (report->phase != reporter->phase)
    GST_DEBUG_OBJECT (element, "phase %s after %.1f s",
        vc_phase_name (report->phase), report->waited_s);
  reporter->retries = report->retries;
  reporter->phase = report->phase;
}

static void
post_event (GstVcReporter *reporter, GstElement *element, VcJobEvent event,
    const GError *error, const VcReport *report)
{
  switch (event) {
    case VC_JOB_TICK:
      post_progress (reporter, element, GST_PROGRESS_TYPE_CONTINUE, report);
      break;
    case VC_JOB_GENERATED:
      GST_INFO_OBJECT (element,
          "generated: HTTP status %u, connected in %.2f s, waited %.1f s",
          report->status, report->connect_s, report->generate_s);
      gst_vc_post_reply (element, report);
      break;
    case VC_JOB_HEADERS:
      GST_INFO_OBJECT (element,
          "the GIF begins: HTTP status %u, %" G_GUINT64_FORMAT
          " bytes (0: unknown)",
          report->status, report->total);
      gst_element_post_message (element,
          gst_message_new_element (
              GST_OBJECT (element), gst_vc_headers_new (report)));
      post_progress (reporter, element, GST_PROGRESS_TYPE_CONTINUE, report);
      break;
    case VC_JOB_WARNING:
      GST_ELEMENT_WARNING (
          element, RESOURCE, WRITE, ("%s", error->message), (NULL));
      break;
    case VC_JOB_DONE:
      GST_INFO_OBJECT (element, "%s %" G_GUINT64_FORMAT " bytes in %.2f s",
          report->cached ? "found in cache-dir:" : "downloaded", report->bytes,
          report->download_s);
      gst_vc_post_generated (element, report);
      post_progress (reporter, element, GST_PROGRESS_TYPE_COMPLETE, report);
      break;
    case VC_JOB_FAILED:
      gst_vc_post_error (element, error, report);
      post_progress (reporter, element, GST_PROGRESS_TYPE_ERROR, report);
      break;
  }
}

static void
report_event (
    GstVcReporter *reporter, VcJob *job, VcJobEvent event, const GError *error)
{
  g_autoptr (GstElement) element = g_weak_ref_get (&reporter->element);
  g_auto (VcReport) report = { 0 };

  if (element == NULL)
    return;
  vc_job_get_report (job, &report);
  log_changes (reporter, element, &report);
  post_event (reporter, element, event, error, &report);
}

/* On the network thread; may drop the element's last reference. */
void
gst_vc_reporter_notify (
    VcJob *job, VcJobEvent event, const GError *error, gpointer data)
{
  GstVcReporter *reporter = data;
  gboolean closed;

  g_mutex_lock (&reporter->lock);
  closed = reporter->closed;
  reporter->poster = g_thread_self ();
  g_mutex_unlock (&reporter->lock);

  if (!closed)
    report_event (reporter, job, event, error);

  g_mutex_lock (&reporter->lock);
  reporter->poster = NULL;
  g_cond_broadcast (&reporter->cond);
  g_mutex_unlock (&reporter->lock);
}

void
gst_vc_reporter_cancel (GstVcReporter *reporter, const VcReport *report)
{
  g_autoptr (GstElement) element = g_weak_ref_get (&reporter->element);

  if (element != NULL)
    post_progress (reporter, element, GST_PROGRESS_TYPE_CANCELED, report);
}

void
gst_vc_reporter_stop (GstVcReporter *reporter, const VcReport *report)
{
  gint64 deadline = g_get_monotonic_time () + POSTING_LIMIT_US;

  g_mutex_lock (&reporter->lock);
  reporter->closed = TRUE;
  while (reporter->poster != NULL && reporter->poster != g_thread_self ()
      && g_cond_wait_until (&reporter->cond, &reporter->lock, deadline))
    ;
  g_mutex_unlock (&reporter->lock);
  gst_vc_reporter_cancel (reporter, report);
}
