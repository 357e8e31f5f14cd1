/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstvccontext.h"
#include "gstvcheaders.h"
#include "gstvcmessages.h"
#include "gstvcquery.h"
#include "gstvctags.h"
#include "gstvisioncraftgifsrcprivate.h"

GST_DEBUG_CATEGORY_EXTERN (visioncraftgifsrc_debug);
#define GST_CAT_DEFAULT visioncraftgifsrc_debug

#define GIF_CAPS "image/gif"

static gpointer parent_class;

VcJob *
gst_visioncraft_gif_src_ref_job (GstVisioncraftGifSrc *self)
{
  VcJob *job;

  GST_OBJECT_LOCK (self);
  job = self->job != NULL ? vc_job_ref (self->job) : NULL;
  GST_OBJECT_UNLOCK (self);
  return job;
}

static void
fail_start (GstVisioncraftGifSrc *self, const GError *error)
{
  g_auto (VcReport) report = { 0 };

  gst_vc_post_error (GST_ELEMENT (self), error, &report);
}

/* --- A run --- */

/* The settings of this run, checked; NULL after an error message. */
static VcRequest *
take_settings (GstVisioncraftGifSrc *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *warning = NULL;
  g_autoptr (VcRequest) request = NULL;
  gboolean send_tags;

  GST_OBJECT_LOCK (self);
  self->error_posted = FALSE;
  request = gst_vc_settings_snapshot (&self->settings);
  send_tags = self->settings.send_tags;
  self->tag_location = self->settings.tag_location;
  GST_OBJECT_UNLOCK (self);

  if (!gst_vc_settings_complete (request, &warning, &error)) {
    fail_start (self, error);
    return NULL;
  }
  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", warning), (NULL));
  request->session = gst_vc_context_find_session (GST_ELEMENT (self));
  self->tags = send_tags ? gst_vc_tags_new (request) : NULL;
  self->announced = FALSE;
  return g_steal_pointer (&request);
}

/* In the application's thread: checks and launches, nothing that waits. */
static gboolean
gst_visioncraft_gif_src_start (GstBaseSrc *src)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  VcRequest *request = take_settings (self);

  if (request == NULL)
    return FALSE;

  GST_INFO_OBJECT (self, "asking %s, sampler %s, cfg-scale %d, steps %d",
      request->api_url, request->sampler, request->cfg_scale, request->steps);
  GST_LOG_OBJECT (self, "prompt: %s", request->prompt);
  self->news = gst_vc_news_new (GST_ELEMENT (self));
  gst_vc_news_open (self->news);

  GST_OBJECT_LOCK (self);
  if (self->client == NULL)
    self->client = vc_client_get ();
  self->job = vc_client_start (self->client, request, gst_vc_news_tell,
      gst_vc_news_ref (self->news), gst_vc_news_unref);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_visioncraft_gif_src_stop (GstBaseSrc *src)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  g_autoptr (VcJob) job = gst_visioncraft_gif_src_ref_job (self);
  g_autoptr (GstVcNews) news = g_steal_pointer (&self->news);
  g_auto (VcReport) report = { 0 };
  GstStructure *stats;

  vc_job_cancel (job);
  vc_job_get_report (job, &report);
  stats = gst_vc_stats_new (&report);
  GST_DEBUG_OBJECT (self, "stopped in phase %s", vc_phase_name (report.phase));

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->job, vc_job_unref);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  self->last_stats = stats;
  GST_OBJECT_UNLOCK (self);

  /* No buffer may have come. */
  if (self->ahead_probe != 0)
    gst_pad_remove_probe (GST_BASE_SRC_PAD (self), self->ahead_probe);
  self->ahead_probe = 0;
  g_clear_pointer (&self->headers, gst_structure_free);
  gst_clear_tag_list (&self->tags);
  gst_vc_news_close (news, &report);
  return TRUE;
}

