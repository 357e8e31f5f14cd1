/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "animgifcaps.h"

/* GStreamer takes lower pictures for standard definition. */
#define SD_MAX_HEIGHT 576

/* Caps of @formats in the size of @picture, at its own rate or at any. */
static GstCaps *
make_caps (
    const AnimGifPicture *picture, const char *formats, gboolean at_any_rate)
{
  GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
      (int) picture->width, "height", G_TYPE_INT, (int) picture->height,
      "framerate", GST_TYPE_FRACTION, (int) picture->fps_n,
      (int) picture->fps_d, "pixel-aspect-ratio", GST_TYPE_FRACTION,
      (int) picture->par_n, (int) picture->par_d, "interlace-mode",
      G_TYPE_STRING, "progressive", NULL);
  g_auto (GValue) list = G_VALUE_INIT;

  g_value_init (&list, GST_TYPE_LIST);
  gst_value_deserialize (&list, formats);
  gst_caps_set_value (caps, "format", &list);
  if (at_any_rate)
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION_RANGE, 1,
        G_MAXINT, G_MAXINT, 1, NULL);
  return caps;
}

static GstCaps *
make_rgb_caps (const AnimGifPicture *picture, gboolean at_any_rate)
{
  const char *formats = "{ " ANIM_GIF_RGB_ALPHA " }";

  if (picture->opaque && picture->has_alpha)
    formats = "{ " ANIM_GIF_RGB_ALPHA ", " ANIM_GIF_RGB_OPAQUE " }";
  else if (picture->opaque)
    formats = "{ " ANIM_GIF_RGB_OPAQUE " }";
  return make_caps (picture, formats, at_any_rate);
}

static GstCaps *
make_yuv_caps (const AnimGifPicture *picture, gboolean at_any_rate)
{
  /* Primaries and transfer function stay those of RGB. */
  const GstVideoColorimetry colorimetry = { GST_VIDEO_COLOR_RANGE_16_235,
    picture->height > SD_MAX_HEIGHT ? GST_VIDEO_COLOR_MATRIX_BT709
                                    : GST_VIDEO_COLOR_MATRIX_BT601,
    GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_PRIMARIES_BT709 };
  g_autofree char *text = gst_video_colorimetry_to_string (&colorimetry);
  const char *formats = "{ " ANIM_GIF_YUV_ALPHA " }";
  GstCaps *caps;

  if (picture->opaque && picture->has_alpha)
    formats = "{ " ANIM_GIF_YUV_OPAQUE ", " ANIM_GIF_YUV_ALPHA " }";
  else if (picture->opaque)
    formats = "{ " ANIM_GIF_YUV_OPAQUE " }";
  caps = make_caps (picture, formats, at_any_rate);
  gst_caps_set_simple (caps, "colorimetry", G_TYPE_STRING, text, NULL);
  return caps;
}

/* Chroma lies in the middle of its pixels. Caps that do not say where it does
 * are of no opinion; to those that do, this is the answer. */
static gboolean
set_chroma_site (
    GstCapsFeatures *features, GstStructure *structure, gpointer user_data)
{
  const GValue *site = gst_structure_get_value (structure, "chroma-site");
  g_auto (GValue) middle = G_VALUE_INIT;

  if (site == NULL)
    return TRUE;
  g_value_init (&middle, G_TYPE_STRING);
  g_value_set_static_string (&middle, "jpeg");
  if (!gst_value_intersect (NULL, site, &middle))
    return FALSE;
  gst_structure_set_value (structure, "chroma-site", &middle);
  return TRUE;
}

/* Whether the first format of @wanted is one of @yuv. */
static gboolean
begins_with (GstCaps *wanted, GstCaps *yuv)
{
  const GValue *formats, *first;
  GstStructure *structure;

  if (gst_caps_is_any (wanted) || gst_caps_is_empty (wanted))
    return FALSE;
  formats =
      gst_structure_get_value (gst_caps_get_structure (wanted, 0), "format");
  if (formats == NULL)
    return FALSE;
  first = GST_VALUE_HOLDS_LIST (formats) ? gst_value_list_get_value (formats, 0)
                                         : formats;
  structure = gst_caps_get_structure (yuv, 0);
  return gst_value_intersect (
      NULL, first, gst_structure_get_value (structure, "format"));
}

/* Takes @yuv. What most decoders play comes before what keeps more: encoders that
 * take both list them in any order. But x264enc, for one, takes an odd size in
 * its first choice only, without halved chroma. */
