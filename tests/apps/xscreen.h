/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An X server without a screen to look at, and the pixels on it. */
typedef struct _XScreen XScreen;

/* Starts Xvfb; ends the program where it does not come up. */
XScreen *x_screen_new (guint width, guint height);
void x_screen_free (XScreen *screen);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (XScreen, x_screen_free)

/* ":1", for DISPLAY. Owned by @screen. */
const char *x_screen_get_display (XScreen *screen);

/* 0xRRGGBB. */
guint32 x_screen_get_pixel (XScreen *screen, guint x, guint y);

/* How many pixels have just this color. */
guint x_screen_count (XScreen *screen, guint32 color);

/* How many colors there are, at most @limit. */
guint x_screen_count_colors (XScreen *screen, guint limit);

/* Runs xdotool with a NULL-terminated list of arguments: keys and pointer. */
void x_screen_do (XScreen *screen, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
