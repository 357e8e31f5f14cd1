/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Sets the videocrop @crop, which follows @pad, so that a last odd column or
 * row is left out: I420 has half as many chroma samples each way. */
void video_pad_crop_to_even (GstPad *pad, GstElement *crop);

/* Turns an end of stream on @pad, before any buffer, into an error of its
 * element. */
void video_pad_refuse_nothing (GstPad *pad);

G_END_DECLS
