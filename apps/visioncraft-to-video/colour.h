/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* @text is #rgb, #rrggbb or one of HTML's sixteen names; FALSE otherwise. */
gboolean colour_parse (const char *text, guint32 *ret_rgb);

/* Blends all that passes @pad, which has to be RGBA, onto 0xRRGGBB. */
void colour_flatten (GstPad *pad, guint32 rgb);

G_END_DECLS
