/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* YUV: values against the standards' formulas, and who gets it. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#include <gst/video/video.h>

#include <math.h>

#define DELAYS(...) ((const guint[]){ __VA_ARGS__, G_MAXUINT })
#define N_PATCHES 60

/* The last picture has many small patches in as many colours. */
static GBytes *
write_mosaic (guint width, guint height, gboolean opaque)
{
  TestGif gif;

  test_gif_init (&gif, width, height, N_PATCHES, DELAYS (2));
  for (guint i = opaque ? 1 : 0; i < N_PATCHES; i++) {
    gif.frames[i].x = i * 7 % width;
    gif.frames[i].y = i * 5 % height;
    gif.frames[i].width = MIN (1 + i % 5, width - gif.frames[i].x);
    gif.frames[i].height = MIN (1 + i % 3, height - gif.frames[i].y);
  }
  return test_gif_write (&gif);
}

static GstHarness *
start_with_caps (const char *caps, guint background)
{
  GstHarness *h = start_decoder ("background", background, NULL);

  gst_harness_set_sink_caps_str (h, caps);
  return h;
}

/* The mosaic in these caps. Transfer full. */
static GstBuffer *
pull_mosaic (GstHarness *h, GBytes *bytes)
{
  GstBuffer *buffer = NULL;

  push_file (h, bytes);
  for (guint i = 0; i < N_PATCHES; i++) {
    gst_clear_buffer (&buffer);
    buffer = gst_harness_pull (h);
  }
  return buffer;
}

static guint8 *
get_rgba (guint width, guint height, gboolean opaque, guint background)
{
  g_autoptr (GBytes) bytes = write_mosaic (width, height, opaque);
  GstHarness *h = start_decoder ("background", background, NULL);
  g_autoptr (GstBuffer) buffer = pull_mosaic (h, bytes);
  gsize size;
  guint8 *rgba = get_picture (h, buffer, &size);

  stop_decoder (h);
  return rgba;
}

/* Luma and colour differences of one pixel. */
static void
convert (const guint8 *rgba, gboolean hd, double *yuv)
{
  double kr = hd ? .2126 : .299, kb = hd ? .0722 : .114;
  double luma = kr * rgba[0] + (1 - kr - kb) * rgba[1] + kb * rgba[2];

  yuv[0] = 16 + luma * 219 / 255;
  yuv[1] = 128 + (rgba[2] - luma) / (1 - kb) * 112 / 255;
  yuv[2] = 128 + (rgba[0] - luma) / (1 - kr) * 112 / 255;
}

/* What component @c is at @x, @y of its plane: the mean of the pixels that lie
 * there. */
static double
expect_value (
    const guint8 *rgba, const GstVideoInfo *info, guint c, guint x, guint y)
{
  guint width = GST_VIDEO_INFO_WIDTH (info), n = 0;
  guint w_sub = GST_VIDEO_FORMAT_INFO_W_SUB (info->finfo, c);
  guint h_sub = GST_VIDEO_FORMAT_INFO_H_SUB (info->finfo, c);
  gboolean hd = info->colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT709;
  double sum = 0;

  for (guint j = y << h_sub; j < (y + 1) << h_sub; j++) {
    for (guint i = x << w_sub; i < (x + 1) << w_sub; i++) {
      const guint8 *pixel = rgba + 4 * ((gsize) width * j + i);
      double yuv[3];

      if (i >= width || j >= (guint) GST_VIDEO_INFO_HEIGHT (info))
        continue;
      convert (pixel, hd, yuv);
      sum += c == GST_VIDEO_COMP_A ? pixel[3] : yuv[c];
      n++;
    }
  }
  return sum / n;
}

