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
 * file or #animgifdec:background is opaque. I420 and NV12 go before the other
 * YUV formats, since few players show what else an encoder takes; not where width
 * or height is odd, which encoders may refuse in these. YUV needs no conversion: a GIF's
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
 * Where upstream's segment is in TIME, the first picture is shown at the time of
 * the first bytes, also behind a live source. Otherwise the animation begins at
 * running time zero, or when it is there (#animgifdec:arrival).
 *
 * Seeks are in time, at any rate, and always exact: the picture on show at that
 * time is the first one, cut to the segment. At rates below zero the pictures
 * come in reverse, from the seek's stop to its start; where no stop is given and
 * the plays have no end, the first one is played back. With
 * `GST_SEEK_FLAG_TRICKMODE_KEY_UNITS` only those pictures are shown that need none
 * before them, each until the next one begins; with `GST_SEEK_FLAG_TRICKMODE`, of
 * those that the rate makes shorter than 20 ms, one every 20 ms. Otherwise every
 * picture is shown, at any rate, but those that would come too late. Segment
 * seeks (`GST_SEEK_FLAG_SEGMENT`) let an application loop over a part without
 * a gap; `GST_SEEK_FLAG_INSTANT_RATE_CHANGE` changes the speed of what sinks have
 * already, without a flush. From then on until a flush, GStreamer's sinks place
 * what follows a new segment wrongly: do not seek without a flush then, nor change
 * #animgifdec:loop-count or the frame rate.
 *
 * Comments become `comment` tags, each as one line of UTF-8.
 *
 * ## Messages
 *
 * - error STREAM/WRONG_TYPE: this is no GIF, or its header is damaged
 * - error STREAM/DECODE: the file ends without any picture
 * - error RESOURCE/NO_SPACE_LEFT: the file exceeds #animgifdec:max-pixels,
 *   #animgifdec:max-total-pixels or #animgifdec:max-size, or there is not enough
 *   memory for it
 * - error CORE/NEGOTIATION: downstream does not take the pictures as they are,
 *   for instance wants another size, or no alpha of pictures that have some
 * - warning STREAM/FORMAT: another GIF follows in the same stream, and is not
 *   shown; `concat` gives each file a stream of its own
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

/* The one of a run's settings that may change while it lasts. */
static void
update_loop_count (GstAnimGifDec *self, int loop_count)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = loop_count != self->active.loop_count
      && gst_anim_gif_dec_set_loop_count (self, loop_count);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (changed)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_duration_changed (GST_OBJECT (self)));
}

static void
gst_anim_gif_dec_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (object);
  int loop_count;

  GST_OBJECT_LOCK (self);
  if ((pspec->flags & GST_PARAM_MUTABLE_READY) != 0
      && GST_STATE (self) > GST_STATE_READY) {
    GST_OBJECT_UNLOCK (self);
    GST_WARNING_OBJECT (
        self, "%s can be set in NULL and READY only", pspec->name);
    return;
  }
  anim_gif_settings_set (&self->settings, id, value);
  loop_count = self->settings.loop_count;
  GST_OBJECT_UNLOCK (self);
  update_loop_count (self, loop_count);
}

static void
gst_anim_gif_dec_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (object);

  GST_OBJECT_LOCK (self);
  anim_gif_settings_get (&self->settings, id, value);
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

static void
gst_anim_gif_dec_class_init (GstAnimGifDecClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_anim_gif_dec_set_property;
  object_class->get_property = gst_anim_gif_dec_get_property;
  object_class->finalize = gst_anim_gif_dec_finalize;
  anim_gif_settings_install_properties (object_class);

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
  anim_gif_settings_init (&self->settings);

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
