/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define MOCK_GLYPH_WIDTH 5
#define MOCK_GLYPH_HEIGHT 8

/* The eight rows of @c, top first; bit 4 is the leftmost pixel. Characters
 * outside printable ASCII give an empty box. Static. */
const guint8 *mock_font_get_glyph (gunichar c);