static GstCaps *
put_plain_first (GstCaps *yuv, const AnimGifPicture *picture)
{
  g_autoptr (GstCaps) plain =
      gst_caps_from_string ("video/x-raw, format={ I420, NV12 }");

  if (picture->width % 2 != 0 || picture->height % 2 != 0)
    return yuv;
  return gst_caps_merge (
      gst_caps_intersect_full (yuv, plain, GST_CAPS_INTERSECT_FIRST), yuv);
}

/* What @wanted and the formats have in common, the best first. */
static GstCaps *
find_common (
    GstCaps *wanted, const AnimGifPicture *picture, gboolean at_any_rate)
{
  g_autoptr (GstCaps) rgb = make_rgb_caps (picture, at_any_rate);
  g_autoptr (GstCaps) yuv = make_yuv_caps (picture, at_any_rate);
  gboolean likes_yuv = begins_with (wanted, yuv);
  GstCaps *common_rgb =
      gst_caps_intersect_full (wanted, rgb, GST_CAPS_INTERSECT_FIRST);
  GstCaps *common_yuv = gst_caps_make_writable (
      gst_caps_intersect_full (wanted, yuv, GST_CAPS_INTERSECT_FIRST));

  gst_caps_filter_and_map_in_place (common_yuv, set_chroma_site, NULL);
  common_yuv = put_plain_first (common_yuv, picture);
  if (likes_yuv)
    return gst_caps_merge (common_yuv, common_rgb);
  return gst_caps_merge (common_rgb, common_yuv);
}

/* Returns: the smallest k for which k × @n / @d is among @rates, 0: none. */
static guint64
find_multiple (const GValue *rates, guint n, guint d)
{
  const GValue *lowest = rates;
  g_auto (GValue) multiple = G_VALUE_INIT;
  guint64 best = 0, k;

  if (GST_VALUE_HOLDS_LIST (rates)) {
    for (guint i = 0; i < gst_value_list_get_size (rates); i++) {
      k = find_multiple (gst_value_list_get_value (rates, i), n, d);
      if (k > 0 && (best == 0 || k < best))
        best = k;
    }
    return best;
  }
  if (GST_VALUE_HOLDS_FRACTION_RANGE (rates))
    lowest = gst_value_get_fraction_range_min (rates);
  k = gst_util_uint64_scale_ceil (gst_value_get_fraction_numerator (lowest), d,
      (guint64) gst_value_get_fraction_denominator (lowest) * n);
  k = MAX (k, 1);
  if (k > G_MAXINT / n)
    return 0;
  g_value_init (&multiple, GST_TYPE_FRACTION);
  gst_value_set_fraction (&multiple, k * n, d);
  return gst_value_intersect (NULL, rates, &multiple) ? k : 0;
}

static void
fixate_rate (GstStructure *structure, const AnimGifPicture *picture)
{
  guint n = picture->exact_n, d = picture->exact_d;
  guint64 k =
      find_multiple (gst_structure_get_value (structure, "framerate"), n, d);

  if (k > 0)
    gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, (int) (k * n),
        (int) d, NULL);
  else
    gst_structure_fixate_field_nearest_fraction (structure, "framerate", n, d);
}

/* Takes @caps, and returns them with the fields that every raw video has. */
static GstCaps *
complete (GstCaps *caps)
{
  g_autoptr (GstCaps) owned = caps;
  GstVideoInfo info;
  GstCaps *whole;

  if (!gst_video_info_from_caps (&info, caps))
    return NULL;
  whole = gst_video_info_to_caps (&info);
  /* GStreamer 1.26 adds where chroma mostly lies, which is not where it does. */
  if (!gst_structure_has_field (
          gst_caps_get_structure (caps, 0), "chroma-site"))
    gst_structure_remove_field (
        gst_caps_get_structure (whole, 0), "chroma-site");
  return whole;
}

GstCaps *
anim_gif_caps_choose (
    GstCaps *wanted, const AnimGifPicture *picture, gboolean constant)
{
  g_autoptr (GstCaps) common = gst_caps_new_empty ();
  AnimGifPicture variable = *picture;

  variable.fps_n = 0;
  variable.fps_d = 1;
  if (!constant)
    gst_caps_take (&common, find_common (wanted, picture, FALSE));
  /* Each picture once is better than another rate. */
  if (!constant && gst_caps_is_empty (common))
    gst_caps_take (&common, find_common (wanted, &variable, FALSE));
  if (gst_caps_is_empty (common))
    gst_caps_take (&common, find_common (wanted, picture, TRUE));
  if (gst_caps_is_empty (common))
    return NULL;

  common = gst_caps_make_writable (gst_caps_truncate (common));
  fixate_rate (gst_caps_get_structure (common, 0), picture);
  return complete (gst_caps_fixate (g_steal_pointer (&common)));
}
