/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gifdecoder.h"

G_BEGIN_DECLS

/* A file of tests/data/gif with the truth about it. */
typedef struct
{
  char *name;
  guint8 *data; /* NAME.gif */
  gsize size;
  GKeyFile *conf; /* NAME.conf */
} GifGolden;

/* Returns: (transfer full): file @name. Its absence fails the test. */
GifGolden *gif_golden_load (const char *name);

void gif_golden_free (GifGolden *golden);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GifGolden, gif_golden_free)

/* Returns: (transfer full): the names of all files, sorted; at least one. */
GPtrArray *gif_golden_list (void);

/* Integer @key of [gif], or of [frame @n] where @n is not negative. */
int gif_golden_int (const GifGolden *golden, int n, const char *key);

/* Likewise. Returns: (transfer full): its text. */
char *gif_golden_text (const GifGolden *golden, int n, const char *key);

/* Fails the test, with the rows that differ where the .conf has them, unless
 * the RGBA @pixels are picture @n. */
void gif_golden_assert_picture (
    const GifGolden *golden, guint n, const guint8 *pixels);

/* Returns: (transfer full): a decoder that has scanned all of @golden. */
GifDecoder *gif_golden_scan (const GifGolden *golden);

G_END_DECLS
