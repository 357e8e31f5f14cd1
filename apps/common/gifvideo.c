/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gifvideo.h"

#include <gst/app/gstappsrc.h>

#define BYTES_PER_PIXEL 4

GstElement *
gif_video_add_element (
    GstBin *bin, const char *factory, const char *name, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, name);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "The GStreamer element %s is not installed.", factory);
    return NULL;
  }
  gst_bin_add (bin, element);
  return element;
}

/* A GIF's pixels are opaque or absent, nothing between. */
static void
paint_white_where_absent (guint8 *pixels, gsize size)
{
  for (gsize i = 0; i + BYTES_PER_PIXEL <= size; i += BYTES_PER_PIXEL) {
    if (pixels[i + 3] == 0)
      memset (pixels + i, 0xff, BYTES_PER_PIXEL);
  }
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer =
      gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstMapInfo map;

  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  if (gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    paint_white_where_absent (map.data, map.size);
    gst_buffer_unmap (buffer, &map);
  }
  return GST_PAD_PROBE_OK;
}

/* Sets the crop before the caps reach it. */
static GstPadProbeReturn
on_caps (GstPad *pad, GstPadProbeInfo *info, gpointer crop)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;
  GstStructure *structure;
  int width = 0, height = 0;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  structure = gst_caps_get_structure (caps, 0);
  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_int (structure, "height", &height);
  g_object_set (crop, "right", width > 1 ? width % 2 : 0, "bottom",
      height > 1 ? height % 2 : 0, NULL);
  return GST_PAD_PROBE_OK;
}

static void
fill_source (GstElement *source, GBytes *gif)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/gif");
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (gif);

  GST_BUFFER_OFFSET (buffer) = 0;
  gst_app_src_set_caps (GST_APP_SRC (source), caps);
  gst_app_src_set_size (GST_APP_SRC (source), g_bytes_get_size (gif));
  gst_app_src_push_buffer (GST_APP_SRC (source), buffer);
  gst_app_src_end_of_stream (GST_APP_SRC (source));
}

static void
watch_pictures (GstElement *crop)
{
  g_autoptr (GstPad) in = gst_element_get_static_pad (crop, "sink");
  g_autoptr (GstPad) out = gst_element_get_static_pad (crop, "src");

  gst_pad_add_probe (
      in, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_caps, crop, NULL);
  gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER, on_picture, NULL, NULL);
}

GstElement *
gif_video_new (GBytes *gif, int n_plays, GError **error)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstCaps) rgba = gst_caps_from_string ("video/x-raw,format=RGBA");
  g_autoptr (GstCaps) i420 = gst_caps_from_string ("video/x-raw,format=I420");
  g_autoptr (GstPad) last = NULL;
  GstElement *source, *decoder, *filter, *crop, *convert, *out;

  if ((source = gif_video_add_element (GST_BIN (bin), "appsrc", NULL, error))
          == NULL
      || (decoder = gif_video_add_element (
              GST_BIN (bin), "animgifdec", NULL, error))
          == NULL
      || (filter = gif_video_add_element (
              GST_BIN (bin), "capsfilter", NULL, error))
          == NULL
      || (crop = gif_video_add_element (
              GST_BIN (bin), "videocrop", NULL, error))
          == NULL
      || (convert = gif_video_add_element (
              GST_BIN (bin), "videoconvert", NULL, error))
          == NULL
      || (out = gif_video_add_element (
              GST_BIN (bin), "capsfilter", NULL, error))
          == NULL)
    return NULL;

  fill_source (source, gif);
  g_object_set (decoder, "loop-count", n_plays, NULL);
  g_object_set (filter, "caps", rgba, NULL);
  g_object_set (out, "caps", i420, NULL);
  watch_pictures (crop);
  gst_element_link_many (source, decoder, filter, crop, convert, out, NULL);

  last = gst_element_get_static_pad (out, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", last));
  g_object_force_floating (G_OBJECT (bin));
  return g_steal_pointer (&bin);
}
