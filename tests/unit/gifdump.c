/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Prints what the decoder makes of each file: size and loop count; of each frame
 * the delay as in the file, whether it is whole, and the hash of its picture; an
 * empty line. */

#include "gifdecoder.h"

static void
print_file (const guint8 *data, gsize size)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  const GifInfo *info = gif_decoder_get_info (decoder);
  guint n;

  g_assert_cmpint (
      gif_decoder_scan (decoder, data, size, TRUE), ==, GIF_RESULT_END);
  g_print ("%ux%u %d\n", info->width, info->height, info->loop_count);
  for (n = 0; n < info->n_frames; n++) {
    gboolean is_whole =
        gif_decoder_render (decoder, data, size, n) == GIF_RESULT_OK;
    g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA256,
        gif_decoder_get_canvas (decoder),
        (gsize) 4 * info->width * info->height);

    g_print ("%u %d %s\n", gif_decoder_get_frame (decoder, n)->delay_file_cs,
        is_whole, hash);
  }
  g_print ("\n");
}

int
main (int argc, char **argv)
{
  int i;

  for (i = 1; i < argc; i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *data = NULL;
    gsize size;

    g_file_get_contents (argv[i], &data, &size, &error);
    g_assert_no_error (error);
    print_file ((const guint8 *) data, size);
  }
  return 0;
}
