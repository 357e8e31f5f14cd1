/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows the newest of the samples it was given, without copying pixels. */
#define PLAYER_TYPE_PAINTABLE (player_paintable_get_type ())
G_DECLARE_FINAL_TYPE (
    PlayerPaintable, player_paintable, PLAYER, PAINTABLE, GObject)

PlayerPaintable *player_paintable_new (void);

/* @sample holds RGBA; one that cannot be shown is passed over. */
void player_paintable_set_sample (PlayerPaintable *self, GstSample *sample);

G_END_DECLS
