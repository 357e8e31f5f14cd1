/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "colour.h"

#include <gst/video/video.h>

static const struct
{
  const char *name;
  guint32 rgb;
} names[] = {
  { "aqua", 0x00ffff },
  { "black", 0x000000 },
  { "blue", 0x0000ff },
  { "fuchsia", 0xff00ff },
  { "gray", 0x808080 },
  { "green", 0x008000 },
  { "lime", 0x00ff00 },
  { "maroon", 0x800000 },
  { "navy", 0x000080 },
  { "olive", 0x808000 },
  { "purple", 0x800080 },
  { "red", 0xff0000 },
  { "silver", 0xc0c0c0 },
  { "teal", 0x008080 },
  { "white", 0xffffff },
  { "yellow", 0xffff00 },
};

gboolean
colour_parse (const char *text, guint32 *ret_rgb)
{
  guint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_ascii_strcasecmp (text, names[i].name) == 0) {
      *ret_rgb = names[i].rgb;
      return TRUE;
    }
  }
  if (!g_regex_match_simple (
          "^#([0-9a-f]{3}|[0-9a-f]{6})$", text, G_REGEX_CASELESS, 0))
    return FALSE;

  number = g_ascii_strtoull (text + 1, NULL, 16);
  if (text[4] == '\0') /* #rgb: each digit twice */
    number = ((number >> 8) * 0x110000) | ((number >> 4 & 15) * 0x1100)
        | ((number & 15) * 0x11);
  *ret_rgb = (guint32) number;
  return TRUE;
}

static void
flatten_row (guint8 *row, guint width, const guint8 *colour)
{
  for (guint x = 0; x < width; x++, row += 4) {
    guint alpha = row[3];

    for (guint i = 0; i < 3; i++)
      row[i] = (row[i] * alpha + colour[i] * (255 - alpha) + 127) / 255;
    row[3] = 255;
  }
}

static GstPadProbeReturn
flatten (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  guint32 rgb = GPOINTER_TO_UINT (data);
  const guint8 colour[] = { rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255 };
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstBuffer *buffer =
      gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (probe));
  GstVideoInfo info;
  GstVideoFrame frame;

  GST_PAD_PROBE_INFO_DATA (probe) = buffer;
  if (caps == NULL || !gst_video_info_from_caps (&info, caps)
      || !gst_video_frame_map (&frame, &info, buffer, GST_MAP_READWRITE))
    return GST_PAD_PROBE_OK;
  for (int y = 0; y < GST_VIDEO_FRAME_HEIGHT (&frame); y++)
    flatten_row ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
            + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0),
        GST_VIDEO_FRAME_WIDTH (&frame), colour);
  gst_video_frame_unmap (&frame);
  return GST_PAD_PROBE_OK;
}

void
colour_flatten (GstPad *pad, guint32 rgb)
{
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER, flatten, GUINT_TO_POINTER (rgb), NULL);
}
