/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "thumbnail.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#define LIMIT_NS (10 * GST_SECOND)

static const char description[] =
    "appsrc name=in format=bytes caps=image/gif ! animgifdec "
    "background=0xffffffff ! "
    "videoconvert ! videoscale add-borders=true ! "
    "video/x-raw,format=I420,width=160,height=160,pixel-aspect-ratio=1/1 ! "
    "jpegenc snapshot=true quality=80 ! appsink name=out sync=false";

G_STATIC_ASSERT (THUMBNAIL_SIDE == 160);

static GBytes *
bytes_of (GstSample *sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstMapInfo map;
  GBytes *bytes;

  if (buffer == NULL || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return NULL;
  bytes = g_bytes_new (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return bytes;
}

GBytes *
thumbnail_new (GBytes *gif)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, NULL);
  g_autoptr (GstElement) source = NULL, sink = NULL;
  g_autoptr (GstSample) sample = NULL;
  GBytes *jpeg;

  if (pipeline == NULL)
    return NULL;
  source = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  gst_app_src_push_buffer (
      GST_APP_SRC (source), gst_buffer_new_wrapped_bytes (gif));
  gst_app_src_end_of_stream (GST_APP_SRC (source));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink), LIMIT_NS);
  jpeg = sample != NULL ? bytes_of (sample) : NULL;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return jpeg;
}
