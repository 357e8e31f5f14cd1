/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchinputs.h"

#include <gif_lib.h>
#include <math.h>
#include <string.h>

#define N_COLORS 256
#define TRANSPARENT 255

/* Levels of red, green and blue of the palette that dithering aims at. */
#define N_REDS 6
#define N_GREENS 7
#define N_BLUES 6

static const BenchInput inputs[] = {
  { "dithered", "photo-like, dithered to 252 colours", 512, 512, 16 },
  { "flat", "a drawn scene in full frames", 1280, 720, 200 },
  { "small", "shaded shapes under an ordered dither", 320, 240, 50 },
  { "partial", "a desktop: rectangles that change, with transparency", 1280,
      720, 200 },
};

/* A picture of indices, drawn upon by the makers below. */
typedef struct
{
  guint width, height;
  guint8 *indices;
} Picture;

const BenchInput *
bench_input_get (guint n)
{
  return n < G_N_ELEMENTS (inputs) ? &inputs[n] : NULL;
}

/* ---- Writing ---- */

static int
append (GifFileType *gif, const GifByteType *bytes, int n)
{
  g_byte_array_append (gif->UserData, bytes, (guint) n);
  return n;
}

static GifFileType *
open_gif (const BenchInput *input, GByteArray *file)
{
  ColorMapObject *map = GifMakeMapObject (N_COLORS, NULL);
  GifFileType *gif = EGifOpen (file, append, NULL);
  guint i;

  for (i = 0; i < N_REDS * N_GREENS * N_BLUES; i++) {
    map->Colors[i].Red =
        (GifByteType) (i / (N_GREENS * N_BLUES) * 255 / (N_REDS - 1));
    map->Colors[i].Green =
        (GifByteType) (i / N_BLUES % N_GREENS * 255 / (N_GREENS - 1));
    map->Colors[i].Blue = (GifByteType) (i % N_BLUES * 255 / (N_BLUES - 1));
  }
  EGifSetGifVersion (gif, true);
  g_assert_true (EGifPutScreenDesc (
                     gif, (int) input->width, (int) input->height, 8, 0, map)
      == GIF_OK);
  GifFreeMapObject (map);
  return gif;
}

static void
put_frame (GifFileType *gif, const Picture *picture, guint x, guint y,
    guint width, guint height, gboolean has_holes)
{
  const GraphicsControlBlock control = {
    .DisposalMode = DISPOSE_DO_NOT,
    .DelayTime = 8,
    .TransparentColor = has_holes ? TRANSPARENT : NO_TRANSPARENT_COLOR,
  };
  GifByteType bytes[4];
  guint row;

  EGifGCBToExtension (&control, bytes);
  EGifPutExtension (gif, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes);
  g_assert_true (EGifPutImageDesc (gif, (int) x, (int) y, (int) width,
                     (int) height, false, NULL)
      == GIF_OK);
  for (row = y; row < y + height; row++)
    g_assert_true (
        EGifPutLine (gif, picture->indices + (gsize) row * picture->width + x,
            (int) width)
        == GIF_OK);
}

static void
put_whole (GifFileType *gif, const Picture *picture)
{
  put_frame (gif, picture, 0, 0, picture->width, picture->height, FALSE);
}

/* ---- Drawing ---- */

static void
fill (Picture *p, gint x, gint y, gint width, gint height, guint8 index)
{
  gint row, left = CLAMP (x, 0, (gint) p->width);
  gint right = CLAMP (x + width, 0, (gint) p->width);

  for (row = MAX (y, 0); row < MIN (y + height, (gint) p->height); row++)
    memset (p->indices + (gsize) row * p->width + left, index,
        (gsize) (right - left));
}

static void
fill_disc (Picture *p, gint cx, gint cy, gint radius, guint8 index)
{
  gint y, half;

  for (y = -radius; y <= radius; y++) {
    half = (gint) sqrt ((gdouble) (radius * radius - y * y));
    fill (p, cx - half, cy + y, 2 * half + 1, 1, index);
  }
}

/* Something as busy as a line of text: strokes of two pixels. */
static void
write_line (
    Picture *p, gint x, gint y, guint n_letters, guint seed, guint8 index)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint i, stroke;

  for (i = 0; i < n_letters; i++, x += 9) {
    for (stroke = 0; stroke < 3; stroke++) {
      if (g_rand_boolean (rand))
        fill (p, x + g_rand_int_range (rand, 0, 6), y, 2, 12, index);
      else
        fill (p, x, y + g_rand_int_range (rand, 0, 11), 7, 2, index);
    }
  }
}

/* ---- The four inputs ---- */

static gdouble
wave (gdouble a, gdouble b, gdouble c)
{
  return 0.5 + 0.25 * sin (a) + 0.15 * sin (b) + 0.1 * sin (c);
}

/* Floyd and Steinberg's error diffusion of one colour component. */
static guint
quantize (gdouble *errors, guint width, guint x, gdouble value, guint n_levels)
{
  gdouble *here = errors + x + 1, *below = here + width + 2;
  gdouble wanted = value + *here, error;
  gint level = (gint) floor (wanted * (n_levels - 1) + 0.5);

  level = CLAMP (level, 0, (gint) n_levels - 1);
  error = wanted - (gdouble) level / (n_levels - 1);
  here[1] += error * 7 / 16;
  below[-1] += error * 3 / 16;
  below[0] += error * 5 / 16;
  below[1] += error * 1 / 16;
  return (guint) level;
}