static void
assert_values (GstHarness *h, GstBuffer *buffer, const guint8 *rgba)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  GstVideoFrame frame;
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS (&info); c++) {
    guint width = GST_VIDEO_FRAME_COMP_WIDTH (&frame, c);
    guint height = GST_VIDEO_FRAME_COMP_HEIGHT (&frame, c);

    for (guint y = 0; y < height; y++) {
      for (guint x = 0; x < width; x++) {
        const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (&frame, c);
        int value = data[y * GST_VIDEO_FRAME_COMP_STRIDE (&frame, c)
            + x * GST_VIDEO_FRAME_COMP_PSTRIDE (&frame, c)];
        double expected = expect_value (rgba, &info, c, x, y);

        fail_unless (fabs (value - expected) <= 1,
            "%s component %u at %u, %u is %d instead of %f",
            GST_VIDEO_INFO_NAME (&info), c, x, y, value, expected);
      }
    }
  }
  gst_video_frame_unmap (&frame);
}

static const struct
{
  guint width, height;
} sizes[] = { { 32, 16 }, { 19, 7 }, { 1, 1 }, { 2, 1 }, { 1, 2 }, { 3, 3 },
  { 513, 2 }, { 1025, 3 }, { 33, 576 }, { 33, 577 } };

static const struct
{
  const char *format;
  gboolean opaque;
  guint background;
} formats[] = {
  { "I420", TRUE, 0 },
  { "NV12", TRUE, 0 },
  { "Y444", TRUE, 0 },
  { "A420", TRUE, 0 },
  { "AYUV", TRUE, 0 },
  { "A420", FALSE, 0 },
  { "AYUV", FALSE, 0 },
  { "AYUV", FALSE, 0x80ff8000 },
  { "I420", FALSE, 0xff2080e0 },
  { "NV12", FALSE, 0xffffffff },
  { "Y444", FALSE, 0xff000000 },
};

GST_START_TEST (test_values_follow_the_formula)
{
  guint width = sizes[__i__].width, height = sizes[__i__].height;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *caps =
        g_strdup_printf ("video/x-raw, format=%s", formats[i].format);
    g_autoptr (GBytes) bytes = write_mosaic (width, height, formats[i].opaque);
    g_autofree guint8 *rgba =
        get_rgba (width, height, formats[i].opaque, formats[i].background);
    GstHarness *h = start_with_caps (caps, formats[i].background);
    g_autoptr (GstBuffer) buffer = pull_mosaic (h, bytes);

    assert_values (h, buffer, rgba);
    stop_decoder (h);
  }
}
GST_END_TEST

/* As videoconvert announces what it makes of RGB. */
GST_START_TEST (test_colorimetry_goes_by_the_height)
{
  for (guint hd = 0; hd < 2; hd++) {
    g_autoptr (GBytes) bytes = write_mosaic (16, 576 + hd, TRUE);
    GstHarness *h = start_with_caps ("video/x-raw, format=I420", 0);
    g_autoptr (GstBuffer) buffer = pull_mosaic (h, bytes);
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
    const GstStructure *structure = gst_caps_get_structure (caps, 0);

    fail_unless_equals_string (
        gst_structure_get_string (structure, "colorimetry"),
        hd ? "2:3:7:1" : "2:4:7:1");
    fail_if (gst_structure_has_field (structure, "chroma-site"));
    stop_decoder (h);
  }
}
GST_END_TEST

/* ---- Who gets it ---- */

