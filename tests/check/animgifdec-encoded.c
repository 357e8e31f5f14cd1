/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Files of a constant rate, made by stock encoders: when each picture of the
 * GIF begins in them. */
#include "animgifdec-files.h"
#include "animgifdec-testgif.h"

#define DELAYS(...) ((const guint[]){ __VA_ARGS__, G_MAXUINT })
#define MAX_PICTURES 8

/* The GIFs: pictures of one colour each. */
static const struct
{
  const char *name;
  const guint *delays_cs;
  guint n;
} files[] = {
  { "unequal.gif", DELAYS (5, 10, 25, 3, 50, 7, 100), 7 },
  { "long.gif", DELAYS (200, 10, 10, 10, 300), 5 },
  { "equal.gif", DELAYS (150, 150, 150), 3 },
};

/* Colours that survive lossy encoding: corners of the RGB cube. */
static const guint colors[MAX_PICTURES] = { 0x000000, 0xff0000, 0x00ff00,
  0x0000ff, 0xffff00, 0xff00ff, 0x00ffff, 0xffffff };

static void
write_gif (const char *name, guint width, guint height, guint n,
    const guint *delays_cs)
{
  g_autoptr (GBytes) bytes = NULL;
  TestGif gif;

  test_gif_init (&gif, width, height, n, delays_cs);
  gif.colors = colors;
  gif.n_colors = G_N_ELEMENTS (colors);
  bytes = test_gif_write (&gif);
  write_file (name, bytes);
}

static void
set_up (void)
{
  set_up_directory ();
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    write_gif (files[i].name, 64, 48, files[i].n, files[i].delays_cs);
  write_gif ("odd.gif", 65, 49, files[0].n, files[0].delays_cs);
}

