/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is claimed of opacity against the pixels, on files made at random. */

#include "gifdecoder.h"

#define SIDE 4 /* of the screen */
#define HOLE 3 /* the transparent index, where there is one */
#define N_FILES 5000
#define MAX_FRAMES 6

typedef struct
{
  GifRect rect;
  guint disposal; /* as in the file, 0 to 7 */
  gboolean interlaced;
  gboolean has_index; /* declares HOLE as transparent */
  gboolean uses_index;
  const guint8 *empty; /* data without a pixel; NULL: it has pixels */
} Image;

/* No sub-block; an end code; two clear codes and an end code; an invalid
 * code. */
static const guint8 empties[][5] = { { 0 }, { 1, 5 }, { 2, 0x64, 1 },
  { 1, 6 } };

static void
append_u16 (GByteArray *file, guint value)
{
  const guint8 bytes[] = { (guint8) value, (guint8) (value >> 8) };

  g_byte_array_append (file, bytes, sizeof bytes);
}

/* Codes of three bits: a clear code after every two indices keeps them so. */
static void
append_data (GByteArray *file, const Image *image)
{
  guint n = image->rect.width * image->rect.height, n_bits = 0, i;
  g_autoptr (GByteArray) codes = g_byte_array_new ();
  guint64 bits = 0;
  guint8 byte;

  for (i = 0; i < n + n / 2; i++) {
    guint index = (guint) g_test_rand_int_range (0, HOLE);
    /* The first pixel uses the index for sure, others may. */
    gboolean is_hole =
        image->uses_index && (i == 1 || g_test_rand_int_range (0, 3) == 0);

    bits |= (guint64) (i % 3 == 0 ? 4 : is_hole ? HOLE : index) << n_bits;
    n_bits += 3;
    for (; n_bits >= 8; n_bits -= 8, bits >>= 8) {
      byte = (guint8) bits;
      g_byte_array_append (codes, &byte, 1);
    }
  }
  /* One index more than a group of three may need, and the end code. */
  bits |= (guint64) (i % 3 == 0 ? 4 : 0) << n_bits;
  bits |= (guint64) 0 << (n_bits + 3) | (guint64) 5 << (n_bits + 6);
  for (i = 0; i < 3; i++, bits >>= 8) {
    byte = (guint8) bits;
    g_byte_array_append (codes, &byte, 1);
  }
  byte = (guint8) codes->len;
  g_byte_array_append (file, &byte, 1);
  g_byte_array_append (file, codes->data, codes->len);
}

static void
append_image (GByteArray *file, const Image *image)
{
  const guint8 control[] = { '!', 0xf9, 4,
    (guint8) (image->disposal << 2 | image->has_index), 5, 0, HOLE, 0, ',' };
  const guint8 flags[] = { image->interlaced ? 0x40 : 0, 2 }, end = 0;

  g_byte_array_append (file, control, sizeof control);
  append_u16 (file, image->rect.x);
  append_u16 (file, image->rect.y);
  append_u16 (file, image->rect.width);
  append_u16 (file, image->rect.height);
  g_byte_array_append (file, flags, sizeof flags);
  if (image->empty != NULL)
    g_byte_array_append (file, image->empty, 1u + image->empty[0]);
  else
    append_data (file, image);
  if (image->empty != empties[0])
    g_byte_array_append (file, &end, 1);
}

static gboolean
one_of (int n)
{
  return g_test_rand_int_range (0, n) == 0;
}

static Image
make_image (gboolean covers)
{
  Image image = {
    .rect = { 0, 0, SIDE, SIDE },
    .disposal = (guint) g_test_rand_int_range (0, 8),
    .interlaced = one_of (3),
    .has_index = one_of (3),
  };

  if (one_of (20))
    image.empty = empties[g_test_rand_int_range (0, G_N_ELEMENTS (empties))];

  image.uses_index = image.has_index;
  if (!covers && !one_of (3)) {
    image.rect.x = (guint) g_test_rand_int_range (0, SIDE + 1);
    image.rect.y = (guint) g_test_rand_int_range (0, SIDE + 1);
    image.rect.width = (guint) g_test_rand_int_range (0, SIDE + 2);
    image.rect.height = (guint) g_test_rand_int_range (0, SIDE + 2);
  }
  return image;
}

/* @covers: all images are as large as the screen. */
static GByteArray *
make_file (gboolean covers)
{
  static const guint8 head[] = { 'G', 'I', 'F', '8', '9', 'a', SIDE, 0, SIDE, 0,
    0x81, 0, 0, 9, 9, 9, 90, 0, 0, 0, 90, 0, 0, 0, 90 };
  GByteArray *file = g_byte_array_new ();
  int n = g_test_rand_int_range (1, MAX_FRAMES + 1), i;

  g_byte_array_append (file, head, sizeof head);
  for (i = 0; i < n; i++) {
    Image image = make_image (covers);

    if (i == 0 && one_of (2))
      image.uses_index = FALSE;
    append_image (file, &image);
  }
  return file;
}

static gboolean
are_pixels_opaque (GifDecoder *decoder, const GByteArray *file)
{
  const GifInfo *info = gif_decoder_get_info (decoder);
  gsize n_bytes = (gsize) 4 * info->width * info->height, i;
  gboolean are_opaque = TRUE;
  guint n;

  for (n = 0; n < info->n_frames; n++) {
    const guint8 *canvas;

    gif_decoder_render (decoder, file->data, file->len, n);
    canvas = gif_decoder_get_canvas (decoder);
    for (i = 3; i < n_bytes; i += 4)
      are_opaque = are_opaque && canvas[i] == 0xff;
  }
  return are_opaque;
}

/* Returns: how many of all files are opaque. */
static guint
check_files (gboolean covers)
{
  guint n_opaque = 0, i;

  for (i = 0; i < N_FILES; i++) {
    g_autoptr (GByteArray) file = make_file (covers);
    g_autoptr (GifDecoder) decoder = gif_decoder_new ();
    gboolean claim, truth;

    g_assert_cmpint (gif_decoder_scan (decoder, file->data, file->len, TRUE),
        ==, GIF_RESULT_END);
    claim = gif_decoder_get_info (decoder)->opaque;
    truth = are_pixels_opaque (decoder, file);
    if (claim && !truth)
      g_error ("file %u is called opaque and is not", i);
    if (covers && truth && !claim)
      g_error ("file %u is opaque and is not called so", i);
    n_opaque += claim;
  }
  g_test_message ("%u of %u files are opaque", n_opaque, N_FILES);
  return n_opaque;
}

static void
test_no_claim_is_false (void)
{
  guint n = check_files (FALSE);

  g_assert_cmpuint (n, >, N_FILES / 50);
  g_assert_cmpuint (n, <, N_FILES / 2);
}

static void
test_where_images_cover_the_screen_claim_and_pixels_agree (void)
{
  guint n = check_files (TRUE);

  g_assert_cmpuint (n, >, N_FILES / 20);
  g_assert_cmpuint (n, <, N_FILES * 3 / 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gif/opacity/no-claim-is-false", test_no_claim_is_false);
  g_test_add_func (
      "/gif/opacity/where-images-cover-the-screen-claim-and-pixels-agree",
      test_where_images_cover_the_screen_claim_and_pixels_agree);
  return g_test_run ();
}
