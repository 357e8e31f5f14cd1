/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockpicture.c: flowing colours, orbiting glass balls, the prompt on top
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

/* The palette: the gradient of the waves, one ramp for each ball, ink. */
#define N_SHADES 160
#define N_BALLS 3
#define N_BALL_SHADES 31
#define FIRST_BALL N_SHADES
#define INK_LIGHT 253
#define INK_DARK 254

#define MAX_LINES 12
#define CELL_WIDTH (MOCK_GLYPH_WIDTH + 1)
#define CELL_HEIGHT (MOCK_GLYPH_HEIGHT + 1)

typedef struct
{
  guint periods; /* per picture height or width */
  int turns;     /* per loop, either way */
  guint start;   /* of SINE_STEPS */
  int amplitude; /* of the sum, in 1/256 shades */
} Wave;

typedef struct
{
  int radius;
  guint start, tilt; /* of SINE_STEPS */
  int turns;
  int reach_x, reach_y;
} Ball;

struct _MockPicture
{
  guint width, height, n_frames;
  gboolean transparent;
  guint32 random;
  gint16 sine[SINE_STEPS];
  guint8 palette[MOCK_PALETTE_SIZE * 3];
  Wave across, down, diagonal, sway;
  Ball balls[N_BALLS];
  guint8 *ink; /* width × height: 0 or the ink over everything */
};

/* xorshift32: any repeatable sequence will do. */
static guint32
next_random (MockPicture *picture, guint32 limit)
{
  picture->random ^= picture->random << 13;
  picture->random ^= picture->random >> 17;
  picture->random ^= picture->random << 5;
  return (picture->random >> 8) % limit;
}

static guint32
hash_recipe (const MockRecipe *recipe)
{
  g_autofree char *text =
      g_strdup_printf ("%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT,
          recipe->prompt, recipe->sampler, recipe->cfg_scale, recipe->steps);
  g_autofree char *sum =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  guint32 hash;

  sum[8] = '\0';
  hash = (guint32) g_ascii_strtoull (sum, NULL, 16);
  return hash != 0 ? hash : 1; /* xorshift stays at 0 */
}

static int
sine (const MockPicture *picture, int steps)
{
  return picture->sine[steps & (SINE_STEPS - 1)];
}

static void
set_color (MockPicture *picture, guint index, int red, int green, int blue)
{
  picture->palette[3 * index] = CLAMP (red, 0, 255);
  picture->palette[3 * index + 1] = CLAMP (green, 0, 255);
  picture->palette[3 * index + 2] = CLAMP (blue, 0, 255);
}

/* A hue as weights of 0..256 for red, green and blue; @hue of SINE_STEPS. */
static void
hue_to_rgb (int hue, int ret_rgb[3])
{
  for (int i = 0; i < 3; i++) {
    int at = (hue + i * SINE_STEPS / 3) & (SINE_STEPS - 1);
    int distance = at < SINE_STEPS / 2 ? at : SINE_STEPS - at;
    int weight = 256 * 2 - distance * 256 * 6 / SINE_STEPS;

    ret_rgb[i] = CLAMP (weight, 0, 256);
  }
}

/* Deep shade of one hue, a middle one, a pale neighbour at the bright end. */
static void
make_gradient (MockPicture *picture, int hue, int spread)
{
  for (int i = 0; i < N_SHADES; i++) {
    int rgb[3], light = 26 + i * 214 / N_SHADES;
    int white = MAX (0, i - N_SHADES * 5 / 8) * 2;
    int color[3];

    hue_to_rgb (hue + spread * i / N_SHADES, rgb);
    for (int c = 0; c < 3; c++)
      color[c] = (56 + rgb[c] * 200 / 256) * light / 256 + white;
    set_color (picture, i, color[0], color[1], color[2]);
  }
}

static void
make_ball_ramp (MockPicture *picture, guint ball, int hue)
{
  int rgb[3];

  hue_to_rgb (hue, rgb);
  for (int i = 0; i < N_BALL_SHADES; i++) {
    int light = 30 + i * 240 / N_BALL_SHADES;
    int white = MAX (0, i - N_BALL_SHADES * 3 / 5) * 15;
    int color[3];

    for (int c = 0; c < 3; c++)
      color[c] = (24 + rgb[c] * 232 / 256) * light / 256 + white;
    set_color (picture, FIRST_BALL + ball * N_BALL_SHADES + i, color[0],
        color[1], color[2]);
  }
}

static void
make_palette (MockPicture *picture)
{
  int hue = next_random (picture, SINE_STEPS);
  int spread = 140 + (int) next_random (picture, 200);

  if (next_random (picture, 2) == 0)
    spread = -spread;
  make_gradient (picture, hue, spread);
  for (guint i = 0; i < N_BALLS; i++)
    make_ball_ramp (picture, i, hue + SINE_STEPS / 2 + ((int) i - 1) * 150);
  set_color (picture, INK_LIGHT, 255, 252, 244);
  set_color (picture, INK_DARK, 18, 16, 28);
}

static int
random_turns (MockPicture *picture)
{
  return next_random (picture, 2) == 0 ? 1 : -1;
}

