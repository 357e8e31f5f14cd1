/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webpipeline.h"

#include "videopads.h"

#include <gst/app/gstappsink.h>

/* x264enc takes no smaller ones. */
#define SIDE_MIN 16

struct _WebPipeline
{
  GstElement *element;
  GstBus *bus;
  WebPipelineFunc func;
  gpointer data;
};

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  WebPipeline *pipeline = data;

  pipeline->func (message, pipeline->data);
  return G_SOURCE_CONTINUE;
}

/* On the decoder's thread, before the elements behind see the caps. */
static void
set_even_size (WebPipeline *pipeline, GstCaps *caps)
{
  g_autoptr (GstElement) even = web_pipeline_ref_element (pipeline, "even");
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  g_autoptr (GstCaps) even_caps = NULL;
  int width = 0, height = 0;

  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  even_caps = gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING,
      "I420", "width", G_TYPE_INT, MAX (width - width % 2, SIDE_MIN), "height",
      G_TYPE_INT, MAX (height - height % 2, SIDE_MIN), "pixel-aspect-ratio",
      GST_TYPE_FRACTION, 1, 1, NULL);
  g_object_set (even, "caps", even_caps, NULL);
}

static GstPadProbeReturn
on_decoder_event (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    set_even_size (data, caps);
  }
  return GST_PAD_PROBE_OK;
}

/* The probe ends with its pad, which web_pipeline_free() outlives. */
static void
watch_decoder (WebPipeline *pipeline)
{
  g_autoptr (GstElement) decoder =
      web_pipeline_ref_element (pipeline, "decoder");
  g_autoptr (GstElement) crop = web_pipeline_ref_element (pipeline, "crop");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (decoder, "src");

  video_pad_crop_to_even (pad, crop);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_decoder_event,
      pipeline, NULL);
}

WebPipeline *
web_pipeline_new (const char *description, WebPipelineFunc func, gpointer data,
    GError **error)
{
  WebPipeline *pipeline;
  GstElement *element = gst_parse_launch_full (
      description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);

  if (element == NULL)
    return NULL;
  pipeline = g_new0 (WebPipeline, 1);
  pipeline->element = gst_object_ref_sink (element);
  pipeline->bus = gst_element_get_bus (element);
  pipeline->func = func;
  pipeline->data = data;
  gst_bus_add_watch (pipeline->bus, on_message, pipeline);
  watch_decoder (pipeline);
  return pipeline;
}

GstElement *
web_pipeline_ref_element (WebPipeline *pipeline, const char *name)
{
  return gst_bin_get_by_name (GST_BIN (pipeline->element), name);
}

GMemoryOutputStream *
web_pipeline_collect (WebPipeline *pipeline, const char *name)
{
  g_autoptr (GstElement) sink = web_pipeline_ref_element (pipeline, name);
  GOutputStream *output = g_memory_output_stream_new_resizable ();

  g_object_set (sink, "stream", output, NULL);
  return G_MEMORY_OUTPUT_STREAM (output);
}

GBytes *
web_pipeline_take_collected (GMemoryOutputStream *output)
{
  if (!g_output_stream_is_closed (G_OUTPUT_STREAM (output)))
    g_output_stream_close (G_OUTPUT_STREAM (output), NULL, NULL);
  if (g_memory_output_stream_get_data_size (output) == 0)
    return NULL;
  return g_memory_output_stream_steal_as_bytes (output);
}

static void
on_sink_eos (GstAppSink *sink, gpointer blob)
{
  web_blob_finish (blob);
}

/* A copy: the fragments are small, and the muxer reuses nothing of ours. */
static GstFlowReturn
on_sink_sample (GstAppSink *sink, gpointer blob)
{
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  GstMapInfo map;

  if (buffer != NULL && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    g_autoptr (GBytes) bytes = g_bytes_new (map.data, map.size);

    gst_buffer_unmap (buffer, &map);
    web_blob_append (blob, bytes);
  }
  return GST_FLOW_OK;
}

void
web_pipeline_append_to (WebPipeline *pipeline, const char *name, WebBlob *blob)
{
  g_autoptr (GstElement) sink = web_pipeline_ref_element (pipeline, name);
  GstAppSinkCallbacks callbacks = { .eos = on_sink_eos,
    .new_sample = on_sink_sample };

  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks,
      web_blob_ref (blob), (GDestroyNotify) web_blob_unref);
}

void
web_pipeline_start (WebPipeline *pipeline)
{
  gst_element_set_state (pipeline->element, GST_STATE_PLAYING);
}

void
web_pipeline_free (WebPipeline *pipeline)
{
  if (pipeline == NULL)
    return;
  gst_bus_remove_watch (pipeline->bus);
  gst_element_set_state (pipeline->element, GST_STATE_NULL);
  gst_object_unref (pipeline->bus);
  gst_object_unref (pipeline->element);
  g_free (pipeline);
}
