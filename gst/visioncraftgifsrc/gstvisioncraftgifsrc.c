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
 * An application's SoupSession can come in a GstContext of the type
 * `gst.visioncraft.session`.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" ! filesink location=fox.gif
 * ]| Saves the GIF.
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" ! gdkpixbufdec ! videoconvert ! pngenc ! filesink location=fox.png
 * ]| Saves the first picture as a PNG file.
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" steps=20 ! animgifdec ! videoconvert ! video/x-raw,format=I420 ! x264enc bframes=0 ! mp4mux faststart=true ! filesink location=fox.mp4
 * ]| Saves an MP4 file, with the prompt as its title.
 * |[
 * gst-launch-1.0 playbin uri="visioncraft://generate-gif?prompt=a%20fox%20in%20the%20snow"
 * ]| Plays it, as any player does that uses GStreamer.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstvisioncraftgifsrc.h"

#include "gstvccontext.h"
#include "gstvcmessages.h"
#include "gstvcreporter.h"
#include "gstvcsettings.h"
#include "gstvctags.h"
#include "vcclient.h"

GST_DEBUG_CATEGORY (visioncraftgifsrc_debug);
GST_DEBUG_CATEGORY (visioncraftclient_debug);
#define GST_CAT_DEFAULT visioncraftgifsrc_debug

#define GIF_CAPS "image/gif"

/* What lives from start() to stop(). */
typedef struct
{
  VcJob *job;              /* object lock */
  GstVcReporter *reporter; /* state lock */

  /* Streaming thread, and do_seek() while it stands still. */
  guint64 offset;      /* of the next byte to push */
  guint64 stop_offset; /* where the segment stops; G_MAXUINT64: at the end */

  /* Streaming thread. */
  GstTagList *tags;      /* to send with the first bytes; NULL: none */
  gboolean tag_location; /* in these */
  GstStructure *headers; /* to send with the first bytes; NULL: none */
  gulong ahead_probe;    /* sends both; 0: none */
  gboolean announced;    /* what goes ahead of the first bytes */
} Run;

struct _GstVisioncraftGifSrc
{
  GstPushSrc parent;

  /* Object lock. */
  GstVcSettings settings;
  VcClient *client;         /* from the first start() to the end */
  GstStructure *last_stats; /* of the run before */
  gboolean error_posted;    /* since the last start() */

  Run run; /* zeroed outside of one */
};

static guint stats_id;

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void gst_visioncraft_gif_src_uri_handler_init (
    GstURIHandlerInterface *iface, gpointer data);

#define gst_visioncraft_gif_src_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstVisioncraftGifSrc, gst_visioncraft_gif_src,
    GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (
        GST_TYPE_URI_HANDLER, gst_visioncraft_gif_src_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (visioncraftgifsrc, "visioncraftgifsrc",
    GST_RANK_PRIMARY, GST_TYPE_VISIONCRAFT_GIF_SRC)

/* The job of the current run, a full reference; NULL outside of one. */
static VcJob *
ref_job (GstVisioncraftGifSrc *self)
{
  VcJob *job;

  GST_OBJECT_LOCK (self);
  job = self->run.job != NULL ? vc_job_ref (self->run.job) : NULL;
  GST_OBJECT_UNLOCK (self);
  return job;
}

/* --- Properties --- */

/* Called with the object lock held. */
static gboolean
is_running (GstVisioncraftGifSrc *self)
{
  return self->run.job != NULL || GST_STATE (self) > GST_STATE_READY;
}

static void
gst_visioncraft_gif_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);
  gboolean running;

  GST_OBJECT_LOCK (self);
  running = is_running (self);
  if (!running)
    gst_vc_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (running)
    GST_WARNING_OBJECT (self,
        "%s can be changed in the states NULL and READY only: ignored",
        pspec->name);
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

  if (id == stats_id) {
    g_value_take_boxed (value, current_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  gst_vc_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
}

/* --- GstURIHandler --- */

static GstURIType
gst_visioncraft_gif_src_uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const char *const *
gst_visioncraft_gif_src_uri_get_protocols (GType type)
{
  static const char *const protocols[] = { GST_VC_URI_SCHEME, NULL };

  return protocols;
}

static char *
gst_visioncraft_gif_src_uri_get_uri (GstURIHandler *handler)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (handler);
  char *uri;

  GST_OBJECT_LOCK (self);
  uri = gst_vc_settings_dup_uri (&self->settings);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
gst_visioncraft_gif_src_uri_set_uri (
    GstURIHandler *handler, const char *uri, GError **error)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (handler);
  g_auto (GstVcUri) parsed = { 0 };
  gboolean running;

  if (!gst_vc_uri_parse (uri, &parsed, error))
    return FALSE;

  GST_OBJECT_LOCK (self);
  running = is_running (self);
  if (!running)
    gst_vc_settings_set_uri (&self->settings, &parsed);
  GST_OBJECT_UNLOCK (self);
  if (running) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "The URI can be changed in the states NULL and READY only.");
    return FALSE;
  }
  for (guint i = 0; gst_vc_uri_get_keys ()[i] != NULL; i++)
    g_object_notify (G_OBJECT (self), gst_vc_uri_get_keys ()[i]);
  return TRUE;
}

