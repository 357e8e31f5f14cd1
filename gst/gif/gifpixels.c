/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifpixels.h"

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

/* Returns: (transfer full) (nullable): @n_bytes for free(), which frees GLib's
 * memory too; many of them in pages as large as the system has, where it can be
 * asked for them. */
static gpointer
new_memory (gsize n_bytes)
{
#ifdef MADV_HUGEPAGE
  const gsize huge_page = 2 * 1024 * 1024;
  gpointer memory;

  if (n_bytes >= 2 * huge_page) {
    if (posix_memalign (&memory, huge_page, n_bytes) != 0)
      return NULL;
    /* A wish: without such pages all works as well. */
    (void) madvise (memory, n_bytes, MADV_HUGEPAGE);
    return memory;
  }
#endif
  return g_try_malloc (n_bytes);
}

/* Returns: (transfer full) (nullable): a block with room for @n pixels, which LZW
 * counts in 32 bits. */
static guint32 *
new_block (const GifPixels *self, guint64 n)
{
  guint64 max = MIN (G_MAXUINT32, G_MAXSIZE / sizeof (guint32));

  return n <= max - self->lead
      ? new_memory ((gsize) (self->lead + n) * sizeof (guint32))
      : NULL;
}

void
gif_pixels_clear (GifPixels *self)
{
  free (self->memory);
  *self = (GifPixels){ .lead = self->lead };
}

gboolean
gif_pixels_setup (
    GifPixels *self, gsize n_shown, gsize n_saved, gsize n_scratch)
{
  guint64 n = (guint64) n_shown + n_saved + n_scratch;

  if (self->memory == NULL || n > self->n_reserved) {
    gif_pixels_clear (self);
    self->memory = new_block (self, n);
    if (self->memory == NULL)
      return FALSE;
    self->n_reserved = (gsize) n;
  }
  self->n_shown = n_shown;
  self->n_saved = n_saved;
  self->n_scratch = n_scratch;
  self->shown = self->memory + self->lead;
  self->saved = self->shown + n_shown;
  self->scratch = self->saved + n_saved;
  return TRUE;
}

gboolean
gif_pixels_grow (GifPixels *self, gsize n_saved, gsize n_scratch)
{
  GifPixels grown = { .lead = self->lead };

  /* A file that is read as it comes may want a little more for each frame. */
  if (n_scratch > self->n_scratch)
    n_scratch = MAX (n_scratch, 2 * self->n_scratch);
  if (!gif_pixels_setup (&grown, self->n_shown, MAX (n_saved, self->n_saved),
          MAX (n_scratch, self->n_scratch)))
    return FALSE;
  memcpy (grown.memory, self->memory, self->lead * sizeof (guint32));
  memcpy (grown.shown, self->shown, self->n_shown * sizeof (guint32));
  gif_pixels_clear (self);
  *self = grown;
  return TRUE;
}

void
gif_pixels_swap (GifPixels *self)
{
  guint32 *shown = self->shown;

  self->shown = self->saved;
  self->saved = shown;
}