static Wave
make_wave (MockPicture *picture, guint max_periods, int amplitude)
{
  return (Wave){
    .periods = 1 + next_random (picture, max_periods),
    .turns = random_turns (picture),
    .start = next_random (picture, SINE_STEPS),
    .amplitude = amplitude,
  };
}

static void
make_shapes (MockPicture *picture)
{
  int size = MIN (picture->width, picture->height);

  /* Half of the shades each way, shared among the three. */
  picture->across = make_wave (picture, 2, N_SHADES * 256 * 36 / 200);
  picture->down = make_wave (picture, 2, N_SHADES * 256 * 30 / 200);
  picture->diagonal = make_wave (picture, 3, N_SHADES * 256 * 32 / 200);
  picture->sway = make_wave (picture, 2, picture->width / 9);
  for (guint i = 0; i < N_BALLS; i++) {
    Ball *ball = &picture->balls[i];

    ball->radius = size * (9 - 2 * (int) i) / 80
        + (int) next_random (picture, size / 24 + 1);
    ball->start = next_random (picture, SINE_STEPS);
    ball->tilt = next_random (picture, SINE_STEPS);
    ball->turns = random_turns (picture);
    ball->reach_x = (int) picture->width * (22 + 6 * (int) i) / 100;
    ball->reach_y = (int) picture->height * (24 + 4 * (int) i) / 100;
  }
}

/* Cuts @prompt into lines of at most @columns, at spaces where there are any.
 * The last line ends with dots when the prompt is longer. */
static GPtrArray *
wrap_prompt (const char *prompt, guint columns, guint max_lines)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  glong n_chars;
  g_autofree gunichar *chars = g_utf8_to_ucs4_fast (prompt, -1, &n_chars);
  glong at = 0;

  while (at < n_chars && lines->len < max_lines) {
    glong length = MIN (n_chars - at, (glong) columns);
    glong cut = length;
    gunichar *line;

    if (at + length < n_chars) {
      while (cut > 0 && !g_unichar_isspace (chars[at + cut]))
        cut--;
      cut = cut > 0 ? cut : length;
    }
    line = g_new0 (gunichar, cut + 1);
    memcpy (line, chars + at, cut * sizeof *line);
    at += cut;
    while (at < n_chars && g_unichar_isspace (chars[at]))
      at++;
    for (glong i = MAX (0, cut - 3);
         i < cut && at < n_chars && lines->len + 1 == max_lines; i++)
      line[i] = '.';
    g_ptr_array_add (lines, line);
  }
  return lines;
}

static void
ink_rectangle (
    MockPicture *picture, int x, int y, int width, int height, guint8 ink)
{
  int right = MIN (x + width, (int) picture->width);
  int bottom = MIN (y + height, (int) picture->height);

  for (int row = MAX (y, 0); row < bottom; row++)
    for (int column = MAX (x, 0); column < right; column++)
      picture->ink[row * picture->width + column] = ink;
}

/* Each dot of a glyph is a square of @scale pixels, @grow wider on each side. */
static void
ink_text (MockPicture *picture, const gunichar *text, int x, int y, int scale,
    int grow, guint8 ink)
{
  for (; *text != 0; text++, x += CELL_WIDTH * scale) {
    const guint8 *rows =
        mock_font_get_glyph (g_unichar_isspace (*text) ? ' ' : *text);

    for (int i = 0; i < MOCK_GLYPH_HEIGHT * MOCK_GLYPH_WIDTH; i++) {
      int row = i / MOCK_GLYPH_WIDTH, column = i % MOCK_GLYPH_WIDTH;

      if ((rows[row] >> (MOCK_GLYPH_WIDTH - 1 - column) & 1) != 0)
        ink_rectangle (picture, x + column * scale - grow,
            y + row * scale - grow, scale + 2 * grow, scale + 2 * grow, ink);
    }
  }
}

static int
text_width (const gunichar *text, int scale)
{
  int n_chars = 0;

  while (text[n_chars] != 0)
    n_chars++;
  return (n_chars * CELL_WIDTH - 1) * scale;
}

/* Light letters with a dark rim, readable on any colour; a badge in the corner
 * says what the picture is. */
static void
write_text (MockPicture *picture, const char *prompt)
{
  static const gunichar badge[] = { 'm', 'o', 'c', 'k', 0 };
  int width = picture->width, height = picture->height;
  int scale = MAX (1, MIN (width, height) / 170);
  int small = MAX (1, scale * 2 / 3), margin = 2 * scale;
  guint columns = MAX (1, (width - 2 * margin) / (CELL_WIDTH * scale));
  int room = height - 3 * margin - CELL_HEIGHT * small;
  int fitting = MAX (1, room / (CELL_HEIGHT * scale));
  g_autoptr (GPtrArray) lines =
      wrap_prompt (prompt, columns, MIN (fitting, MAX_LINES));
  int y = height - margin * 3 - CELL_HEIGHT * scale * (int) lines->len;
  int right;

  for (guint i = 0; i < lines->len; i++, y += CELL_HEIGHT * scale) {
    const gunichar *line = lines->pdata[i];
    int x = (width - text_width (line, scale)) / 2;

    ink_text (picture, line, x, y, scale, (scale + 1) / 2, INK_DARK);
    ink_text (picture, line, x, y, scale, 0, INK_LIGHT);
  }
  right = width - 2 * margin - text_width (badge, small);
  ink_rectangle (picture, right - 2 * small, margin,
      text_width (badge, small) + 4 * small, 11 * small, INK_DARK);
  ink_text (picture, badge, right, margin + 2 * small, small, 0, INK_LIGHT);
}

