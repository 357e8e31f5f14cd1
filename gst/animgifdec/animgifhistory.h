/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Pictures kept on the way to a frame, for the way back: the frames before it
 * are shown next, each from the last picture kept before it. Where there are
 * more frames than room, those kept lie apart, and closer together the nearer
 * the frame that is shown. */
typedef struct _AnimGifHistory AnimGifHistory;

/* The most bytes, and the most pictures, that a history keeps. */
#define ANIM_GIF_HISTORY_BYTES (64 << 20)
#define ANIM_GIF_HISTORY_PICTURES 64

/* With fewer pictures than this a way back gets long: as many are kept in more
 * bytes. */
#define ANIM_GIF_HISTORY_FEW 4
#define ANIM_GIF_HISTORY_BYTES_FOR_FEW (256 << 20)

AnimGifHistory *anim_gif_history_new (void);

void anim_gif_history_free (AnimGifHistory *self);

/* Pictures have @size bytes; 0: none is kept. A new size gives all back. */
void anim_gif_history_set_size (AnimGifHistory *self, gsize size);

/* Gives back the pictures of frames behind @n.
 *
 * Returns: (transfer none) (nullable): of those left the last one, of frame
 * *@of; valid until the next call. */
const guint8 *anim_gif_history_find (AnimGifHistory *self, guint n, guint *of);

/* The frames from @from to @n will be drawn, if that is not known already. */
void anim_gif_history_begin (AnimGifHistory *self, guint from, guint n);

/* Frame @n is drawn: keeps a copy of its picture, if it is worth that and there
 * is memory. */
void anim_gif_history_offer (
    AnimGifHistory *self, guint n, const guint8 *picture);

G_END_DECLS