static void
gst_visioncraft_gif_src_uri_handler_init (
    GstURIHandlerInterface *iface, gpointer data)
{
  iface->get_type = gst_visioncraft_gif_src_uri_get_type;
  iface->get_protocols = gst_visioncraft_gif_src_uri_get_protocols;
  iface->get_uri = gst_visioncraft_gif_src_uri_get_uri;
  iface->set_uri = gst_visioncraft_gif_src_uri_set_uri;
}

/* --- Errors --- */

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

/* --- A run --- */

/* The settings of this run, checked; NULL after an error message. */
static VcRequest *
take_settings (GstVisioncraftGifSrc *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *warning = NULL;
  g_autoptr (VcRequest) request = NULL;
  g_auto (VcReport) nothing = { 0 };
  gboolean send_tags;

  GST_OBJECT_LOCK (self);
  request = gst_vc_settings_snapshot (&self->settings);
  send_tags = self->settings.send_tags;
  self->run.tag_location = self->settings.tag_location;
  GST_OBJECT_UNLOCK (self);

  if (!gst_vc_settings_complete (request, &warning, &error)) {
    gst_vc_post_error (GST_ELEMENT (self), error, &nothing);
    return NULL;
  }
  if (warning != NULL)
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS, ("%s", warning), (NULL));
  request->session = gst_vc_context_find_session (GST_ELEMENT (self));
  self->run.tags = send_tags ? gst_vc_tags_new (request) : NULL;
  return g_steal_pointer (&request);
}

static gboolean
open_client (GstVisioncraftGifSrc *self)
{
  const VcReport nothing = { 0 };
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  if (self->client == NULL)
    self->client = vc_client_get ();
  GST_OBJECT_UNLOCK (self);
  if (vc_client_open (self->client, &error))
    return TRUE;
  gst_vc_post_error (GST_ELEMENT (self), error, &nothing);
  return FALSE;
}

/* In the application's thread: checks and launches, nothing that waits. */
static gboolean
gst_visioncraft_gif_src_start (GstBaseSrc *src)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  VcRequest *request;

  GST_OBJECT_LOCK (self);
  self->error_posted = FALSE;
  GST_OBJECT_UNLOCK (self);

  if (!vc_client_is_usable ()) {
    GST_ELEMENT_ERROR (self, LIBRARY, INIT,
        ("This program uses libsoup 2, beside which libsoup 3 cannot work: "
         "generate in a process of its own."),
        (NULL));
    return FALSE;
  }
  request = take_settings (self);
  if (request == NULL)
    return FALSE;
  if (!open_client (self)) {
    vc_request_free (request);
    gst_clear_tag_list (&self->run.tags);
    return FALSE;
  }

  GST_INFO_OBJECT (self, "asking %s, sampler %s, cfg-scale %d, steps %d",
      request->api_url, request->sampler, request->cfg_scale, request->steps);
  GST_LOG_OBJECT (self, "prompt: %s", request->prompt);
  self->run.reporter = gst_vc_reporter_new (GST_ELEMENT (self));
  gst_vc_reporter_start (self->run.reporter);

  GST_OBJECT_LOCK (self);
  self->run.job =
      vc_client_start (self->client, request, gst_vc_reporter_notify,
          gst_vc_reporter_ref (self->run.reporter), gst_vc_reporter_unref);
  GST_OBJECT_UNLOCK (self);
  return TRUE;
}