static void
draw_dithered (Picture *p, guint frame)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (frame);
  gsize row_size = p->width + 2;
  g_autofree gdouble *errors = g_new0 (gdouble, 3 * 2 * row_size);
  gdouble t = 0.3 * frame;
  guint x, y, k;

  for (y = 0; y < p->height; y++) {
    for (x = 0; x < p->width; x++) {
      gdouble grain = g_rand_double_range (rand, -0.15, 0.15);
      guint r = quantize (errors, p->width, x,
          grain + wave (x * 0.011 + t, y * 0.017, (x + y) * 0.05 - t), N_REDS);
      guint g = quantize (errors + 2 * row_size, p->width, x,
          grain + wave (y * 0.013 - t, x * 0.009, (x - 2.0 * y) * 0.03),
          N_GREENS);
      guint b = quantize (errors + 4 * row_size, p->width, x,
          grain + wave ((x + y) * 0.007, t + x * 0.02, y * 0.06), N_BLUES);

      p->indices[(gsize) y * p->width + x] =
          (guint8) ((r * N_GREENS + g) * N_BLUES + b);
    }
    for (k = 0; k < 3; k++) {
      gdouble *rows = errors + 2 * k * row_size;

      memmove (rows, rows + row_size, row_size * sizeof (gdouble));
      memset (rows + row_size, 0, row_size * sizeof (gdouble));
    }
  }
}

static void
draw_flat (Picture *p, guint frame)
{
  gint f = (gint) frame, i;

  fill (p, 0, 0, 1280, 420, 119);
  fill (p, 0, 420, 1280, 300, 60);
  fill_disc (p, 1040, 120, 70, 245);
  for (i = 0; i < 7; i++)
    fill_disc (
        p, (i * 211 + f * 3) % 1500 - 100, 80 + i % 3 * 50, 40 + i * 5, 251);
  for (i = 0; i < 9; i++) {
    fill (p, i * 150 - 20, 330 - i % 4 * 40, 90, 200, (guint8) (100 + i * 9));
    fill (p, i * 150, 350 - i % 4 * 40, 18, 24, 247);
    fill (p, i * 150 + 30, 350 - i % 4 * 40, 18, 24, 247);
  }
  fill (p, 0, 560, 1280, 90, 86);
  for (i = 0; i < 12; i++)
    fill (p, (i * 120 + f * 8) % 1400 - 80, 600, 60, 8, 251);
  fill_disc (p, f * 11 % 1400 - 60, 540 - abs (f * 13 % 120 - 60), 46, 216);
  fill_disc (p, f * 11 % 1400 - 45, 525 - abs (f * 13 % 120 - 60), 10, 0);
  for (i = 0; i < 3; i++)
    write_line (p, 40, 660 + 18 * i, 90, (guint) i, 251);
}

static void
draw_small (Picture *p, guint frame)
{
  /* Bayer's matrix of four by four. */
  static const guint8 bayer[4][4] = { { 0, 8, 2, 10 }, { 12, 4, 14, 6 },
    { 3, 11, 1, 9 }, { 15, 7, 13, 5 } };
  guint x, y;

  for (y = 0; y < p->height; y++) {
    for (x = 0; x < p->width; x++) {
      guint shade = y * 5 * 16 / p->height + bayer[y % 4][x % 4];

      p->indices[y * p->width + x] = (guint8) (2 + shade / 16 * N_BLUES);
    }
  }
  fill_disc (p, (gint) (frame * 7 % 400) - 40, 90, 34, 222);
  fill_disc (p, (gint) (frame * 7 % 400) - 50, 80, 9, 251);
  fill_disc (p, 250, (gint) (40 + frame * 3), 22, 40);
  fill (p, 0, 200, 320, 40, 66);
  write_line (p, 10, 212, 30, frame / 10, 251);
}

static void
make_partial (GifFileType *gif, Picture *p, guint n_frames)
{
  guint i, x, y;

  fill (p, 0, 0, 1280, 720, 210);
  fill (p, 0, 0, 1280, 40, 45);
  fill (p, 0, 40, 220, 680, 172);
  for (i = 0; i < 30; i++)
    write_line (p, 240, (gint) (60 + 20 * i), 100, i, 0);
  put_whole (gif, p);
  for (i = 1; i < n_frames; i++) {
    if (i % 10 == 0) { /* a window that scrolls */
      fill (p, 500, 120, 600, 480, 251);
      for (y = 0; y < 22; y++)
        write_line (p, 520, (gint) (130 + 20 * y), 60, i + y, 43);
      put_frame (gif, p, 500, 120, 600, 480, FALSE);
    } else { /* a pointer that moves, over what is there */
      x = i * 37 % 1100;
      y = 50 + i * 23 % 500;
      fill (p, (gint) x, (gint) y, 160, 120, TRANSPARENT);
      fill_disc (p, (gint) x + 80, (gint) y + 60, 40, (guint8) (i % 250));
      write_line (p, (gint) x + 10, (gint) y + 5, 12, i, 6);
      put_frame (gif, p, x, y, 160, 120, TRUE);
    }
  }
}

GByteArray *
bench_input_make (const BenchInput *input)
{
  GByteArray *file = g_byte_array_new ();
  GifFileType *gif = open_gif (input, file);
  g_autofree guint8 *indices = g_malloc0 ((gsize) input->width * input->height);
  Picture picture = { input->width, input->height, indices };
  guint i;

  if (input == &inputs[3]) {
    make_partial (gif, &picture, input->n_frames);
  } else {
    for (i = 0; i < input->n_frames; i++) {
      if (input == &inputs[0])
        draw_dithered (&picture, i);
      else if (input == &inputs[1])
        draw_flat (&picture, i);
      else
        draw_small (&picture, i);
      put_whole (gif, &picture);
    }
  }
  g_assert_true (EGifCloseFile (gif, NULL) == GIF_OK);
  return file;
}
