/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockpicture.c: flowing colours, orbiting balls, the prompt on top
 *
 * Waves of whole periods per loop make the animation seamless. Sines come from
 * a table of integers, so that a picture is the same on every machine.
 */
#include "mockpicture.h"
#include "mockfont.h"

#include <math.h>
#include <string.h>

#define SINE_STEPS 1024 /* of one turn */
#define SINE_ONE 16384  /* amplitude of the table */

/* The palette: the shades of the waves, those of each ball, ink. */
#define N_SHADES 160
#define N_BALLS 3
#define N_BALL_SHADES 31
#define INK_LIGHT 253
#define INK_DARK 254

#define MAX_LINES 12
#define CELL_WIDTH (MOCK_GLYPH_WIDTH + 1)
#define CELL_HEIGHT (MOCK_GLYPH_HEIGHT + 1)

typedef struct
{
  int periods; /* along the picture */
  int turns;   /* per loop, either way */
  int start;   /* of SINE_STEPS */
} Wave;

struct _MockPicture
{
  int width, height, n_frames;
  gboolean transparent;
  gint16 sine[SINE_STEPS];
  guint8 palette[MOCK_PALETTE_SIZE * 3];
  Wave across, down, diagonal;
  Wave orbits[N_BALLS][2];
  guint8 *ink; /* width × height: 0 or the ink over everything */
};

static GRand *
make_random (const MockRecipe *recipe)
{
  g_autofree char *text =
      g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT,
          recipe->prompt, recipe->sampler, recipe->cfg_scale, recipe->steps);

  return g_rand_new_with_seed (g_str_hash (text));
}

static int
sine (const MockPicture *picture, int steps)
{
  return picture->sine[steps & (SINE_STEPS - 1)];
}

static void
set_color (MockPicture *picture, int index, int red, int green, int blue)
{
  picture->palette[3 * index] = (guint8) CLAMP (red, 0, 255);
  picture->palette[3 * index + 1] = (guint8) CLAMP (green, 0, 255);
  picture->palette[3 * index + 2] = (guint8) CLAMP (blue, 0, 255);
}

/* @n shades from dark to pale; @hue, of SINE_STEPS, moves on by @spread. */
static void
set_ramp (MockPicture *picture, int first, int n, int hue, int spread)
{
  for (int i = 0; i < n; i++) {
    int at = hue + spread * i / n, light = 26 + i * 230 / n;
    int white = MAX (0, i - n * 5 / 8) * 320 / n;
    int color[3];

    for (int c = 0; c < 3; c++) {
      int weight = 128 + sine (picture, at + c * SINE_STEPS / 3) / 128;

      color[c] = (48 + weight * 13 / 16) * light / 256 + white;
    }
    set_color (picture, first + i, color[0], color[1], color[2]);
  }
}

static Wave
make_wave (GRand *random, int max_periods)
{
  return (Wave){
    .periods = g_rand_int_range (random, 1, max_periods + 1),
    .turns = g_rand_boolean (random) ? 1 : -1,
    .start = g_rand_int_range (random, 0, SINE_STEPS),
  };
}

static void
make_scene (MockPicture *picture, GRand *random)
{
  int hue = g_rand_int_range (random, 0, SINE_STEPS);
  int spread = g_rand_int_range (random, 140, 340);

  set_ramp (picture, 0, N_SHADES, hue, spread);
  set_color (picture, INK_LIGHT, 255, 252, 244);
  set_color (picture, INK_DARK, 18, 16, 28);
  picture->across = make_wave (random, 2);
  picture->down = make_wave (random, 2);
  picture->diagonal = make_wave (random, 3);
  for (int i = 0; i < N_BALLS; i++) {
    set_ramp (picture, N_SHADES + i * N_BALL_SHADES, N_BALL_SHADES,
        hue + SINE_STEPS / 2 + (i - 1) * 150, 0);
    picture->orbits[i][0] = make_wave (random, 1);
    picture->orbits[i][1] = picture->orbits[i][0];
    picture->orbits[i][1].start = g_rand_int_range (random, 0, SINE_STEPS);
  }
}

static void
ink_square (MockPicture *picture, int left, int top, int size, guint8 ink)
{
  for (int y = MAX (top, 0); y < MIN (top + size, picture->height); y++)
    for (int x = MAX (left, 0); x < MIN (left + size, picture->width); x++)
      picture->ink[y * picture->width + x] = ink;
}

/* Each dot of a glyph is a square of @scale pixels, @grow wider on each side. */
static void
ink_text (MockPicture *picture, const gunichar *text, int n, int x, int y,
    int scale, int grow, guint8 ink)
{
  for (int c = 0; c < n; c++, x += CELL_WIDTH * scale) {
    const guint8 *rows = mock_font_get_glyph (text[c]);

    for (int i = 0; i < MOCK_GLYPH_HEIGHT * MOCK_GLYPH_WIDTH; i++) {
      int row = i / MOCK_GLYPH_WIDTH, column = i % MOCK_GLYPH_WIDTH;

      if ((rows[row] >> (MOCK_GLYPH_WIDTH - 1 - column) & 1) != 0)
        ink_square (picture, x + column * scale - grow, y + row * scale - grow,
            scale + 2 * grow, ink);
    }
  }
}

/* Light letters with a dark rim, readable on any colour. */
static void
write_line (MockPicture *picture, const gunichar *text, int n, int y, int scale)
{
  int x = (picture->width - n * CELL_WIDTH * scale) / 2;

  ink_text (picture, text, n, x, y, scale, (scale + 1) / 2, INK_DARK);
  ink_text (picture, text, n, x, y, scale, 0, INK_LIGHT);
}

