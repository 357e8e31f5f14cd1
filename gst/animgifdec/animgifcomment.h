/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Any bytes up to NUL as one line of UTF-8 that can be shown: white space and
 * control characters become single blanks, and none at the ends; what turns the
 * direction of text around is left out. Bytes that are no UTF-8 are taken for
 * ISO 8859-1.
 *
 * Returns: (transfer full) (nullable): NULL when nothing is left. */
char *anim_gif_comment_to_line (const char *comment);

G_END_DECLS