static const struct
{
  gboolean opaque;
  guint background;
  const char *wanted;
  const char *chosen; /* NULL: nothing fits */
} choices[] = {
  /* Downstream's first choice, where there is that. */
  { TRUE, 0, "format=I420", "I420" },
  { TRUE, 0, "format={ NV12, BGRx }", "NV12" },
  { TRUE, 0, "format={ Y444, I420, RGBA }", "I420" },
  { TRUE, 0, "format={ Y444, NV12, I420 }", "NV12" },
  { TRUE, 0, "format={ Y444, RGBA }", "Y444" },
  { TRUE, 0, "format=Y444; video/x-raw, format=I420", "I420" },
  { FALSE, 0, "format={ AYUV, RGBA }", "AYUV" },
  { TRUE, 0, "format={ BGRx, I420 }", "BGRx" },
  /* RGB where the first choice is something else, or there is none. */
  { TRUE, 0, "format={ YUY2, I420, BGRA }", "BGRA" },
  { TRUE, 0, "width=[ 1, 100 ]", "RGBA" },
  /* YUV where there is no RGB. */
  { TRUE, 0, "format={ YUY2, NV12, I420 }", "NV12" },
  /* Transparency is not thrown away. */
  { FALSE, 0, "format={ I420, NV12, Y444 }", NULL },
  { FALSE, 0, "format={ I420, A420 }", "A420" },
  { FALSE, 0, "format={ I420, BGRA }", "BGRA" },
  { FALSE, 0xff000000, "format={ I420, BGRA }", "I420" },
  { FALSE, 0xff000000, "format={ A420, AYUV }", NULL },
  { FALSE, 0xfe000000, "format=I420", NULL },
  /* Only what the values are. */
  { TRUE, 0, "format=I420, colorimetry=2:4:7:1", "I420" },
  { TRUE, 0, "format=I420, colorimetry=bt709", NULL },
  { TRUE, 0, "format=I420, chroma-site=jpeg", "I420" },
  { TRUE, 0, "format=I420, chroma-site={ (string)mpeg2, (string)jpeg }",
      "I420" },
  { TRUE, 0, "format=I420, chroma-site=mpeg2", NULL },
};

GST_START_TEST (test_yuv_is_for_who_wants_it)
{
  g_autofree char *text =
      g_strdup_printf ("video/x-raw, %s", choices[__i__].wanted);
  g_autoptr (GBytes) bytes = write_mosaic (16, 8, choices[__i__].opaque);
  GstHarness *h = start_with_caps (text, choices[__i__].background);

  push_file (h, bytes);
  if (choices[__i__].chosen != NULL) {
    g_autoptr (GstCaps) caps = NULL;

    gst_buffer_unref (gst_harness_pull (h));
    caps = gst_pad_get_current_caps (h->sinkpad);
    fail_unless_equals_string (
        gst_structure_get_string (gst_caps_get_structure (caps, 0), "format"),
        choices[__i__].chosen);
    gst_harness_set_drop_buffers (h, TRUE);
  } else {
    expect_eos (h);
    assert_one_error (h, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  }
  stop_decoder (h);
}
GST_END_TEST

/* Encoders refuse odd sizes in formats that halve them. */
GST_START_TEST (test_odd_sizes_come_as_downstream_likes_best)
{
  guint odd_width = __i__ & 1, odd_height = __i__ >> 1;
  g_autoptr (GBytes) bytes =
      write_mosaic (16 + odd_width, 8 + odd_height, TRUE);
  GstHarness *h =
      start_with_caps ("video/x-raw, format={ Y444, I420, RGBA }", 0);
  g_autoptr (GstBuffer) buffer = pull_mosaic (h, bytes);
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "format"),
      odd_width || odd_height ? "Y444" : "I420");
  stop_decoder (h);
}
GST_END_TEST

static Suite *
animgifdec_yuv_suite (void)
{
  Suite *suite = suite_create ("animgifdec-yuv");
  TCase *tcase = decoder_case_new (suite, "general");

  tcase_add_loop_test (
      tcase, test_values_follow_the_formula, 0, G_N_ELEMENTS (sizes));
  tcase_add_test (tcase, test_colorimetry_goes_by_the_height);
  tcase_add_loop_test (
      tcase, test_yuv_is_for_who_wants_it, 0, G_N_ELEMENTS (choices));
  tcase_add_loop_test (
      tcase, test_odd_sizes_come_as_downstream_likes_best, 0, 4);
  return suite;
}

GST_CHECK_MAIN (animgifdec_yuv)