MockPicture *
mock_picture_new (const MockRecipe *recipe)
{
  MockPicture *picture = g_new0 (MockPicture, 1);

  picture->width = recipe->width;
  picture->height = recipe->height;
  picture->n_frames = recipe->n_frames;
  picture->transparent = recipe->transparent;
  picture->random = hash_recipe (recipe);
  for (int i = 0; i < SINE_STEPS; i++)
    picture->sine[i] =
        (gint16) lround (SINE_ONE * sin (i * 2 * G_PI / SINE_STEPS));
  for (int i = 0; i < 8; i++)
    next_random (picture, 2); /* seeds near each other part ways */
  make_palette (picture);
  make_shapes (picture);
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

/* Fills @ret with one wave along @n pixels, of which @period make the wave's
 * whole length; @turned is how far the loop has come, of SINE_STEPS. */
static void
fill_wave (const MockPicture *picture, const Wave *wave, guint n, guint period,
    guint turned, gint16 *ret)
{
  for (guint i = 0; i < n; i++) {
    int at = (int) (i * wave->periods * SINE_STEPS / period)
        + wave->turns * (int) turned + (int) wave->start;

    ret[i] = (gint16) (sine (picture, at) * wave->amplitude / SINE_ONE);
  }
}

static void
paint_waves (const MockPicture *picture, guint turned, guint8 *pixels)
{
  guint width = picture->width, height = picture->height;
  guint margin = picture->sway.amplitude;
  g_autofree gint16 *across = g_new (gint16, width + 2 * margin);
  g_autofree gint16 *diagonal = g_new (gint16, width + height);
  g_autofree gint16 *down = g_new (gint16, height);
  g_autofree gint16 *sway = g_new (gint16, height);

  fill_wave (
      picture, &picture->across, width + 2 * margin, width, turned, across);
  fill_wave (picture, &picture->diagonal, width + height, width + height,
      turned, diagonal);
  fill_wave (picture, &picture->down, height, height, turned, down);
  fill_wave (picture, &picture->sway, height, height, turned, sway);
  for (guint y = 0; y < height; y++) {
    const gint16 *shifted = across + margin + sway[y];
    const gint16 *slant = diagonal + y;
    int level = N_SHADES * 128 + down[y];
    guint8 *row = pixels + (gsize) y * width;

    for (guint x = 0; x < width; x++)
      row[x] = (guint8) ((level + shifted[x] + slant[x]) >> 8);
  }
}

/* Lit from the upper left: bright where the surface faces the light. */
static void
paint_ball (
    const MockPicture *picture, guint index, guint turned, guint8 *pixels)
{
  const Ball *ball = &picture->balls[index];
  int at = ball->turns * (int) turned + (int) ball->start;
  int center_x =
      (int) picture->width / 2 + ball->reach_x * sine (picture, at) / SINE_ONE;
  int center_y = (int) picture->height * 45 / 100
      + ball->reach_y * sine (picture, at + (int) ball->tilt) / SINE_ONE;
  int radius = ball->radius, square = radius * radius;
  int farthest = radius * 31 / 20 + 1; /* from the spot that is lit most */
  int top = MAX (0, center_y - radius);
  int bottom = MIN ((int) picture->height - 1, center_y + radius);

  for (int y = top; y <= bottom; y++) {
    int from_y = y - center_y;
    int left = MAX (0, center_x - radius);
    int right = MIN ((int) picture->width - 1, center_x + radius);

    for (int x = left; x <= right; x++) {
      int from_x = x - center_x;
      int lit_x = from_x + radius * 3 / 8, lit_y = from_y + radius * 3 / 8;
      int distance, shade;

      if (from_x * from_x + from_y * from_y > square)
        continue;
      distance = (int) sqrt (lit_x * lit_x + lit_y * lit_y);
      shade = N_BALL_SHADES - 1 - distance * N_BALL_SHADES / farthest;
      pixels[y * (int) picture->width + x] =
          FIRST_BALL + index * N_BALL_SHADES + MAX (0, shade);
    }
  }
}

void
mock_picture_paint (MockPicture *picture, guint index, guint8 *pixels)
{
  gsize size = (gsize) picture->width * picture->height;
  guint turned = (index % picture->n_frames) * SINE_STEPS / picture->n_frames;

  if (picture->transparent)
    memset (pixels, MOCK_TRANSPARENT, size);
  else
    paint_waves (picture, turned, pixels);
  for (guint i = 0; i < N_BALLS; i++)
    paint_ball (picture, i, turned, pixels);
  for (gsize i = 0; i < size; i++)
    pixels[i] = picture->ink[i] != 0 ? picture->ink[i] : pixels[i];
}
