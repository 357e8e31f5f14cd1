/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-visioncraftgifsrc
 * @title: visioncraftgifsrc
 * @short_description: Generates an animated GIF from a prompt
 *
 * Asks VisionCraft's text-to-GIF service for an animated GIF that shows what
 * #GstVisioncraftGifSrc:prompt says, and pushes the GIF's bytes downstream as
 * they arrive. Each run from READY to PAUSED generates once; seeking and
 * flushing replay what was generated.
 *
 * The service wants an API key: put it into the environment variable
 * VISIONCRAFT_TOKEN or into a file for #GstVisioncraftGifSrc:token-file.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" ! filesink
 * location=fox.gif
 * ]| Saves the GIF.
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" ! gdkpixbufdec !
 * videoconvert ! pngenc ! filesink location=fox.png
 * ]| Saves the first frame as a PNG.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstvisioncraftgifsrc.h"

#include "gstvcmessages.h"
#include "gstvcsettings.h"
#include "vcclient.h"

GST_DEBUG_CATEGORY (visioncraftgifsrc_debug);
#define GST_CAT_DEFAULT visioncraftgifsrc_debug

#define GIF_CAPS "image/gif"

struct _GstVisioncraftGifSrc
{
  GstPushSrc parent;

  /* Object lock. */
  GstVcSettings settings;
  VcClient *client;         /* from the first start() to the end */
  VcJob *job;               /* start() to stop() */
  GstStructure *last_stats; /* of the run before */
  gboolean error_posted;    /* in this run */
  gboolean progress_open;   /* START was posted, no terminal message yet */

  /* Streaming thread, and do_seek() while it stands still. */
  guint64 offset;      /* of the next byte to push */
  guint64 stop_offset; /* where the segment stops; G_MAXUINT64: at the end */
};

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

#define gst_visioncraft_gif_src_parent_class parent_class
G_DEFINE_TYPE (
    GstVisioncraftGifSrc, gst_visioncraft_gif_src, GST_TYPE_PUSH_SRC)
GST_ELEMENT_REGISTER_DEFINE (visioncraftgifsrc, "visioncraftgifsrc",
    GST_RANK_NONE, GST_TYPE_VISIONCRAFT_GIF_SRC)

/* --- Properties --- */

static void
gst_visioncraft_gif_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);
  gboolean running, known = TRUE;

  GST_OBJECT_LOCK (self);
  running = self->job != NULL || GST_STATE (self) > GST_STATE_READY;
  if (!running)
    known = gst_vc_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);

  if (running)
    GST_WARNING_OBJECT (self,
        "%s can be changed in the states NULL and READY only: ignored",
        pspec->name);
  else if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static VcJob *
ref_job (GstVisioncraftGifSrc *self)
{
  VcJob *job;

  GST_OBJECT_LOCK (self);
  job = self->job != NULL ? vc_job_ref (self->job) : NULL;
  GST_OBJECT_UNLOCK (self);
  return job;
}

static GstStructure *
current_stats (GstVisioncraftGifSrc *self)
{
  g_autoptr (VcJob) job = ref_job (self);
  g_auto (VcReport) report = { 0 };
  GstStructure *stats;

  if (job != NULL) {
    vc_job_get_report (job, &report);
    return gst_vc_stats_new (&report);
  }
  GST_OBJECT_LOCK (self);
  stats = self->last_stats != NULL ? gst_structure_copy (self->last_stats)
                                   : gst_vc_stats_new (&report);
  GST_OBJECT_UNLOCK (self);
  return stats;
}