/* An application that sends EOS during a generation does not wait for it; who
 * waits for the progress to end, as gst-launch-1.0 -e does, must not either. The
 * job goes on: a seek would bring its bytes. */
static gboolean
gst_visioncraft_gif_src_send_event (GstElement *element, GstEvent *event)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (element);
  gboolean is_eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  gboolean sent = GST_ELEMENT_CLASS (parent_class)->send_event (element, event);
  g_autoptr (VcJob) job = gst_visioncraft_gif_src_ref_job (self);
  g_auto (VcReport) report = { 0 };

  /* The caller holds the state lock, so the run does not end meanwhile. */
  if (is_eos && job != NULL) {
    vc_job_get_report (job, &report);
    gst_vc_news_give_up (self->news, &report);
  }
  return sent;
}

static gboolean
set_flushing (GstBaseSrc *src, gboolean flushing)
{
  g_autoptr (VcJob) job =
      gst_visioncraft_gif_src_ref_job (GST_VISIONCRAFT_GIF_SRC (src));

  GST_DEBUG_OBJECT (src, "%s", flushing ? "woken up" : "may wait again");
  if (job != NULL)
    vc_body_set_flushing (vc_job_get_body (job), flushing);
  return TRUE;
}

static gboolean
gst_visioncraft_gif_src_unlock (GstBaseSrc *src)
{
  return set_flushing (src, TRUE);
}

static gboolean
gst_visioncraft_gif_src_unlock_stop (GstBaseSrc *src)
{
  return set_flushing (src, FALSE);
}

/* gdkpixbufdec and others decode GIFs but do not name image/gif: what
 * downstream does not accept is not announced. */
static gboolean
gst_visioncraft_gif_src_negotiate (GstBaseSrc *src)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (GIF_CAPS);

  if (gst_pad_peer_query_accept_caps (GST_BASE_SRC_PAD (src), caps)) {
    GST_DEBUG_OBJECT (src, "announcing " GIF_CAPS);
    return gst_base_src_set_caps (src, caps);
  }
  GST_DEBUG_OBJECT (src,
      "downstream does not accept " GIF_CAPS ": pushing bytes without caps");
  return TRUE;
}

/* Right before the first buffer, and so behind the segment. The base class has
 * no way that will do: it drops custom events, and gst_element_send_event()
 * takes the state lock, which set_state() holds while it waits for us. */
static GstPadProbeReturn
push_ahead (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstVisioncraftGifSrc *self = data;

  self->ahead_probe = 0;
  if (self->tags != NULL)
    gst_pad_push_event (pad, gst_event_new_tag (g_steal_pointer (&self->tags)));
  if (self->headers != NULL)
    gst_pad_push_event (pad,
        gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
            g_steal_pointer (&self->headers)));
  return GST_PAD_PROBE_REMOVE;
}

/* Prepares what goes ahead of the first bytes, which are there. */
static void
announce (GstVisioncraftGifSrc *self)
{
  g_auto (VcReport) report = { 0 };
  const char *location = NULL;

  vc_job_get_report (self->job, &report);
  self->headers = gst_vc_headers_new (&report);
  if (self->tag_location && report.images != NULL && report.images->len > 0)
    location = g_ptr_array_index (report.images, 0);
  if (self->tags != NULL) {
    gst_vc_tags_complete (self->tags, location);
    GST_LOG_OBJECT (self, "%" GST_PTR_FORMAT, (void *) self->tags);
  }
  GST_DEBUG_OBJECT (self, "first bytes, behind %s and %s",
      self->tags != NULL ? "tags" : "no tags",
      self->headers != NULL ? "response headers" : "no headers");
  self->ahead_probe = gst_pad_add_probe (GST_BASE_SRC_PAD (self),
      GST_PAD_PROBE_TYPE_BUFFER, push_ahead, self, NULL);
}

