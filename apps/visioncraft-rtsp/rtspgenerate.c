/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspgenerate.h"

#include "giftap.h"
#include "gifvideo.h"

/* How often it looks whether it was cancelled. */
#define POLL_INTERVAL (100 * GST_MSECOND)

/* The GIF stays in memory. */
#define MAX_SIZE (32 << 20)

static void
set_up_source (
    GstElement *source, const RtspService *service, const RtspAddress *address)
{
  g_object_set (
      source, "prompt", address->prompt, "max-size", (guint64) MAX_SIZE, NULL);
  if (address->negative_prompt != NULL)
    g_object_set (source, "negative-prompt", address->negative_prompt, NULL);
  if (address->sampler != NULL)
    g_object_set (source, "sampler", address->sampler, NULL);
  if (address->cfg_scale >= 0)
    g_object_set (source, "cfg-scale", address->cfg_scale, NULL);
  if (address->steps >= 0)
    g_object_set (source, "steps", address->steps, NULL);
  if (service->api_url != NULL)
    g_object_set (source, "api-url", service->api_url, NULL);
  if (service->token != NULL)
    g_object_set (source, "token", service->token, NULL);
  /* "": not the environment's either. */
  g_object_set (source, "cache-dir",
      service->cache_dir != NULL ? service->cache_dir : "", NULL);
}

/* Transfer full; *@ret_source is the pipeline's. */
static GstElement *
make_pipeline (GstElement **ret_source, GError **error)
{
  g_autoptr (GstElement) pipeline =
      gst_object_ref_sink (gst_pipeline_new ("generate"));
  GstBin *bin = GST_BIN (pipeline);
  GstElement *decoder, *sink;

  if ((*ret_source =
              gif_video_add_element (bin, "visioncraftgifsrc", NULL, error))
          == NULL
      || (decoder = gif_video_add_element (bin, "animgifdec", NULL, error))
          == NULL
      || (sink = gif_video_add_element (bin, "fakesink", NULL, error)) == NULL)
    return NULL;
  g_object_set (decoder, "max-pixels", (guint64) RTSP_MAX_PIXELS, NULL);
  gst_element_link_many (*ret_source, decoder, sink, NULL);
  return g_steal_pointer (&pipeline);
}

static GstRTSPStatusCode
status_of (const GError *error)
{
  if (error->domain == GST_RESOURCE_ERROR) {
    if (error->code == GST_RESOURCE_ERROR_BUSY)
      return GST_RTSP_STS_SERVICE_UNAVAILABLE;
    if (error->code == GST_RESOURCE_ERROR_SETTINGS)
      return GST_RTSP_STS_BAD_REQUEST;
  }
  return GST_RTSP_STS_BAD_GATEWAY;
}

/* What the service said about the wait is in the error's details. */
static void
refuse_with_message (RtspRefusal *refusal, GstMessage *message, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;
  const GstStructure *details;

  gst_message_parse_error (message, &error, &debug);
  g_printerr ("%s: %s (%s)\n", id, error->message, debug);
  rtsp_refuse (refusal, status_of (error), "%s", error->message);
  gst_message_parse_error_details (message, &details);
  if (details != NULL)
    gst_structure_get_uint (details, "retry-after", &refusal->retry_after_s);
}

/* Whether the service may have the request. */
static gboolean
is_asked (GstElement *source)
{
  g_autoptr (GstStructure) stats = NULL;
  guint n = 0;

  g_object_get (source, "stats", &stats, NULL);
  return stats == NULL || !gst_structure_get_uint (stats, "requests", &n)
      || n > 0;
}

/* The end of the stream or an error; NULL and @refusal: it was given up. */
static GstMessage *
wait_for_end (GstElement *pipeline, GstElement *source,
    GCancellable *cancellable, RtspWanted wanted, gpointer data,
    RtspRefusal *refusal)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message = NULL;

  while (message == NULL) {
    if (g_cancellable_is_cancelled (cancellable)) {
      rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
          "The server is being shut down.");
      return NULL;
    }
    if (!wanted (data) && !is_asked (source)) {
      rtsp_refuse (refusal, GST_RTSP_STS_SERVICE_UNAVAILABLE,
          "Nobody waits for it any more.");
      return NULL;
    }
    message = gst_bus_timed_pop_filtered (
        bus, POLL_INTERVAL, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  }
  return message;
}

GBytes *
rtsp_generate (const RtspService *service, const RtspAddress *address,
    GCancellable *cancellable, RtspWanted wanted, gpointer data,
    RtspRefusal *refusal)
{
  g_autoptr (GstMessage) end = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GifTap) tap = NULL;
  GBytes *gif = NULL;
  GstElement *source;
  GstElement *pipeline = make_pipeline (&source, &error);

  if (pipeline == NULL) {
    rtsp_refuse (
        refusal, GST_RTSP_STS_INTERNAL_SERVER_ERROR, "%s", error->message);
    return NULL;
  }
  set_up_source (source, service, address);
  pad = gst_element_get_static_pad (source, "src");
  tap = gif_tap_new (pad);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  end = wait_for_end (pipeline, source, cancellable, wanted, data, refusal);
  if (end != NULL && GST_MESSAGE_TYPE (end) == GST_MESSAGE_EOS)
    gif = gif_tap_get_bytes (tap);
  else if (end != NULL)
    refuse_with_message (refusal, end, address->id);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return gif;
}
