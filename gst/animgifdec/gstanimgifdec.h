/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_ANIM_GIF_DEC (gst_anim_gif_dec_get_type ())
G_DECLARE_FINAL_TYPE (
    GstAnimGifDec, gst_anim_gif_dec, GST, ANIM_GIF_DEC, GstElement)

GST_ELEMENT_REGISTER_DECLARE (animgifdec)

G_END_DECLS