static void
gst_visioncraft_gif_src_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);
  gboolean known;

  if (id == gst_vc_settings_n_properties ()) {
    g_value_take_boxed (value, current_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  known = gst_vc_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* --- News of the job --- */

/* The one door for progress: after START, exactly one terminal message leaves
 * through it, whoever comes first. */
static void
post_progress (
    GstVisioncraftGifSrc *self, GstProgressType type, const VcReport *report)
{
  gboolean open;

  GST_OBJECT_LOCK (self);
  open = self->progress_open;
  if (type == GST_PROGRESS_TYPE_START)
    open = self->progress_open = TRUE;
  else if (type != GST_PROGRESS_TYPE_CONTINUE)
    self->progress_open = FALSE;
  GST_OBJECT_UNLOCK (self);

  if (open)
    gst_vc_post_progress (GST_ELEMENT (self), type, report);
}

static void
tell (GstVisioncraftGifSrc *self, VcJob *job, VcJobEvent event,
    const GError *error)
{
  g_auto (VcReport) report = { 0 };

  vc_job_get_report (job, &report);
  switch (event) {
    case VC_JOB_TICK:
      post_progress (self, GST_PROGRESS_TYPE_CONTINUE, &report);
      break;
    case VC_JOB_GENERATED:
      GST_INFO_OBJECT (self, "generated after %.1f s", report.waited_s);
      break;
    case VC_JOB_HEADERS:
      GST_DEBUG_OBJECT (
          self, "the GIF begins, %" G_GUINT64_FORMAT " bytes", report.total);
      break;
    case VC_JOB_DONE:
      GST_INFO_OBJECT (self, "downloaded %" G_GUINT64_FORMAT " bytes in %.1f s",
          report.bytes, report.download_s);
      gst_vc_post_generated (GST_ELEMENT (self), &report);
      post_progress (self, GST_PROGRESS_TYPE_COMPLETE, &report);
      break;
    case VC_JOB_FAILED:
      gst_vc_post_error (GST_ELEMENT (self), error, &report);
      post_progress (self, GST_PROGRESS_TYPE_ERROR, &report);
      break;
  }
}

/* On the network thread: the job may outlive the element, and this may drop the
 * element's last reference. */
static void
on_job_event (VcJob *job, VcJobEvent event, const GError *error, gpointer data)
{
  g_autoptr (GstVisioncraftGifSrc) self = g_weak_ref_get (data);
  gboolean current;

  if (self == NULL)
    return;
  GST_OBJECT_LOCK (self);
  current = self->job == job;
  GST_OBJECT_UNLOCK (self);
  if (current)
    tell (self, job, event, error);
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* One error for each failed run: whoever is first. The base class reports its
 * own view of what our error said already. */
static gboolean
gst_visioncraft_gif_src_post_message (GstElement *element, GstMessage *message)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (element);
  gboolean drop = FALSE;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GST_OBJECT_LOCK (self);
    drop = self->error_posted;
    self->error_posted = TRUE;
    GST_OBJECT_UNLOCK (self);
  }
  if (drop) {
    GST_DEBUG_OBJECT (self, "dropping %" GST_PTR_FORMAT, (void *) message);
    gst_message_unref (message);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
}

/* --- GstBaseSrc --- */

static void
fail_start (GstVisioncraftGifSrc *self, const GError *error)
{
  g_auto (VcReport) report = { 0 };

  gst_vc_post_error (GST_ELEMENT (self), error, &report);
}

/* In the application's thread: checks and launches, nothing that waits. */
static gboolean
gst_visioncraft_gif_src_start (GstBaseSrc *src)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  g_autoptr (GError) error = NULL;
  g_autofree char *warning = NULL;
  g_autoptr (VcRequest) request = NULL;
  g_auto (VcReport) nothing = { 0 };
  GWeakRef *weak_self;

  GST_OBJECT_LOCK (self);
  self->error_posted = FALSE;
  request = gst_vc_settings_snapshot (&self->settings);
  GST_OBJECT_UNLOCK (self);

  if (!gst_vc_settings_complete (request, &warning, &error)) {
    fail_start (self, error);
    return FALSE;
  }
  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", warning), (NULL));

  GST_INFO_OBJECT (self, "asking %s, sampler %s, cfg-scale %d, steps %d",
      request->api_url, request->sampler, request->cfg_scale, request->steps);
  GST_LOG_OBJECT (self, "prompt: %s", request->prompt);
  post_progress (self, GST_PROGRESS_TYPE_START, &nothing);

  weak_self = g_new (GWeakRef, 1);
  g_weak_ref_init (weak_self, self);
  GST_OBJECT_LOCK (self);
  if (self->client == NULL)
    self->client = vc_client_get ();
  self->job = vc_client_start (self->client, g_steal_pointer (&request),
      on_job_event, weak_self, weak_ref_free);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

static gboolean
gst_visioncraft_gif_src_stop (GstBaseSrc *src)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  g_autoptr (VcJob) job = ref_job (self);
  g_auto (VcReport) report = { 0 };
  GstStructure *stats;

  vc_job_cancel (job);
  vc_job_get_report (job, &report);
  stats = gst_vc_stats_new (&report);

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->job, vc_job_unref);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  self->last_stats = stats;
  GST_OBJECT_UNLOCK (self);

  post_progress (self, GST_PROGRESS_TYPE_CANCELED, &report);
  return TRUE;
}

