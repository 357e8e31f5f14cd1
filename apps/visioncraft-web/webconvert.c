/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webconvert.h"

#include "joincomments.h"
#include "webpipeline.h"

#include <libsoup/soup.h>

#define DEADLINE_S 300

/* Both muxers go back to write duration and index: into memory they can. */
static const char *const descriptions[WEB_N_FORMATS] = {
  [WEB_FORMAT_MP4] =
      "giostreamsrc name=gif ! " WEB_DECODE
      " ! x264enc bframes=0 pass=qual quantizer=18 "
      "! mp4mux name=tagged faststart=true ! giostreamsink name=file",
  [WEB_FORMAT_WEBM] =
      "giostreamsrc name=gif ! " WEB_DECODE
      " ! vp8enc deadline=1 cpu-used=4 end-usage=cq "
      "cq-level=10 min-quantizer=2 max-quantizer=40 target-bitrate=8000000 "
      "! webmmux ! giostreamsink name=file",
  [WEB_FORMAT_JPEG] = "giostreamsrc name=gif ! " WEB_DECODE
                      " ! jpegenc snapshot=true ! giostreamsink name=file",
};

struct _WebConvert
{
  WebPipeline *pipeline;
  GMemoryOutputStream *file;
  guint deadline_id;
  guint failed_id; /* no pipeline: reported from the main loop */
  WebConvertFunc func;
  gpointer data;
};

/* @func may free the conversion: nothing of it is touched after that. */
static void
report (WebConvert *convert, WebFault *fault_taken)
{
  g_autoptr (WebFault) fault = fault_taken;
  g_autoptr (GBytes) bytes = NULL;

  g_clear_handle_id (&convert->deadline_id, g_source_remove);
  g_clear_pointer (&convert->pipeline, web_pipeline_free);
  if (fault == NULL)
    bytes = web_pipeline_take_collected (convert->file);
  if (fault == NULL && bytes == NULL)
    fault = web_fault_new (SOUP_STATUS_INTERNAL_SERVER_ERROR, "internal");
  convert->func (bytes, fault, convert->data);
}

static void
on_message (GstMessage *message, gpointer data)
{
  WebConvert *convert = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    report (convert, NULL);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, &debug);
    g_message ("conversion: %s (%s)", error->message, debug);
    report (convert, web_fault_new_from_message (message));
  }
}

static gboolean
on_deadline (gpointer data)
{
  WebConvert *convert = data;

  convert->deadline_id = 0;
  report (convert, web_fault_new (SOUP_STATUS_GATEWAY_TIMEOUT, "deadline"));
  return G_SOURCE_REMOVE;
}

static gboolean
on_failed (gpointer data)
{
  WebConvert *convert = data;

  convert->failed_id = 0;
  report (convert, web_fault_new (SOUP_STATUS_INTERNAL_SERVER_ERROR, "setup"));
  return G_SOURCE_REMOVE;
}

gboolean
web_convert_check_elements (GError **error)
{
  for (guint i = 0; i < WEB_N_FORMATS; i++) {
    g_autoptr (WebPipeline) pipeline =
        web_pipeline_new (descriptions[i], NULL, NULL, error);

    if (pipeline == NULL)
      return FALSE;
  }
  return TRUE;
}

/* matroskamux 1.22 writes only those that come with a stream. */
static GstPadProbeReturn
send_tags (GstPad *pad, GstPadProbeInfo *info, gpointer tags)
{
  gst_pad_push_event (pad, gst_event_new_tag (gst_tag_list_ref (tags)));
  return GST_PAD_PROBE_REMOVE;
}

static void
set_tags (WebConvert *convert, const GstTagList *tags)
{
  g_autoptr (GstElement) decoder =
      web_pipeline_ref_element (convert->pipeline, "decoder");
  g_autoptr (GstElement) muxer =
      web_pipeline_ref_element (convert->pipeline, "tagged");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (decoder, "src");

  comments_join (pad, tags, NULL);
  if (muxer != NULL)
    gst_tag_setter_merge_tags (
        GST_TAG_SETTER (muxer), tags, GST_TAG_MERGE_REPLACE_ALL);
  else
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, send_tags,
        gst_tag_list_copy (tags), (GDestroyNotify) gst_tag_list_unref);
}

WebConvert *
web_convert_new (WebFormat format, GBytes *gif, const GstTagList *tags,
    WebConvertFunc func, gpointer data)
{
  WebConvert *convert = g_new0 (WebConvert, 1);
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_bytes (gif);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GError) error = NULL;

  convert->func = func;
  convert->data = data;
  convert->pipeline =
      web_pipeline_new (descriptions[format], on_message, convert, &error);
  if (convert->pipeline == NULL) {
    g_warning ("%s", error->message);
    convert->failed_id = g_idle_add (on_failed, convert);
    return convert;
  }
  source = web_pipeline_ref_element (convert->pipeline, "gif");
  g_object_set (source, "stream", input, NULL);
  set_tags (convert, tags);
  convert->file = web_pipeline_collect (convert->pipeline, "file");
  convert->deadline_id =
      g_timeout_add_seconds (DEADLINE_S, on_deadline, convert);
  web_pipeline_start (convert->pipeline);
  return convert;
}

void
web_convert_free (WebConvert *convert)
{
  if (convert == NULL)
    return;
  g_clear_handle_id (&convert->deadline_id, g_source_remove);
  g_clear_handle_id (&convert->failed_id, g_source_remove);
  g_clear_pointer (&convert->pipeline, web_pipeline_free);
  g_clear_object (&convert->file);
  g_free (convert);
}
