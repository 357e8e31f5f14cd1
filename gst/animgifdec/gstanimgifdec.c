/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-animgifdec
 * @title: animgifdec
 * @short_description: turns animated GIFs into correctly timed video
 *
 * Decodes GIF87a and GIF89a files, animated or not, into raw video with alpha.
 *
 * Every picture leaves with its own timestamp and duration, whole as browsers
 * show it: delays of 0 and 1 hundredths of a second last 100 ms, what no frame
 * has drawn is transparent. Caps carry the true frame rate when all delays are
 * equal and `framerate=0/1` when they differ. The pictures come in whichever
 * 32-bit RGB layout downstream likes best, or in YUV where downstream names that
 * first or takes nothing else; formats without alpha are among them when the
 * file or #animgifdec:background is opaque. YUV needs no conversion: a GIF's
 * palettes are converted, not its pixels. It has the matrix of BT.601 up to 576
 * rows and of BT.709 above, as `videoconvert` would have made it, and chroma in
 * the middle of its pixels.
 *
 * ## Constant frame rate
 *
 * Where downstream asks for another rate (a caps filter, an encoder that takes
 * no 0/1, or #animgifdec:repeat-frames), the pictures are repeated: each begins
 * at the tick nearest to its own time and stays until the next one begins, the
 * last one to the nearest tick of the end. One that is shorter than a tick may
 * have none. Repeats share one buffer's memory and carry the GAP flag. Of
 * several rates that downstream takes, the lowest is used that shows every
 * picture exactly when it begins (10/1 when all delays are multiples of
 * 100 ms); if there is none, the one nearest to that.
 *
 * Do not put a `videorate` behind it: that lets a picture begin halfway through
 * the one before, and repeats one for at most a second.
 *
 * ## Streams and seeks
 *
 * Bytes may come cut anywhere, with or without caps. By default the element
 * waits for the whole file before it shows the first picture, since duration,
 * frame rate and the end of the segment can be right only then.
 * #animgifdec:progressive gives that up for early pictures.
 *
 * The compressed bytes are kept until the next file or until the element goes
 * back to READY: seeks in time and repetitions (#animgifdec:loop-count) never
 * ask upstream again.
 *
 * A file that ends early, or with damaged images, is shown as far as it goes,
 * with one warning message. What follows the trailer is ignored. Another GIF
 * can follow in a new stream (`STREAM_START` event).
 *
 * Seeks are in time, forward, at any rate above zero, and always exact: the
 * picture on show at that time is the first one, cut to the segment. Segment
 * seeks (`GST_SEEK_FLAG_SEGMENT`) let an application loop over a part without
 * a gap.
 *
 * ## Messages
 *
 * - error STREAM/WRONG_TYPE: this is no GIF, or its header is damaged
 * - error STREAM/DECODE: the file ends without any picture
 * - error RESOURCE/NO_SPACE_LEFT: the file exceeds #animgifdec:max-pixels or
 *   #animgifdec:max-size
 * - error CORE/NEGOTIATION: downstream does not take the pictures as they are,
 *   for instance wants another size, or no alpha of pictures that have some
 * - warning STREAM/DECODE: at least one picture is damaged or cut off
 * - duration-changed: the whole file is known
 * - qos: a picture was passed over since it would have come too late
 * - segment-start and segment-done, for segment seeks
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 filesrc location=in.gif ! animgifdec ! videoconvert ! video/x-raw,format=I420 ! x264enc bframes=0 ! mp4mux faststart=true ! filesink location=out.mp4
 * ]| A GIF as MP4, each picture with its own duration.
 * |[
 * gst-launch-1.0 filesrc location=in.gif ! animgifdec loop-count=3 ! videoconvert ! video/x-raw,format=I420,framerate=25/1 ! x264enc ! h264parse ! mp4mux ! filesink location=out.mp4
 * ]| Three rounds of it, at a constant 25 pictures per second.
 * |[
 * gst-launch-1.0 filesrc location=in.gif ! animgifdec loop-count=-1 ! videoconvert ! autovideosink
 * ]| Plays it for ever.
 * |[
 * gst-launch-1.0 filesrc location=in.gif ! animgifdec ! videoconvert ! pngenc ! multifilesink location=f%03d.png
 * ]| One PNG file for each picture.
 *
 * Since: 0.1
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

GST_DEBUG_CATEGORY (gst_anim_gif_dec_debug);
#define GST_CAT_DEFAULT gst_anim_gif_dec_debug

enum
{
  PROP_LOOP_COUNT = 1,
  PROP_PROGRESSIVE,
  PROP_REPEAT_FRAMES,
  PROP_BACKGROUND,
  PROP_MAX_PIXELS,
  PROP_MAX_SIZE,
  PROP_QOS,
  N_PROPS
};

#define DEFAULT_LOOP_COUNT 1
#define DEFAULT_PROGRESSIVE FALSE
#define DEFAULT_REPEAT_FRAMES FALSE
#define DEFAULT_BACKGROUND 0
#define DEFAULT_MAX_PIXELS GIF_DECODER_MAX_PIXELS
#define DEFAULT_MAX_SIZE (G_GUINT64_CONSTANT (256) << 20)
#define DEFAULT_QOS TRUE

static GParamSpec *props[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("image/gif"));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE (ANIM_GIF_FORMATS)));

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAnimGifDec, gst_anim_gif_dec,
    GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (
        gst_anim_gif_dec_debug, "animgifdec", 0, "animated GIF decoder"))
