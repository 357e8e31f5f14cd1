/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "animgifsettings.h"

#include "gifdecoder.h"

static GType
get_arrival_type (void)
{
  static const GEnumValue values[] = {
    { ANIM_GIF_ARRIVAL_ZERO, "At running time zero, or upstream's", "zero" },
    { ANIM_GIF_ARRIVAL_NOW, "At the running time at which it is there", "now" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstAnimGifDecArrival", values);

    gst_type_mark_as_plugin_api (new_type, 0);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

typedef struct
{
  const char *name, *nick, *blurb;
  GType type;   /* fundamental */
  gsize offset; /* of the field in AnimGifSettings */
  int min;
  guint64 max, number; /* @number: the default */
  GParamFlags mutability;
} Property;

#define FIELD(field) G_STRUCT_OFFSET (AnimGifSettings, field)
#define BOOLEAN(field, on) G_TYPE_BOOLEAN, FIELD (field), 0, 1, on
#define INT(field, min, max, number) G_TYPE_INT, FIELD (field), min, max, number
#define UINT(field, number) G_TYPE_UINT, FIELD (field), 0, G_MAXUINT, number
#define ENUM(field, number) G_TYPE_ENUM, FIELD (field), 0, 0, number
#define UINT64(field, number) \
  G_TYPE_UINT64, FIELD (field), 0, G_MAXUINT64, number

static const Property properties[] = {
  /**
   * GstAnimGifDec:loop-count:
   *
   * How often the animation is shown: so many times, 0 as the file says, -1
   * for ever. Time goes on from one round to the next. The default is once, so
   * that files come to an end: most ask to be repeated for ever. When it changes
   * during a round, that is shown to its end, and the next one obeys. When the
   * last picture of all has left, the end has too, though it may still be on
   * show: then only a seek goes on.
   *
   * Since: 0.1
   */
  { "loop-count", "Loop count",
      "How often to show the animation (0 = as the file says, -1 = for ever)",
      INT (loop_count, -1, G_MAXINT, 1), GST_PARAM_MUTABLE_PLAYING },
  /**
   * GstAnimGifDec:progressive:
   *
   * Shows each picture as soon as its bytes are there, instead of after the
   * whole file. It costs what only the whole file tells: until its end there is
   * no duration, the segment has no stop (so that `videorate` drops the time of
   * the last picture), the frame rate is 0/1 even where all delays are equal,
   * and no format without alpha is offered. Where downstream asks for a rate,
   * the exact one is taken to be 100/1, since delays are in hundredths.
   *
   * Since: 0.1
   */
  { "progressive", "Progressive",
      "Show pictures before the whole file is there; duration, frame rate and "
      "segment stop are then unknown",
      BOOLEAN (progressive, FALSE), GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:repeat-frames:
   *
   * Gives a constant frame rate also where downstream takes any. It is for
   * pipelines with a stock `videorate` that one cannot take out, as in
   * `encodebin` and GES: given each picture once, that lets them begin too
   * early, and ends long ones after a second.
   *
   * Since: 0.1
   */
  { "repeat-frames", "Repeat frames",
      "Give a constant frame rate even where downstream takes variable ones",
      BOOLEAN (repeat_frames, FALSE), GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:background:
   *
   * The colour that the pictures are composed on, as `textoverlay` and
   * `videotestsrc` write theirs. With alpha 255 only the formats without alpha
   * are offered, for any file. It costs no time.
   *
   * Since: 0.1
   */
  { "background", "Background",
      "Colour behind the pictures, big-endian ARGB (0 = transparent)",
      UINT (background, 0), GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:max-pixels:
   *
   * A file with a larger screen is refused with a RESOURCE/NO_SPACE_LEFT error
   * before memory is taken for it. Without a limit, 2147483647 can be decoded.
   *
   * Since: 0.1
   */
  { "max-pixels", "Maximum pixels",
      "Largest picture to decode, in pixels (0 = no limit)",
      UINT64 (max_pixels, GIF_DECODER_MAX_PIXELS), GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:max-total-pixels:
   *
   * A file whose number of pictures times its screen's pixels is more is refused
   * with a RESOURCE/NO_SPACE_LEFT error: a few bytes a picture can ask for hours
   * of work. Repetitions do not count.
   *
   * Since: 0.1
   */
  { "max-total-pixels", "Maximum total pixels",
      "Most pixels of all pictures together (0 = no limit)",
      UINT64 (max_total_pixels, GIF_DECODER_MAX_TOTAL_PIXELS),
      GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:max-size:
   *
   * A longer file is refused with a RESOURCE/NO_SPACE_LEFT error.
   *
   * Since: 0.1
   */
  { "max-size", "Maximum size",
      "Largest file to take in, in bytes (0 = no limit)",
      UINT64 (max_size, 256 << 20), GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:arrival:
   *
   * When the first picture is shown. A GIF that comes late into a live pipeline,
   * three seconds after it began, has times that have passed, so that nothing
   * of it would be seen; with `now` it is shown whole, from the moment on at
   * which it is there. That holds for each file and each flushing seek while the
   * element is PLAYING; in PAUSED both are the same.
   *
   * Since: 0.1
   */
  { "arrival", "Arrival", "When the first picture is shown",
      ENUM (arrival, ANIM_GIF_ARRIVAL_ZERO), GST_PARAM_MUTABLE_READY },
  /**
   * GstAnimGifDec:qos:
   *
   * Pictures whose time on show would be over before they could arrive are
   * passed over.
   *
   * Since: 0.1
   */
  { "qos", "QoS",
      "Pass over pictures that downstream reports it would get too late",
      BOOLEAN (qos, TRUE), GST_PARAM_MUTABLE_PLAYING },
};

/* In the order of the table. */
static GParamSpec *specs[G_N_ELEMENTS (properties)];

static GParamSpec *
new_spec (const Property *p)
{
  GParamFlags flags =
      p->mutability | G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  switch (p->type) {
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (
          p->name, p->nick, p->blurb, p->number, flags);
    case G_TYPE_ENUM:
      return g_param_spec_enum (
          p->name, p->nick, p->blurb, get_arrival_type (), p->number, flags);
    case G_TYPE_INT:
      return g_param_spec_int (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
    case G_TYPE_UINT:
      return g_param_spec_uint (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
    default:
      return g_param_spec_uint64 (
          p->name, p->nick, p->blurb, p->min, p->max, p->number, flags);
  }
}

void
anim_gif_settings_install_properties (GObjectClass *klass)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    specs[i] = new_spec (&properties[i]);
    g_object_class_install_property (klass, i + 1, specs[i]);
  }
}

void
anim_gif_settings_init (AnimGifSettings *settings)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    anim_gif_settings_set (
        settings, i + 1, g_param_spec_get_default_value (specs[i]));
}

void
anim_gif_settings_set (AnimGifSettings *settings, guint id, const GValue *value)
{
  const Property *property = &properties[id - 1];
  gpointer field = G_STRUCT_MEMBER_P (settings, property->offset);

  switch (property->type) {
    case G_TYPE_BOOLEAN:
      *(gboolean *) field = g_value_get_boolean (value);
      break;
    case G_TYPE_ENUM:
      *(AnimGifArrival *) field = g_value_get_enum (value);
      break;
    case G_TYPE_INT:
      *(int *) field = g_value_get_int (value);
      break;
    case G_TYPE_UINT:
      *(guint *) field = g_value_get_uint (value);
      break;
    default:
      *(guint64 *) field = g_value_get_uint64 (value);
      break;
  }
}

void
anim_gif_settings_get (const AnimGifSettings *settings, guint id, GValue *value)
{
  const Property *property = &properties[id - 1];
  gconstpointer field = G_STRUCT_MEMBER_P (settings, property->offset);

  switch (property->type) {
    case G_TYPE_BOOLEAN:
      g_value_set_boolean (value, *(const gboolean *) field);
      break;
    case G_TYPE_ENUM:
      g_value_set_enum (value, *(const AnimGifArrival *) field);
      break;
    case G_TYPE_INT:
      g_value_set_int (value, *(const int *) field);
      break;
    case G_TYPE_UINT:
      g_value_set_uint (value, *(const guint *) field);
      break;
    default:
      g_value_set_uint64 (value, *(const guint64 *) field);
      break;
  }
}