static GstFlowReturn
gst_visioncraft_gif_src_create (GstPushSrc *src, GstBuffer **ret_buffer)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  g_autoptr (GBytes) bytes = NULL;

  if (self->offset >= self->stop_offset)
    return GST_FLOW_EOS;

  /* The job lives from start() to stop(), and with it this thread. */
  switch (vc_body_read (vc_job_get_body (self->job), self->offset,
      MIN (self->stop_offset - self->offset, G_MAXSIZE), &bytes, NULL)) {
    case VC_READ_DATA:
      break;
    case VC_READ_END:
      GST_DEBUG_OBJECT (
          self, "the end, after %" G_GUINT64_FORMAT " bytes", self->offset);
      return GST_FLOW_EOS;
    case VC_READ_FLUSHING:
      return GST_FLOW_FLUSHING;
    case VC_READ_ERROR:
    default:
      return GST_FLOW_ERROR; /* the job's event has posted it */
  }

  if (!self->announced)
    announce (self);
  self->announced = TRUE;

  GST_LOG_OBJECT (self, "%" G_GSIZE_FORMAT " bytes from %" G_GUINT64_FORMAT,
      g_bytes_get_size (bytes), self->offset);
  *ret_buffer = gst_buffer_new_wrapped_bytes (bytes);
  GST_BUFFER_OFFSET (*ret_buffer) = self->offset;
  self->offset += g_bytes_get_size (bytes);
  GST_BUFFER_OFFSET_END (*ret_buffer) = self->offset;
  return GST_FLOW_OK;
}

static gboolean
gst_visioncraft_gif_src_is_seekable (GstBaseSrc *src)
{
  return TRUE;
}

/* What is known now; nothing here waits. FALSE while the total is unknown. */
static gboolean
gst_visioncraft_gif_src_get_size (GstBaseSrc *src, guint64 *ret_size)
{
  g_autoptr (VcJob) job =
      gst_visioncraft_gif_src_ref_job (GST_VISIONCRAFT_GIF_SRC (src));

  if (job == NULL)
    return FALSE;
  vc_body_get_size (vc_job_get_body (job), ret_size);
  return *ret_size > 0;
}

/* Anywhere in the bytes that are there or still to come. */
static gboolean
gst_visioncraft_gif_src_do_seek (GstBaseSrc *src, GstSegment *segment)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  guint64 size;

  if (segment->format != GST_FORMAT_BYTES || segment->rate <= 0)
    return FALSE;
  if (gst_visioncraft_gif_src_get_size (src, &size) && segment->start > size)
    return FALSE;

  GST_DEBUG_OBJECT (src, "from byte %" G_GUINT64_FORMAT, segment->start);
  segment->time = segment->start;
  self->offset = segment->position = segment->start;
  self->stop_offset = segment->stop;
  return TRUE;
}

static gboolean
gst_visioncraft_gif_src_query (GstBaseSrc *src, GstQuery *query)
{
  guint64 size;

  if (!gst_vc_query_is_ours (query))
    return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
  if (!gst_visioncraft_gif_src_get_size (src, &size))
    size = 0;
  return gst_vc_query_answer (query, size);
}

void
gst_visioncraft_gif_src_install_run (GstVisioncraftGifSrcClass *klass)
{
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_class = GST_PUSH_SRC_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);
  GST_ELEMENT_CLASS (klass)->send_event = gst_visioncraft_gif_src_send_event;
  base_class->start = gst_visioncraft_gif_src_start;
  base_class->stop = gst_visioncraft_gif_src_stop;
  base_class->unlock = gst_visioncraft_gif_src_unlock;
  base_class->unlock_stop = gst_visioncraft_gif_src_unlock_stop;
  base_class->negotiate = gst_visioncraft_gif_src_negotiate;
  base_class->is_seekable = gst_visioncraft_gif_src_is_seekable;
  base_class->get_size = gst_visioncraft_gif_src_get_size;
  base_class->do_seek = gst_visioncraft_gif_src_do_seek;
  base_class->query = gst_visioncraft_gif_src_query;
  push_class->create = gst_visioncraft_gif_src_create;
}