/* Ends what start() began. */
static void
clear_run (GstVisioncraftGifSrc *self)
{
  Run run;

  GST_OBJECT_LOCK (self);
  run = self->run;
  self->run = (Run){ 0 };
  GST_OBJECT_UNLOCK (self);

  /* No buffer may have come. */
  if (run.ahead_probe != 0)
    gst_pad_remove_probe (GST_BASE_SRC_PAD (self), run.ahead_probe);
  g_clear_pointer (&run.headers, gst_structure_free);
  gst_clear_tag_list (&run.tags);
  gst_vc_reporter_unref (run.reporter);
  vc_job_unref (run.job);
}

static gboolean
gst_visioncraft_gif_src_stop (GstBaseSrc *src)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  g_auto (VcReport) report = { 0 };

  vc_job_cancel (self->run.job);
  vc_job_get_report (self->run.job, &report);
  GST_DEBUG_OBJECT (self, "stopped in phase %s", vc_phase_name (report.phase));
  gst_vc_reporter_stop (self->run.reporter, &report);

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  self->last_stats = gst_vc_stats_new (&report);
  GST_OBJECT_UNLOCK (self);
  clear_run (self);
  return TRUE;
}

static gboolean
set_flushing (GstBaseSrc *src, gboolean flushing)
{
  g_autoptr (VcJob) job = ref_job (GST_VISIONCRAFT_GIF_SRC (src));

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

/* Right before the first buffer, and so behind the segment. The base class has
 * no way that will do: it drops custom events, and gst_element_send_event()
 * takes the state lock, which set_state() holds while it waits for us. */
static GstPadProbeReturn
push_ahead (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstVisioncraftGifSrc *self = data;

  self->run.ahead_probe = 0;
  if (self->run.tags != NULL)
    gst_pad_push_event (
        pad, gst_event_new_tag (g_steal_pointer (&self->run.tags)));
  if (self->run.headers != NULL)
    gst_pad_push_event (pad,
        gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
            g_steal_pointer (&self->run.headers)));
  return GST_PAD_PROBE_REMOVE;
}

/* gdkpixbufdec and others decode GIFs but do not name image/gif: what
 * downstream does not accept is not announced. Not before there are bytes:
 * decodebin3 would expose a stream of which it has seen no segment. */
static gboolean
announce_caps (GstVisioncraftGifSrc *self)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (GIF_CAPS);

  if (gst_pad_peer_query_accept_caps (GST_BASE_SRC_PAD (self), caps)) {
    GST_DEBUG_OBJECT (self, "announcing " GIF_CAPS);
    return gst_base_src_set_caps (GST_BASE_SRC (self), caps);
  }
  GST_DEBUG_OBJECT (self,
      "downstream does not accept " GIF_CAPS ": pushing bytes without caps");
  return TRUE;
}

/* Prepares what goes ahead of the first bytes, which are there. */
static void
prepare_ahead (GstVisioncraftGifSrc *self)
{
  g_auto (VcReport) report = { 0 };
  const char *location = NULL;

  vc_job_get_report (self->run.job, &report);
  self->run.headers = gst_vc_headers_new (&report);
  if (self->run.tag_location && report.images != NULL && report.images->len > 0)
    location = g_ptr_array_index (report.images, 0);
  if (self->run.tags != NULL) {
    gst_vc_tags_complete (self->run.tags, location);
    GST_LOG_OBJECT (self, "%" GST_PTR_FORMAT, (void *) self->run.tags);
  }
  GST_DEBUG_OBJECT (self, "first bytes, behind %s and %s",
      self->run.tags != NULL ? "tags" : "no tags",
      self->run.headers != NULL ? "response headers" : "no headers");
  self->run.ahead_probe = gst_pad_add_probe (GST_BASE_SRC_PAD (self),
      GST_PAD_PROBE_TYPE_BUFFER, push_ahead, self, NULL);
}

