/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "videopads.h"

/* Sets the crop before the caps reach it. */
static GstPadProbeReturn
crop_to_even (GstPad *pad, GstPadProbeInfo *info, gpointer crop)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;
  int width = 0, height = 0;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  gst_structure_get (gst_caps_get_structure (caps, 0), "width", G_TYPE_INT,
      &width, "height", G_TYPE_INT, &height, NULL);
  g_object_set (crop, "right", width > 1 ? width % 2 : 0, "bottom",
      height > 1 ? height % 2 : 0, NULL);
  return GST_PAD_PROBE_OK;
}

void
video_pad_crop_to_even (GstPad *pad, GstElement *crop)
{
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, crop_to_even, crop, NULL);
}

/* A source that fails pushes an end of stream too. Muxers do not expect it
 * without data: mp4mux 1.22 then copies caps that are not there, if it is being
 * stopped at that moment. */
static GstPadProbeReturn
refuse_nothing (GstPad *pad, GstPadProbeInfo *probe, gpointer data)
{
  gboolean *has_data = data;
  g_autoptr (GstElement) element = NULL;

  if (GST_PAD_PROBE_INFO_TYPE (probe) & GST_PAD_PROBE_TYPE_BUFFER) {
    *has_data = TRUE;
    return GST_PAD_PROBE_OK;
  }
  if (*has_data
      || GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (probe)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;

  /* The first error is the one that counts, and mostly there is one. */
  element = gst_pad_get_parent_element (pad);
  GST_ELEMENT_ERROR (
      element, STREAM, DECODE, ("There is no picture in this GIF."), (NULL));
  return GST_PAD_PROBE_DROP;
}

void
video_pad_refuse_nothing (GstPad *pad)
{
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      refuse_nothing, g_new0 (gboolean, 1), g_free);
}
