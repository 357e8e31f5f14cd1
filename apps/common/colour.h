/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text is #rgb, #rrggbb or one of HTML's sixteen names; FALSE otherwise. */
gboolean colour_parse (const char *text, guint32 *ret_rgb);

G_END_DECLS
