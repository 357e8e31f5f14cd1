/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text is #rgb, #rrggbb or a name as in CSS or X11 ("navy", "rebeccapurple");
 * FALSE otherwise. */
gboolean colour_parse (const char *text, guint32 *ret_rgb);

G_END_DECLS