GST_ELEMENT_REGISTER_DEFINE (
    animgifdec, "animgifdec", GST_RANK_PRIMARY + 1, GST_TYPE_ANIM_GIF_DEC)

static void
gst_anim_gif_dec_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (object);

  GST_OBJECT_LOCK (self);
  if ((pspec->flags & GST_PARAM_MUTABLE_READY) != 0
      && GST_STATE (self) > GST_STATE_READY) {
    GST_OBJECT_UNLOCK (self);
    GST_WARNING_OBJECT (
        self, "%s can be set in NULL and READY only", pspec->name);
    return;
  }
  switch (id) {
    case PROP_LOOP_COUNT:
      self->settings.loop_count = g_value_get_int (value);
      break;
    case PROP_PROGRESSIVE:
      self->settings.progressive = g_value_get_boolean (value);
      break;
    case PROP_REPEAT_FRAMES:
      self->settings.repeat_frames = g_value_get_boolean (value);
      break;
    case PROP_BACKGROUND:
      self->settings.background = g_value_get_uint (value);
      break;
    case PROP_MAX_PIXELS:
      self->settings.max_pixels = g_value_get_uint64 (value);
      break;
    case PROP_MAX_SIZE:
      self->settings.max_size = g_value_get_uint64 (value);
      break;
    case PROP_QOS:
      self->settings.qos = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_anim_gif_dec_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_LOOP_COUNT:
      g_value_set_int (value, self->settings.loop_count);
      break;
    case PROP_PROGRESSIVE:
      g_value_set_boolean (value, self->settings.progressive);
      break;
    case PROP_REPEAT_FRAMES:
      g_value_set_boolean (value, self->settings.repeat_frames);
      break;
    case PROP_BACKGROUND:
      g_value_set_uint (value, self->settings.background);
      break;
    case PROP_MAX_PIXELS:
      g_value_set_uint64 (value, self->settings.max_pixels);
      break;
    case PROP_MAX_SIZE:
      g_value_set_uint64 (value, self->settings.max_size);
      break;
    case PROP_QOS:
      g_value_set_boolean (value, self->settings.qos);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

/* All state of a run, before the pads are active or after they were. */
static void
reset_run (GstAnimGifDec *self)
{
  g_mutex_lock (&self->lock);
  GST_OBJECT_LOCK (self);
  self->active = self->settings;
  GST_OBJECT_UNLOCK (self);
  self->seek_seqnum = GST_SEQNUM_INVALID;
  self->has_stream = FALSE;
  self->have_group = FALSE;
  self->next_base = 0;
  self->sink_flushing = FALSE;
  gst_anim_gif_dec_reset_output (self, 0);
  g_mutex_unlock (&self->lock);
  gst_anim_gif_dec_forget_file (self);
  anim_gif_output_reset (self->output);
  gst_clear_buffer (&self->kept);
  gst_clear_tag_list (&self->upstream_tags);
  self->warned = self->wants_rate = FALSE;
}

static GstStateChangeReturn
gst_anim_gif_dec_change_state (GstElement *element, GstStateChange transition)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    reset_run (self);
  ret = GST_ELEMENT_CLASS (gst_anim_gif_dec_parent_class)
            ->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset_run (self);
  return ret;
}

/* A seek sent to the element itself, not through a sink, would pass us by. */
static gboolean
gst_anim_gif_dec_send_event (GstElement *element, GstEvent *event)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (element);

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK)
    return gst_anim_gif_dec_src_event (self->srcpad, GST_OBJECT (self), event);
  return GST_ELEMENT_CLASS (gst_anim_gif_dec_parent_class)
      ->send_event (element, event);
}

static void
gst_anim_gif_dec_finalize (GObject *object)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (object);

  reset_run (self);
  anim_gif_input_free (self->input);
  anim_gif_output_free (self->output);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_anim_gif_dec_parent_class)->finalize (object);
}

