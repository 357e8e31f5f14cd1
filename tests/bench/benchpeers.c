/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchpeers.h"
#include "gifdecoder.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

static void
decode_ours (
    const BenchFile *file, gboolean copies, BenchSink sink, gpointer data)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  gsize stride = 4 * (gsize) file->width;
  g_autofree guint8 *dest = copies ? g_malloc (stride * file->height) : NULL;
  guint i;

  gif_decoder_set_layout (decoder, GIF_LAYOUT_BGRA);
  gif_decoder_scan (decoder, file->data, file->size, TRUE);
  for (i = 0; i < gif_decoder_get_info (decoder)->n_frames; i++) {
    gif_decoder_render (decoder, file->data, file->size, i);
    if (copies)
      gif_decoder_copy (decoder, dest, stride);
    if (sink)
      sink (copies ? dest : gif_decoder_get_canvas (decoder), stride, data);
  }
}

static void
decode_visioncraft (const BenchFile *file, BenchSink sink, gpointer data)
{
  decode_ours (file, FALSE, sink, data);
}

static void
decode_visioncraft_copy (const BenchFile *file, BenchSink sink, gpointer data)
{
  decode_ours (file, TRUE, sink, data);
}

/* As much at a time as gdk-pixbuf's own functions give the loader; both less and
 * more of it are slower. */
#define PIXBUF_CHUNK 65536

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GTimeVal is what the interface takes */
    static void
    decode_gdk_pixbuf (const BenchFile *file, BenchSink sink, gpointer data)
{
  g_autoptr (GdkPixbufLoader) loader =
      gdk_pixbuf_loader_new_with_type ("gif", NULL);
  g_autoptr (GdkPixbufAnimationIter) iter = NULL;
  GTimeVal now = { 1, 0 };
  gsize at;
  guint i;

  for (at = 0; at < file->size; at += PIXBUF_CHUNK)
    g_assert_true (gdk_pixbuf_loader_write (
        loader, file->data + at, MIN (PIXBUF_CHUNK, file->size - at), NULL));
  g_assert_true (gdk_pixbuf_loader_close (loader, NULL));
  iter = gdk_pixbuf_animation_get_iter (
      gdk_pixbuf_loader_get_animation (loader), &now);
  for (i = 0; i < file->n_frames; i++) {
    GdkPixbuf *pixbuf = gdk_pixbuf_animation_iter_get_pixbuf (iter);

    if (sink)
      sink (gdk_pixbuf_read_pixels (pixbuf),
          (gsize) gdk_pixbuf_get_rowstride (pixbuf), data);
    g_time_val_add (
        &now, 1000L * gdk_pixbuf_animation_iter_get_delay_time (iter));
    gdk_pixbuf_animation_iter_advance (iter, &now);
  }
}
G_GNUC_END_IGNORE_DEPRECATIONS

/* The least that a picture per frame costs. */
static void
copy_canvases (const BenchFile *file, BenchSink sink, gpointer data)
{
  gsize size = 4 * (gsize) file->width * file->height;
  g_autofree guint8 *src = g_malloc0 (size);
  g_autofree guint8 *dest = g_malloc (size);
  guint i;

  for (i = 0; i < file->n_frames; i++) {
    memcpy (dest, src, size);
    /* Nobody reads it; it shall be done all the same. */
    __asm__ volatile("" : : "r"(dest) : "memory");
  }
}

static const BenchPeer peers[] = {
  { "visioncraft", FALSE, decode_visioncraft },
  { "libavcodec", FALSE, bench_decode_libavcodec },
  { "visioncraft, copied out", FALSE, decode_visioncraft_copy },
  { "giflib", FALSE, bench_decode_giflib },
  { "gdk-pixbuf", TRUE, decode_gdk_pixbuf },
  { "one memcpy per frame", FALSE, copy_canvases },
};

const BenchPeer *
bench_peer_get (guint n)
{
  return n < G_N_ELEMENTS (peers) ? &peers[n] : NULL;
}
