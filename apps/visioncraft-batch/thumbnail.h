/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define THUMBNAIL_SIDE 160

/* @gif's first picture as a JPEG of that many pixels each way, with borders
 * where it is not square. NULL: it cannot be shown. Transfer full. */
GBytes *thumbnail_new (GBytes *gif);

G_END_DECLS
