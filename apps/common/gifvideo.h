/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A bin with one source pad: @gif, decoded and shown @n_plays times (-1: for
 * ever) at @rate pictures a second, as I420 for video encoders. What is
 * transparent becomes white, and a last odd column or row is left out. NULL and
 * @error where an element is not installed. Transfer floating. */
GstElement *gif_video_new (
    GBytes *gif, int n_plays, int rate, guint64 max_pixels, GError **error);

/* gst_element_factory_make() (@name may be NULL) with the sentence for people: which element is
 * missing (GST_CORE_ERROR_MISSING_PLUGIN). Adds it to @bin, which owns it. */
GstElement *gif_video_add_element (
    GstBin *bin, const char *factory, const char *name, GError **error);

G_END_DECLS
