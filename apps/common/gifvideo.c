/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gifvideo.h"

#include "videopads.h"

#include <gst/app/gstappsrc.h>

#define WHITE 0xffffffffu

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

GstElement *
gif_video_new (
    GBytes *gif, int n_plays, int rate, guint64 max_pixels, GError **error)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstCaps) caps = gst_caps_new_simple ("video/x-raw", "format",
      G_TYPE_STRING, "I420", "framerate", GST_TYPE_FRACTION, rate, 1, NULL);
  g_autoptr (GstPad) pictures = NULL, last = NULL;
  GstElement *source, *decoder, *filter, *crop;

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
          == NULL)
    return NULL;

  fill_source (source, gif);
  g_object_set (decoder, "loop-count", n_plays, "background", WHITE,
      "max-pixels", max_pixels, NULL);
  g_object_set (filter, "caps", caps, NULL);
  pictures = gst_element_get_static_pad (decoder, "src");
  video_pad_crop_to_even (pictures, crop);
  gst_element_link_many (source, decoder, filter, crop, NULL);

  last = gst_element_get_static_pad (crop, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", last));
  g_object_force_floating (G_OBJECT (bin));
  return g_steal_pointer (&bin);
}
