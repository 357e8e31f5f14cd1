/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "mockpicture.h"

/* The animation of @recipe as GIF89a that repeats for ever, encoded by giflib.
 * @delays_cs holds one delay for each frame, in hundredths of a second.
 * Transfer full; NULL only when giflib fails. */
GBytes *mock_gif_new (const MockRecipe *recipe, const guint16 *delays_cs);