static GstFlowReturn
gst_visioncraft_gif_src_create (GstPushSrc *src, GstBuffer **ret_buffer)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);
  g_autoptr (GBytes) bytes = NULL;

  if (self->run.offset >= self->run.stop_offset)
    return GST_FLOW_EOS;

  /* The job lives from start() to stop(), and with it this thread. */
  switch (vc_body_read (vc_job_get_body (self->run.job), self->run.offset,
      MIN (self->run.stop_offset - self->run.offset, G_MAXSIZE), &bytes,
      NULL)) {
    case VC_READ_DATA:
      break;
    case VC_READ_END:
      GST_DEBUG_OBJECT (
          self, "the end, after %" G_GUINT64_FORMAT " bytes", self->run.offset);
      return GST_FLOW_EOS;
    case VC_READ_FLUSHING:
      return GST_FLOW_FLUSHING;
    case VC_READ_ERROR:
    default:
      return GST_FLOW_ERROR; /* the job's event has posted it */
  }

  if (!self->run.announced) {
    if (self->run.ahead_probe == 0)
      prepare_ahead (self);
    /* FALSE while flushing, as for the buffer; or refused, as that then. */
    self->run.announced = announce_caps (self);
  }

  GST_LOG_OBJECT (self, "%" G_GSIZE_FORMAT " bytes from %" G_GUINT64_FORMAT,
      g_bytes_get_size (bytes), self->run.offset);
  *ret_buffer = gst_buffer_new_wrapped_bytes (bytes);
  GST_BUFFER_OFFSET (*ret_buffer) = self->run.offset;
  self->run.offset += g_bytes_get_size (bytes);
  GST_BUFFER_OFFSET_END (*ret_buffer) = self->run.offset;
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

/* Anywhere in the bytes that are there or still to come; a start behind the end
 * ends. */
static gboolean
gst_visioncraft_gif_src_do_seek (GstBaseSrc *src, GstSegment *segment)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (src);

  GST_DEBUG_OBJECT (src, "from byte %" G_GUINT64_FORMAT, segment->start);
  segment->time = segment->start;
  self->run.offset = segment->position = segment->start;
  self->run.stop_offset = segment->stop;
  return TRUE;
}

/* The base class flushes before it asks do_seek(), and would go on without a
 * segment where that refuses; so this is asked first. It also does not know the
 * size: positions from the end become such from the start. Returns the seek to
 * perform, a full reference; NULL where it makes no sense. */
static GstEvent *
check_seek (GstVisioncraftGifSrc *self, GstEvent *event)
{
  GstSeekType start_type, stop_type;
  gint64 start, stop;
  GstFormat format;
  GstSeekFlags flags;
  double rate;
  guint64 size = 0;
  GstSegment now;
  GstEvent *seek;

  gst_event_parse_seek (
      event, &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  gst_visioncraft_gif_src_get_size (GST_BASE_SRC (self), &size);
  if (format != GST_FORMAT_BYTES || rate <= 0
      || ((start_type == GST_SEEK_TYPE_END || stop_type == GST_SEEK_TYPE_END)
          && size == 0))
    return NULL;

  GST_OBJECT_LOCK (self);
  now = GST_BASE_SRC (self)->segment;
  GST_OBJECT_UNLOCK (self);
  if (start_type != GST_SEEK_TYPE_SET)
    start = start_type == GST_SEEK_TYPE_END ? (gint64) size + start
                                            : (gint64) now.start;
  if (stop_type != GST_SEEK_TYPE_SET)
    stop = stop_type == GST_SEEK_TYPE_END ? MAX ((gint64) size + stop, 0)
                                          : (gint64) now.stop;
  start = MAX (start, 0);
  if ((size > 0 && start > (gint64) size) || (stop != -1 && stop < start))
    return NULL;

  seek = gst_event_new_seek (
      rate, format, flags, GST_SEEK_TYPE_SET, start, GST_SEEK_TYPE_SET, stop);
  gst_event_set_seqnum (seek, gst_event_get_seqnum (event));
  return seek;
}

static gboolean
gst_visioncraft_gif_src_event (GstBaseSrc *src, GstEvent *event)
{
  g_autoptr (GstEvent) seek = NULL;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK) {
    event = seek = check_seek (GST_VISIONCRAFT_GIF_SRC (src), event);
    if (seek == NULL)
      return FALSE;
  }
  return GST_BASE_SRC_CLASS (parent_class)->event (src, event);
}

/* An application that sends EOS during a generation does not wait for it; who
 * waits for the progress to end, as gst-launch-1.0 -e does, must not either. The
 * job goes on: a seek would bring its bytes. */
