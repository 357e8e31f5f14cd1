/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define GST_TYPE_VISIONCRAFT_GIF_SRC (gst_visioncraft_gif_src_get_type ())
G_DECLARE_FINAL_TYPE (GstVisioncraftGifSrc, gst_visioncraft_gif_src, GST,
    VISIONCRAFT_GIF_SRC, GstPushSrc)

GST_ELEMENT_REGISTER_DECLARE (visioncraftgifsrc)

G_END_DECLS