#define READY_FLAGS \
  (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

/* When each picture is shown, and on what. */
static void
init_picture_properties (void)
{
  /**
   * GstAnimGifDec:loop-count:
   *
   * How often the animation is shown: so many times, 0 as the file says, -1
   * for ever. Time goes on from one round to the next. The default is once, so
   * that files come to an end: most ask to be repeated for ever.
   *
   * Since: 0.1
   */
  props[PROP_LOOP_COUNT] = g_param_spec_int ("loop-count", "Loop count",
      "How often to show the animation (0 = as the file says, -1 = for ever)",
      -1, G_MAXINT, DEFAULT_LOOP_COUNT, READY_FLAGS);
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
  props[PROP_PROGRESSIVE] = g_param_spec_boolean ("progressive", "Progressive",
      "Show pictures before the whole file is there; duration, frame rate and "
      "segment stop are then unknown",
      DEFAULT_PROGRESSIVE, READY_FLAGS);
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
  props[PROP_REPEAT_FRAMES] = g_param_spec_boolean ("repeat-frames",
      "Repeat frames",
      "Give a constant frame rate even where downstream takes variable ones",
      DEFAULT_REPEAT_FRAMES, READY_FLAGS);
  /**
   * GstAnimGifDec:background:
   *
   * The colour that the pictures are composed on, as `textoverlay` and
   * `videotestsrc` write theirs. With alpha 255 only the formats without alpha
   * are offered, for any file. It costs no time.
   *
   * Since: 0.1
   */
  props[PROP_BACKGROUND] = g_param_spec_uint ("background", "Background",
      "Colour behind the pictures, big-endian ARGB (0 = transparent)", 0,
      G_MAXUINT32, DEFAULT_BACKGROUND, READY_FLAGS);
}

/* What is refused, and what is passed over. */
static void
init_limit_properties (void)
{
  /**
   * GstAnimGifDec:max-pixels:
   *
   * A file with a larger screen is refused with a RESOURCE/NO_SPACE_LEFT error
   * before memory is taken for it; a larger frame inside is not drawn.
   *
   * Since: 0.1
   */
  props[PROP_MAX_PIXELS] = g_param_spec_uint64 ("max-pixels", "Maximum pixels",
      "Largest picture to decode, in pixels (0 = no limit)", 0, G_MAXUINT64,
      DEFAULT_MAX_PIXELS, READY_FLAGS);
  /**
   * GstAnimGifDec:max-size:
   *
   * A longer file is refused with a RESOURCE/NO_SPACE_LEFT error.
   *
   * Since: 0.1
   */
  props[PROP_MAX_SIZE] = g_param_spec_uint64 ("max-size", "Maximum size",
      "Largest file to take in, in bytes (0 = no limit)", 0, G_MAXUINT64,
      DEFAULT_MAX_SIZE, READY_FLAGS);
  /**
   * GstAnimGifDec:qos:
   *
   * Pictures whose time on show would be over before they could arrive are
   * passed over.
   *
   * Since: 0.1
   */
  props[PROP_QOS] = g_param_spec_boolean ("qos", "QoS",
      "Pass over pictures that downstream reports it would get too late",
      DEFAULT_QOS,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
}

static void
gst_anim_gif_dec_class_init (GstAnimGifDecClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_anim_gif_dec_set_property;
  object_class->get_property = gst_anim_gif_dec_get_property;
  object_class->finalize = gst_anim_gif_dec_finalize;
  init_picture_properties ();
  init_limit_properties ();
  g_object_class_install_properties (object_class, N_PROPS, props);

  element_class->change_state = gst_anim_gif_dec_change_state;
  element_class->send_event = gst_anim_gif_dec_send_event;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Animated GIF decoder",
      "Codec/Decoder/Image",
      "Decodes animated GIF images into correctly timed video",
      "The gst-visioncraft developers");
  gst_element_class_add_static_metadata (
      element_class, GST_ELEMENT_METADATA_DOC_URI, DOC_URI "#animgifdec");
}

static void
gst_anim_gif_dec_init (GstAnimGifDec *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->events);
  self->input = anim_gif_input_new ();
  self->settings = (AnimGifSettings){ .loop_count = DEFAULT_LOOP_COUNT,
    .progressive = DEFAULT_PROGRESSIVE,
    .repeat_frames = DEFAULT_REPEAT_FRAMES,
    .background = DEFAULT_BACKGROUND,
    .max_pixels = DEFAULT_MAX_PIXELS,
    .max_size = DEFAULT_MAX_SIZE,
    .qos = DEFAULT_QOS };

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gst_anim_gif_dec_sink_chain);
  gst_pad_set_event_function (self->sinkpad, gst_anim_gif_dec_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_activatemode_function (
      self->srcpad, gst_anim_gif_dec_src_activate_mode);
  gst_pad_set_event_function (self->srcpad, gst_anim_gif_dec_src_event);
  gst_pad_set_query_function (self->srcpad, gst_anim_gif_dec_src_query);
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);

  self->output = anim_gif_output_new (self->srcpad);
}
