/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define MOCK_PALETTE_SIZE 256
#define MOCK_TRANSPARENT 255 /* the palette's index for no colour at all */

/* What decides how a picture looks. */
typedef struct
{
  const char *prompt; /* UTF-8 */
  const char *sampler;
  gint64 cfg_scale, steps;
  guint width, height; /* pixels */
  guint n_frames;
  gboolean transparent; /* balls and words on nothing */
} MockRecipe;

typedef struct _MockPicture MockPicture;

/* Prepares the animation of @recipe: colours, waves, orbs and the written
 * prompt follow from a hash of prompt, sampler, cfg_scale and steps alone.
 * Never fails. Free with mock_picture_free(). */
MockPicture *mock_picture_new (const MockRecipe *recipe);

void mock_picture_free (MockPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockPicture, mock_picture_free)

/* MOCK_PALETTE_SIZE colours, red green blue. Owned by @picture. */
const guint8 *mock_picture_get_palette (MockPicture *picture);

/* Paints frame @index (from 0; frame n_frames is frame 0 again): one palette
 * index for each of width × height pixels, row by row. */
void mock_picture_paint (MockPicture *picture, guint index, guint8 *pixels);
