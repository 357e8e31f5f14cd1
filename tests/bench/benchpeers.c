/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchpeers.h"
#include "gifdecoder.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

static gpointer
open_visioncraft (void)
{
  GifDecoder *decoder = gif_decoder_new ();

  gif_decoder_set_layout (decoder, GIF_LAYOUT_BGRA);
  return decoder;
}

static void
close_visioncraft (gpointer kept)
{
  gif_decoder_free (kept);
}

static gboolean
decode_visioncraft (gpointer kept, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  GifDecoder *decoder = kept;
  gsize stride = 4 * (gsize) file->width;
  guint i;

  gif_decoder_reset (decoder);
  gif_decoder_scan (decoder, file->data, file->size, TRUE);
  for (i = 0; i < gif_decoder_get_info (decoder)->n_frames; i++) {
    gif_decoder_render (decoder, file->data, file->size, i);
    if (dest)
      gif_decoder_copy (decoder, dest, stride);
    if (sink)
      sink (dest ? dest : gif_decoder_get_canvas (decoder), stride, data);
  }
  return TRUE;
}

/* As much at a time as gdk-pixbuf's own functions give the loader; both less and
 * more of it are slower. */
#define PIXBUF_CHUNK 65536

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GTimeVal is what the interface takes */
    static gboolean
    decode_gdk_pixbuf (gpointer kept, const BenchFile *file, guint8 *dest,
        BenchSink sink, gpointer data)
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
  return TRUE;
}
G_GNUC_END_IGNORE_DEPRECATIONS

/* The least that a picture per frame costs. */
static gboolean
copy_canvases (gpointer kept, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  gsize size = 4 * (gsize) file->width * file->height;
  g_autofree guint8 *src = g_malloc0 (size);
  guint i;

  for (i = 0; i < file->n_frames; i++) {
    memcpy (dest, src, size);
    /* Nobody reads it; it shall be done all the same. */
    __asm__ volatile("" : : "r"(dest) : "memory");
  }
  return TRUE;
}

static const BenchPeer peers[] = {
  { "visioncraft", .is_for_files = TRUE, .open = open_visioncraft,
      .close = close_visioncraft, .decode = decode_visioncraft },
  { "libavcodec", .is_for_files = TRUE, .open = bench_open_libavcodec,
      .close = bench_close_libavcodec, .decode = bench_decode_libavcodec },
  { "visioncraft, copied out", .copies = TRUE, .open = open_visioncraft,
      .close = close_visioncraft, .decode = decode_visioncraft },
#ifdef WUFFS_HEADER
  { "Wuffs", .is_for_files = TRUE, .open = bench_open_wuffs,
      .close = bench_close_wuffs, .decode = bench_decode_wuffs },
  { "Wuffs, in place", .copies = TRUE, .is_for_files = TRUE,
      .open = bench_open_wuffs, .close = bench_close_wuffs,
      .decode = bench_decode_wuffs_in_place },
#endif
  { "giflib", .is_for_files = TRUE, .decode = bench_decode_giflib },
  { "gdk-pixbuf", .is_rgba = TRUE, .decode = decode_gdk_pixbuf },
  { "one memcpy per frame", .copies = TRUE, .decode = copy_canvases },
};

const BenchPeer *
bench_peer_get (guint n)
{
  return n < G_N_ELEMENTS (peers) ? &peers[n] : NULL;
}

const BenchPeer *
bench_peer_find (const gchar *name)
{
  guint k;

  for (k = 0; k < G_N_ELEMENTS (peers); k++) {
    if (!name || g_str_equal (peers[k].name, name))
      return &peers[k];
  }
  g_error ("no decoder is called %s", name);
}

gboolean
bench_peer_decode (const BenchPeer *peer, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  gpointer kept = peer->open ? peer->open () : NULL;
  gboolean is_good = peer->decode (kept, file, dest, sink, data);

  if (peer->close)
    peer->close (kept);
  return is_good;
}

/* Sum over all pictures, so that peers can be compared. */
typedef struct
{
  const BenchFile *file;
  gboolean is_rgba;
  GChecksum *checksum;
  guint n_pictures;
} Witness;

static void
see_picture (const guint8 *pixels, gsize stride, gpointer data)
{
  Witness *witness = data;
  gsize n_bytes = 4 * (gsize) witness->file->width;
  g_autofree guint8 *row = g_malloc (n_bytes);
  guint x, y;

  for (y = 0; y < witness->file->height; y++, pixels += stride) {
    memcpy (row, pixels, n_bytes);
    for (x = 0; x < witness->file->width; x++) {
      guint8 *pixel = row + 4 * (gsize) x, red = pixel[0];

      /* A colour that nobody sees is none. */
      if (pixel[3] == 0) {
        memset (pixel, 0, 4);
      } else if (witness->is_rgba) {
        pixel[0] = pixel[2];
        pixel[2] = red;
      }
    }
    g_checksum_update (witness->checksum, row, (gssize) n_bytes);
  }
  witness->n_pictures++;
}

gchar *
bench_peer_look (const BenchPeer *peer, const BenchFile *file)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree guint8 *dest = g_malloc (4 * (gsize) file->width * file->height);
  Witness witness = { file, peer->is_rgba, checksum, 0 };

  if (!bench_peer_decode (
          peer, file, peer->copies ? dest : NULL, see_picture, &witness)
      || witness.n_pictures == 0)
    return NULL;
  return g_strdup_printf (
      "%u %s", witness.n_pictures, g_checksum_get_string (checksum));
}

gboolean
bench_file_describe (BenchFile *file, const guint8 *data, gsize size)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  const GifInfo *info = gif_decoder_get_info (decoder);
  guint i;

  if (gif_decoder_scan (decoder, data, size, TRUE) != GIF_RESULT_END
      || info->n_frames == 0)
    return FALSE;
  *file = (BenchFile){ data, size, info->width, info->height, info->n_frames,
    g_new (gsize, info->n_frames) };
  for (i = 0; i < info->n_frames; i++) {
    const GifFrame *frame = gif_decoder_get_frame (decoder, i);

    file->packet_ends[i] = frame->offset + frame->size;
  }
  return TRUE;
}