static gboolean
gst_visioncraft_gif_src_send_event (GstElement *element, GstEvent *event)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (element);
  gboolean is_eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
  g_autoptr (VcJob) job = ref_job (self);
  g_auto (VcReport) report = { 0 };
  gboolean sent;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK) {
    GstEvent *seek = check_seek (self, event);

    gst_event_unref (event);
    if (seek == NULL)
      return FALSE;
    event = seek;
  }
  sent = GST_ELEMENT_CLASS (parent_class)->send_event (element, event);

  /* The caller holds the state lock, so the run does not end meanwhile. */
  if (is_eos && job != NULL) {
    vc_job_get_report (job, &report);
    gst_vc_reporter_cancel (self->run.reporter, &report);
  }
  return sent;
}

/* From what is known at the moment: nothing here waits. */
static gboolean
gst_visioncraft_gif_src_query (GstBaseSrc *src, GstQuery *query)
{
  GstFormat format;
  guint64 size;

  if (!gst_visioncraft_gif_src_get_size (src, &size))
    size = 0;
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
      /* The base class would run start() and stop(): a generation. */
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
      if (format != GST_FORMAT_BYTES || size == 0)
        return FALSE;
      gst_query_set_duration (query, GST_FORMAT_BYTES, size);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
      if (format != GST_FORMAT_BYTES)
        return FALSE;
      gst_query_set_seeking (
          query, GST_FORMAT_BYTES, TRUE, 0, size > 0 ? (gint64) size : -1);
      return TRUE;
    default:
      return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
  }
}

/* --- Class --- */

/* Where nobody called stop(), the pad would join its thread, which waits for
 * the job. */
static void
gst_visioncraft_gif_src_dispose (GObject *object)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);

  if (self->run.job != NULL)
    gst_pad_set_active (GST_BASE_SRC_PAD (self), FALSE);
  G_OBJECT_CLASS (parent_class)->dispose (object);
}

static void
gst_visioncraft_gif_src_finalize (GObject *object)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);

  gst_vc_settings_clear (&self->settings);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_clear_pointer (&self->client, vc_client_unref);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_visioncraft_gif_src_init (GstVisioncraftGifSrc *self)
{
  gst_vc_settings_init (&self->settings);
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

  GST_DEBUG_CATEGORY_INIT (visioncraftgifsrc_debug, "visioncraftgifsrc", 0,
      "VisionCraft text-to-GIF source: a run from start to stop");
  GST_DEBUG_CATEGORY_INIT (visioncraftclient_debug, "visioncraftclient", 0,
      "a generation of visioncraftgifsrc, request and download");

  object_class->set_property = gst_visioncraft_gif_src_set_property;
  object_class->get_property = gst_visioncraft_gif_src_get_property;
  object_class->dispose = gst_visioncraft_gif_src_dispose;
  object_class->finalize = gst_visioncraft_gif_src_finalize;
  stats_id = gst_vc_settings_install_properties (object_class);
  /**
   * GstVisioncraftGifSrc:stats:
   *
   * Requests, retries, HTTP status, bytes and seconds of the run, or of the
   * last one, and whether it came from #GstVisioncraftGifSrc:cache-dir.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, stats_id,
      g_param_spec_boxed ("stats", "Statistics",
          "Requests, retries, status, bytes and seconds of this run or the "
          "last",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "VisionCraft GIF source", "Source/Network",
      "Generates an animated GIF from a text prompt with VisionCraft's service",
      "The gst-visioncraft developers");
  gst_element_class_add_static_metadata (element_class,
      GST_ELEMENT_METADATA_DOC_URI, DOC_URI "#visioncraftgifsrc");
  element_class->post_message = gst_visioncraft_gif_src_post_message;
  element_class->send_event = gst_visioncraft_gif_src_send_event;

  base_class->start = gst_visioncraft_gif_src_start;
  base_class->stop = gst_visioncraft_gif_src_stop;
  base_class->unlock = gst_visioncraft_gif_src_unlock;
  base_class->unlock_stop = gst_visioncraft_gif_src_unlock_stop;
  base_class->is_seekable = gst_visioncraft_gif_src_is_seekable;
  base_class->get_size = gst_visioncraft_gif_src_get_size;
  base_class->do_seek = gst_visioncraft_gif_src_do_seek;
  base_class->event = gst_visioncraft_gif_src_event;
  base_class->query = gst_visioncraft_gif_src_query;
  GST_PUSH_SRC_CLASS (klass)->create = gst_visioncraft_gif_src_create;
}
