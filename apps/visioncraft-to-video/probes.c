/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probes.h"

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
probes_refuse_nothing (GstPad *pad)
{
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      refuse_nothing, g_new0 (gboolean, 1), g_free);
}
