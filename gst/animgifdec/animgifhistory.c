/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "animgifhistory.h"

#include <string.h>

typedef struct
{
  guint n; /* its frame */
  guint8 *pixels;
} Kept;

struct _AnimGifHistory
{
  gsize size;                           /* of a picture */
  Kept kept[ANIM_GIF_HISTORY_PICTURES]; /* in the order of their frames */
  guint n_kept;

  guint goal; /* of the way that is being gone; G_MAXUINT: none */
  guint next; /* first frame to keep on it */
  guint interval;
};

AnimGifHistory *
anim_gif_history_new (void)
{
  AnimGifHistory *self = g_new0 (AnimGifHistory, 1);

  self->goal = G_MAXUINT;
  return self;
}

void
anim_gif_history_free (AnimGifHistory *self)
{
  anim_gif_history_set_size (self, 0);
  g_free (self);
}

static void
drop_last (AnimGifHistory *self)
{
  self->n_kept--;
  g_clear_pointer (&self->kept[self->n_kept].pixels, g_free);
}

void
anim_gif_history_set_size (AnimGifHistory *self, gsize size)
{
  if (self->size == size)
    return;
  while (self->n_kept > 0)
    drop_last (self);
  self->size = size;
  self->goal = G_MAXUINT;
}

const guint8 *
anim_gif_history_find (AnimGifHistory *self, guint n, guint *of)
{
  while (self->n_kept > 0 && self->kept[self->n_kept - 1].n > n)
    drop_last (self);
  if (self->n_kept == 0)
    return NULL;
  *of = self->kept[self->n_kept - 1].n;
  return self->kept[self->n_kept - 1].pixels;
}

static guint
count_room (const AnimGifHistory *self)
{
  guint room =
      MIN (ANIM_GIF_HISTORY_BYTES / self->size, ANIM_GIF_HISTORY_PICTURES);

  if (room < ANIM_GIF_HISTORY_FEW)
    room =
        MIN (ANIM_GIF_HISTORY_BYTES_FOR_FEW / self->size, ANIM_GIF_HISTORY_FEW);
  return MAX (room, self->n_kept) - self->n_kept;
}

void
anim_gif_history_begin (AnimGifHistory *self, guint from, guint n)
{
  guint n_new;

  if (self->goal == n || self->size == 0)
    return;
  /* Half of the room, for the ways back between those that are kept now need
   * some. */
  n_new = (count_room (self) + 1) / 2;
  self->goal = n;
  self->interval = (n - from) / (n_new + 1) + 1;
  self->next = n_new > 0 ? from + self->interval - 1 : G_MAXUINT;
}

void
anim_gif_history_offer (AnimGifHistory *self, guint n, const guint8 *picture)
{
  guint8 *pixels;

  if (n < self->next || n >= self->goal
      || self->n_kept == ANIM_GIF_HISTORY_PICTURES
      || (self->n_kept > 0 && self->kept[self->n_kept - 1].n >= n))
    return;
  pixels = g_try_malloc (self->size);
  if (pixels == NULL)
    return;
  memcpy (pixels, picture, self->size);
  self->kept[self->n_kept++] = (Kept){ .n = n, .pixels = pixels };
  self->next = n + self->interval;
}