static guint
nearest_color (const guint8 *rgb)
{
  guint best = 0, least = G_MAXUINT;

  for (guint i = 0; i < G_N_ELEMENTS (colors); i++) {
    int red = rgb[0] - (int) (colors[i] >> 16 & 0xff);
    int green = rgb[1] - (int) (colors[i] >> 8 & 0xff);
    int blue = rgb[2] - (int) (colors[i] & 0xff);
    guint distance = red * red + green * green + blue * blue;

    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

/* The frames of a file as they come, whatever times it gives them; @begins:
 * the first frame of each picture. */
static void
assert_begins (const char *name, guint n_frames, const guint *begins, guint n)
{
  g_autofree char *path = path_of (name);
  const char *argv[] = { "ffmpeg", "-v", "error", "-i", path, "-vf",
    "scale=1:1:flags=area", "-fps_mode", "passthrough", "-f", "rawvideo",
    "-pix_fmt", "rgb24", "-", NULL };
  g_autoptr (GBytes) bytes = run_program (argv);
  const guint8 *rgb = g_bytes_get_data (bytes, NULL);

  fail_unless_equals_int (g_bytes_get_size (bytes), 3 * n_frames);
  for (guint frame = 0; frame < n_frames; frame++) {
    guint color = nearest_color (rgb + 3 * frame), expected = 0;

    for (guint i = 0; i < n; i++)
      if (begins[i] <= frame)
        expected = i;
    fail_unless (color == expected, "%s: frame %u shows %u instead of %u", name,
        frame, color, expected);
  }
}

#define RATE "video/x-raw,framerate=25/1"

static const struct
{
  const char *decoder; /* its properties */
  const char *line;
  const char *file;
  guint fps;
} lines[] = {
  { "", RATE " ! videoconvert ! x264enc ! h264parse ! mp4mux", "a.mp4", 25 },
  { "", "videoconvert ! " RATE ",format=I420 ! x264enc ! mp4mux", "b.mp4", 25 },
  { "",
      "videoconvert ! videoscale ! " RATE ",width=96,height=96 ! x264enc ! "
      "mp4mux",
      "c.mp4", 25 },
  { "", RATE " ! videoconvert ! x265enc ! h265parse ! mp4mux", "d.mp4", 25 },
  { "", RATE " ! videoconvert ! theoraenc ! theoradec ! y4menc", "e.y4m", 25 },
  { "", RATE " ! videoconvert ! jpegenc ! avimux", "f.avi", 25 },
  { "", RATE " ! videoconvert ! y4menc", "g.y4m", 25 },
  { "", RATE " ! videoconvert ! vp8enc deadline=1 ! webmmux", "h.webm", 25 },
  /* No rate is asked for, but 0/1 refused: all delays are multiples of 1/100 s. */
  { "", "videoconvert ! jpegenc ! avimux", "i.avi", 0 },
  { "", "videoconvert ! avimux", "j.avi", 0 },
  { "", "videoconvert ! theoraenc ! theoradec ! y4menc", "o.y4m", 0 },
  /* encodebin has a videorate inside. */
  { "repeat-frames=true", "encodebin profile=video/x-matroska:video/x-vp8",
      "k.mkv", 0 },
  { "repeat-frames=true",
      "encodebin profile=video/x-matroska:" RATE "->video/x-vp8", "l.mkv", 25 },
  { "repeat-frames=true", "videorate ! videoconvert ! y4menc", "m.y4m", 0 },
  { "repeat-frames=true", "videorate ! " RATE " ! videoconvert ! y4menc",
      "n.y4m", 25 },
};

/* @fps 0: the exact rate, 100 and 10. */
static const struct
{
  guint fps;
  guint n_frames;
  guint begins[MAX_PICTURES];
} expected[G_N_ELEMENTS (files)][2] = {
  { { 25, 50, { 0, 1, 4, 10, 11, 23, 25 } },
      { 100, 200, { 0, 5, 15, 40, 43, 93, 100 } } },
  { { 25, 133, { 0, 50, 53, 55, 58 } }, { 10, 53, { 0, 20, 21, 22, 23 } } },
  { { 25, 113, { 0, 38, 75 } }, { 0, 3, { 0, 1, 2 } } },
};

GST_START_TEST (test_each_picture_begins_in_its_place)
{
  guint line = __i__ / 3, file = __i__ % 3, exact = lines[line].fps == 0;
  g_autofree char *text =
      g_strdup_printf ("filesrc location=DIR/%s ! animgifdec %s ! %s ! "
                       "filesink location=DIR/%s",
          files[file].name, lines[line].decoder, lines[line].line,
          lines[line].file);

  run_line (text);
  assert_begins (lines[line].file, expected[file][exact].n_frames,
      expected[file][exact].begins, files[file].n);
}
GST_END_TEST

/* Without a word about formats: those that any player decodes. */
static const char *encoders[] = {
  "x264enc ! h264parse",
  "videoconvert ! x264enc ! h264parse",
  "videoconvert ! videoscale ! x264enc ! h264parse",
  "openh264enc ! h264parse",
  RATE " ! x265enc ! h265parse",
  "theoraenc",
  "vp8enc deadline=1",
};

GST_START_TEST (test_encoders_get_subsampled_chroma)
{
  g_autofree char *path = path_of ("plain.mkv");
  const char *argv[] = { "ffprobe", "-v", "error", "-show_entries",
    "stream=pix_fmt", "-of", "csv=p=0", path, NULL };
  g_autofree char *line =
      g_strdup_printf ("filesrc location=DIR/long.gif ! animgifdec ! %s ! "
                       "matroskamux ! filesink location=DIR/plain.mkv",
          encoders[__i__]);
  g_autoptr (GBytes) out = NULL;
  g_autofree char *format = NULL;

  run_line (line);
  out = run_program (argv);
  format = g_strndup (g_bytes_get_data (out, NULL), g_bytes_get_size (out));
  fail_unless_equals_string (g_strstrip (format), "yuv420p");
}
GST_END_TEST

GST_START_TEST (test_encoders_get_odd_sizes)
{
  g_autofree char *line = g_strdup_printf (
      "filesrc location=DIR/odd.gif ! animgifdec ! %s ! fakesink",
      encoders[__i__]);

  run_line (line);
}
GST_END_TEST

static Suite *
animgifdec_encoded_suite (void)
{
  Suite *suite = suite_create ("animgifdec-encoded");
  TCase *tcase = tcase_create ("general");

  tcase_add_unchecked_fixture (tcase, load_plugins, NULL);
  tcase_add_checked_fixture (tcase, set_up, tear_down_directory);
  tcase_add_loop_test (tcase, test_each_picture_begins_in_its_place, 0,
      3 * G_N_ELEMENTS (lines));
  tcase_add_loop_test (
      tcase, test_encoders_get_subsampled_chroma, 0, G_N_ELEMENTS (encoders));
  tcase_add_loop_test (
      tcase, test_encoders_get_odd_sizes, 0, G_N_ELEMENTS (encoders));
  suite_add_tcase (suite, tcase);
  return suite;
}

GST_CHECK_MAIN (animgifdec_encoded)