static gboolean
set_flushing (GstBaseSrc *src, gboolean flushing)
{
  g_autoptr (VcJob) job = ref_job (GST_VISIONCRAFT_GIF_SRC (src));

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

  if (gst_pad_peer_query_accept_caps (GST_BASE_SRC_PAD (src), caps))
    return gst_base_src_set_caps (src, caps);
  GST_DEBUG_OBJECT (src,
      "downstream does not accept " GIF_CAPS ": pushing bytes without caps");
  return TRUE;
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
      return GST_FLOW_EOS;
    case VC_READ_FLUSHING:
      return GST_FLOW_FLUSHING;
    case VC_READ_ERROR:
    default:
      return GST_FLOW_ERROR; /* the job's event has posted it */
  }

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
  g_autoptr (VcJob) job = ref_job (GST_VISIONCRAFT_GIF_SRC (src));

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

  segment->time = segment->start;
  self->offset = segment->position = segment->start;
  self->stop_offset = segment->stop;
  return TRUE;
}

static gboolean
gst_visioncraft_gif_src_query (GstBaseSrc *src, GstQuery *query)
{
  guint64 size;
  GstFormat format;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
      gst_query_set_scheduling (query,
          GST_SCHEDULING_FLAG_SEQUENTIAL
              | GST_SCHEDULING_FLAG_BANDWIDTH_LIMITED,
          1, -1, 0);
      gst_query_add_scheduling_mode (query, GST_PAD_MODE_PUSH);
      return TRUE;
    case GST_QUERY_LATENCY:
      /* The base class would wait for create() to return. */
      gst_query_set_latency (query, FALSE, 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_DURATION:
      gst_query_parse_duration (query, &format, NULL);
      if (format != GST_FORMAT_BYTES
          || !gst_visioncraft_gif_src_get_size (src, &size))
        return FALSE;
      gst_query_set_duration (query, GST_FORMAT_BYTES, size);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
      if (format != GST_FORMAT_BYTES)
        return FALSE;
      if (!gst_visioncraft_gif_src_get_size (src, &size))
        size = -1;
      gst_query_set_seeking (query, GST_FORMAT_BYTES, TRUE, 0, size);
      return TRUE;
    default:
      return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
  }
}

/* --- Class --- */

static void
gst_visioncraft_gif_src_finalize (GObject *object)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);

  /* Disposed of while running: nobody called stop(). */
  if (self->job != NULL)
    vc_job_cancel (self->job);
  g_clear_pointer (&self->job, vc_job_unref);
  gst_vc_settings_clear (&self->settings);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_clear_pointer (&self->client, vc_client_unref);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_visioncraft_gif_src_init (GstVisioncraftGifSrc *self)
{
  gst_vc_settings_init (&self->settings);
  self->stop_offset = G_MAXUINT64;
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_BYTES);
  gst_base_src_set_automatic_eos (GST_BASE_SRC (self), FALSE);
  gst_base_src_set_dynamic_size (GST_BASE_SRC (self), TRUE);
}

static void
gst_visioncraft_gif_src_class_init (GstVisioncraftGifSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_class = GST_PUSH_SRC_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (visioncraftgifsrc_debug, "visioncraftgifsrc", 0,
      "VisionCraft text-to-GIF source");

  object_class->set_property = gst_visioncraft_gif_src_set_property;
  object_class->get_property = gst_visioncraft_gif_src_get_property;
  object_class->finalize = gst_visioncraft_gif_src_finalize;
  gst_vc_settings_install_properties (object_class);
  /**
   * GstVisioncraftGifSrc:stats:
   *
   * Requests, retries, HTTP status, bytes and seconds of the run, or of the
   * last one.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class,
      gst_vc_settings_n_properties (),
      g_param_spec_boxed ("stats", "Statistics",
          "Requests, retries, status, bytes and seconds of this run or the "
          "last",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "VisionCraft GIF source", "Source/Network",
      "Generates an animated GIF from a text prompt with VisionCraft's service",
      "The gst-visioncraft developers");
  element_class->post_message = gst_visioncraft_gif_src_post_message;

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