/* The length of the first line of @text: @columns, or to the last space. */
static int
get_line (const gunichar *text, int columns)
{
  int n = 0, last_space = 0;

  for (; text[n] != 0; n++) {
    if (n == columns)
      return last_space > 0 ? last_space : n;
    if (text[n] == ' ')
      last_space = n;
  }
  return n;
}

/* The first line says what the picture is, the lowest ones are the prompt. */
static void
write_text (MockPicture *picture, const char *prompt)
{
  static const gunichar mock[] = { 'm', 'o', 'c', 'k' };
  g_autofree gunichar *text = g_utf8_to_ucs4_fast (prompt, -1, NULL);
  int scale = MAX (1, MIN (picture->width, picture->height) / 170);
  int height = CELL_HEIGHT * scale, margin = 2 * scale;
  int columns = MAX (1, (picture->width - margin) / (CELL_WIDTH * scale));
  int room = MAX (1, (picture->height - 2 * margin) / height - 1);
  int starts[MAX_LINES], lengths[MAX_LINES], n_lines = 0;

  for (int at = 0; text[at] != 0 && n_lines < MIN (room, MAX_LINES);) {
    starts[n_lines] = at;
    lengths[n_lines] = get_line (text + at, columns);
    at += lengths[n_lines++];
    while (text[at] == ' ')
      at++;
  }
  write_line (picture, mock, G_N_ELEMENTS (mock), margin, scale);
  for (int i = 0; i < n_lines; i++)
    write_line (picture, text + starts[i], lengths[i],
        picture->height - margin - height * (n_lines - i), scale);
}

MockPicture *
mock_picture_new (const MockRecipe *recipe)
{
  MockPicture *picture = g_new0 (MockPicture, 1);
  g_autoptr (GRand) random = make_random (recipe);

  picture->width = (int) recipe->width;
  picture->height = (int) recipe->height;
  picture->n_frames = (int) recipe->n_frames;
  picture->transparent = recipe->transparent;
  for (int i = 0; i < SINE_STEPS; i++)
    picture->sine[i] =
        (gint16) lround (SINE_ONE * sin (i * 2 * G_PI / SINE_STEPS));
  make_scene (picture, random);
  picture->ink = g_malloc0 ((gsize) picture->width * picture->height);
  write_text (picture, recipe->prompt);
  return picture;
}

void
mock_picture_free (MockPicture *picture)
{
  g_free (picture->ink);
  g_free (picture);
}

const guint8 *
mock_picture_get_palette (MockPicture *picture)
{
  return picture->palette;
}

/* Where @wave stands at @i of @n; @turned, of SINE_STEPS, is how far the loop
 * has come. */
static int
get_wave (
    const MockPicture *picture, const Wave *wave, int i, int n, int turned)
{
  return sine (picture,
      i * wave->periods * SINE_STEPS / n + wave->turns * turned + wave->start);
}

static void
paint_waves (const MockPicture *picture, int turned, guint8 *pixels)
{
  int width = picture->width, height = picture->height;
  g_autofree int *across = g_new (int, width);
  g_autofree int *diagonal = g_new (int, width + height);

  for (int x = 0; x < width; x++)
    across[x] = get_wave (picture, &picture->across, x, width, turned);
  for (int i = 0; i < width + height; i++)
    diagonal[i] =
        get_wave (picture, &picture->diagonal, i, width + height, turned);
  for (int y = 0; y < height; y++) {
    int down = get_wave (picture, &picture->down, y, height, turned);

    for (int x = 0; x < width; x++)
      *pixels++ = (guint8) ((3 * SINE_ONE + across[x] + down + diagonal[x + y])
          * (N_SHADES - 1) / (6 * SINE_ONE));
  }
}

/* Lit from the upper left. */
static void
paint_ball (const MockPicture *picture, int index, int turned, guint8 *pixels)
{
  const Wave *orbit = picture->orbits[index];
  int width = picture->width, height = picture->height;
  int radius = MIN (width, height) * (10 - 2 * index) / 80;
  int reach = 22 + 6 * index; /* per cent */
  int center_x = width / 2
      + width * reach / 100 * get_wave (picture, &orbit[0], 0, 1, turned)
          / SINE_ONE;
  int center_y = height / 2
      + height * reach / 100 * get_wave (picture, &orbit[1], 0, 1, turned)
          / SINE_ONE;

  for (int y = MAX (-radius, -center_y);
       y <= MIN (radius, height - 1 - center_y); y++)
    for (int x = MAX (-radius, -center_x);
         x <= MIN (radius, width - 1 - center_x); x++) {
      double distance = hypot (x + radius * 0.375, y + radius * 0.375);
      int shade = N_BALL_SHADES - 1
          - (int) (distance * N_BALL_SHADES / (radius * 1.55 + 1));

      if (x * x + y * y <= radius * radius)
        pixels[(center_y + y) * width + center_x + x] =
            (guint8) (N_SHADES + index * N_BALL_SHADES + MAX (0, shade));
    }
}

void
mock_picture_paint (MockPicture *picture, guint index, guint8 *pixels)
{
  gsize size = (gsize) picture->width * picture->height;
  int turned =
      ((int) index % picture->n_frames) * SINE_STEPS / picture->n_frames;

  if (picture->transparent)
    memset (pixels, MOCK_TRANSPARENT, size);
  else
    paint_waves (picture, turned, pixels);
  for (int i = 0; i < N_BALLS; i++)
    paint_ball (picture, i, turned, pixels);
  for (gsize i = 0; i < size; i++)
    pixels[i] = picture->ink[i] != 0 ? picture->ink[i] : pixels[i];
}
