/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

GST_DEBUG_CATEGORY_EXTERN (gst_anim_gif_dec_debug);
#define GST_CAT_DEFAULT gst_anim_gif_dec_debug

typedef struct
{
  double rate;
  GstFormat format;
  GstSeekFlags flags;
  GstSeekType start_type, stop_type;
  gint64 start, stop;
  guint32 seqnum;
} Seek;

/* Called with @lock held. */
static void
start_task (GstAnimGifDec *self)
{
  gst_pad_start_task (self->srcpad, (GstTaskFunction) gst_anim_gif_dec_loop,
      self->srcpad, NULL);
}

void
gst_anim_gif_dec_hold_task (GstAnimGifDec *self)
{
  g_mutex_lock (&self->lock);
  self->n_holds++;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_pad_pause_task (self->srcpad);
  GST_PAD_STREAM_LOCK (self->srcpad);
}

void
gst_anim_gif_dec_release_task (GstAnimGifDec *self, gboolean start)
{
  g_mutex_lock (&self->lock);
  self->n_holds--;
  /* Under the lock: a pad that is being deactivated must not get its task back.
   */
  if (start && self->src_active)
    start_task (self);
  g_mutex_unlock (&self->lock);
  GST_PAD_STREAM_UNLOCK (self->srcpad);
}

void
gst_anim_gif_dec_reset_output (GstAnimGifDec *self, GstClockTime base)
{
  gst_segment_init (&self->upstream, GST_FORMAT_UNDEFINED);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->segment.base = base;
  self->origin = 0;
  self->arriving = TRUE;
  self->segment_seqnum = gst_util_seqnum_next ();
  self->started = FALSE;
  self->segment_pending = FALSE;
  self->finished = FALSE;
  self->refused = FALSE;
  self->flow = GST_FLOW_OK;
  self->fps_n = 0;
  self->fps_d = 1;
  self->pass = self->tick = self->n_begun = 0;
  self->frame = 0;
  self->earliest_time = GST_CLOCK_TIME_NONE;
  self->proportion = 1.0;
  self->n_pushed = self->n_dropped = 0;
}

gboolean
gst_anim_gif_dec_src_activate_mode (
    GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  g_mutex_lock (&self->lock);
  self->src_active = active;
  if (active)
    start_task (self);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  if (active)
    return TRUE;
  anim_gif_output_interrupt (self->output);
  return gst_pad_stop_task (pad);
}

/* Called with @lock held. Whether @seek makes sense for what is known by now.
 */
static gboolean
can_seek (GstAnimGifDec *self, const Seek *seek)
{
  GstClockTime total = gst_anim_gif_dec_get_total (self);
  gint64 start = self->segment.start;
  gint64 stop = self->segment.stop == total ? -1 : (gint64) self->segment.stop;

  if ((seek->start_type == GST_SEEK_TYPE_END
          || seek->stop_type == GST_SEEK_TYPE_END)
      && !GST_CLOCK_TIME_IS_VALID (total))
    return FALSE;
  if (seek->start_type != GST_SEEK_TYPE_NONE)
    start = MAX (seek->start, 0);
  if (seek->start_type == GST_SEEK_TYPE_END)
    start = MAX ((gint64) total + seek->start, 0);
  if (seek->stop_type != GST_SEEK_TYPE_NONE)
    stop = seek->stop;
  if (seek->stop_type == GST_SEEK_TYPE_END)
    stop = (gint64) total + seek->stop;
  return !self->refused && self->src_active && (stop == -1 || start <= stop);
}

/* Called with @lock held. Makes @segment and *@stop fit for a seek backwards,
 * which has to begin somewhere. */
static void
find_beginning (
    GstAnimGifDec *self, const Seek *seek, GstSegment *segment, gint64 *stop)
{
  GstClockTime start = segment->start, last;

  if (seek->start_type == GST_SEEK_TYPE_SET)
    start = MAX (seek->start, 0);
  last = MAX (gst_anim_gif_dec_get_last (self), start);
  if (seek->stop_type == GST_SEEK_TYPE_SET && *stop == -1)
    *stop = last;
  if (!GST_CLOCK_TIME_IS_VALID (segment->stop))
    segment->stop = MAX (last, segment->position);
  segment->position = MIN (segment->position, segment->stop);
}

/* Called with @lock held and the task standing still. */
static gboolean
configure_seek (GstAnimGifDec *self, const Seek *seek)
{
  GstSegment segment = self->segment;
  gint64 stop = seek->stop;

  self->n_begun = 0;
  segment.duration = gst_anim_gif_dec_get_total (self);
  /* There may be fewer plays by now. */
  segment.position = MIN (segment.position, segment.duration);
  if (seek->rate < 0 && self->info.complete)
    find_beginning (self, seek, &segment, &stop);
  if (!can_seek (self, seek)
      || !gst_segment_do_seek (&segment, seek->rate, seek->format, seek->flags,
          seek->start_type, seek->start, seek->stop_type, stop, NULL))
    return FALSE;

  self->segment = segment;
  self->segment_seqnum = seek->seqnum;
  self->segment_pending = self->started;
  self->finished = FALSE;
  self->flow = GST_FLOW_OK;
  if ((seek->flags & GST_SEEK_FLAG_FLUSH) != 0) {
    self->arriving = TRUE;
    self->earliest_time = GST_CLOCK_TIME_NONE;
    self->proportion = 1.0;
    self->n_pushed = self->n_dropped = 0;
  }
  return TRUE;
}

static void
push_flush (GstAnimGifDec *self, GstEvent *event, guint32 seqnum)
{
  gst_event_set_seqnum (event, seqnum);
  gst_pad_push_event (self->srcpad, event);
}

static void
post_segment_start (GstAnimGifDec *self, const Seek *seek, gint64 position)
{
  GstMessage *message = gst_message_new_segment_start (
      GST_OBJECT (self), GST_FORMAT_TIME, position);

  gst_message_set_seqnum (message, seek->seqnum);
  gst_element_post_message (GST_ELEMENT (self), message);
}

/* All seeks are ours: the bytes are kept, upstream is never asked again. */
static gboolean
perform_seek (GstAnimGifDec *self, const Seek *seek)
{
  const gboolean flush = (seek->flags & GST_SEEK_FLAG_FLUSH) != 0;
  gboolean done, finished, is_again;
  gint64 position;

  g_mutex_lock (&self->lock);
  /* Behind a tee, a pipeline's seek comes once from each sink. */
  is_again = seek->seqnum == self->seek_seqnum;
  done = !is_again && can_seek (self, seek);
  if (done)
    self->seek_seqnum = seek->seqnum;
  g_mutex_unlock (&self->lock);
  if (!done)
    return is_again;

  if (flush)
    push_flush (self, gst_event_new_flush_start (), seek->seqnum);
  gst_anim_gif_dec_hold_task (self);
  if (flush)
    push_flush (self, gst_event_new_flush_stop (TRUE), seek->seqnum);

  g_mutex_lock (&self->lock);
  /* Asks can_seek() once more: what was known of the file may have changed. */
  done = configure_seek (self, seek);
  /* A flush took the segment away from downstream. */
  self->segment_pending |= flush && self->started;
  position = self->origin + self->segment.position;
  finished = self->finished;
  g_mutex_unlock (&self->lock);

  if (done && (seek->flags & GST_SEEK_FLAG_SEGMENT) != 0)
    post_segment_start (self, seek, position);
  /* What was over stays over when nothing changed. */
  gst_anim_gif_dec_release_task (self, done || flush || !finished);
  return done;
}

/* The sinks change the speed at which they show what they have. */
static gboolean
change_rate_at_once (GstAnimGifDec *self, const Seek *seek)
{
  gboolean can_change, is_again;
  GstEvent *event;
  double rate;

  g_mutex_lock (&self->lock);
  is_again = seek->seqnum == self->seek_seqnum;
  rate = self->segment.rate;
  can_change = !is_again && self->started && seek->rate * rate > 0
      && seek->start_type == GST_SEEK_TYPE_NONE
      && seek->stop_type == GST_SEEK_TYPE_NONE
      && (seek->flags & GST_SEEK_FLAG_FLUSH) == 0;
  if (can_change)
    self->seek_seqnum = seek->seqnum;
  g_mutex_unlock (&self->lock);
  if (!can_change)
    return is_again;

  event = gst_event_new_instant_rate_change (
      seek->rate / rate, (GstSegmentFlags) seek->flags);
  gst_event_set_seqnum (event, seek->seqnum);
  /* Not behind EOS: then a flushing seek has to do it. */
  return gst_pad_push_event (self->srcpad, event);
}

/* Seeks are in stream time. */
static void
make_own_time (GstAnimGifDec *self, GstSeekType type, gint64 *time)
{
  gint64 origin;

  g_mutex_lock (&self->lock);
  origin = self->origin;
  g_mutex_unlock (&self->lock);
  if (type == GST_SEEK_TYPE_SET && *time != -1)
    *time = MAX (*time - origin, 0);
}

static gboolean
take_seek (GstAnimGifDec *self, GstEvent *event)
{
  Seek seek;

  gst_event_parse_seek (event, &seek.rate, &seek.format, &seek.flags,
      &seek.start_type, &seek.start, &seek.stop_type, &seek.stop);
  seek.seqnum = gst_event_get_seqnum (event);
  if (seek.format != GST_FORMAT_TIME) {
    GST_DEBUG_OBJECT (self, "cannot do %" GST_PTR_FORMAT, (gpointer) event);
    return FALSE;
  }
  if ((seek.flags & GST_SEEK_FLAG_INSTANT_RATE_CHANGE) != 0)
    return change_rate_at_once (self, &seek);
  make_own_time (self, seek.start_type, &seek.start);
  make_own_time (self, seek.stop_type, &seek.stop);
  return perform_seek (self, &seek);
}

static void
note_qos (GstAnimGifDec *self, GstEvent *event)
{
  GstClockTime time;
  GstClockTimeDiff diff;
  double proportion;

  gst_event_parse_qos (event, NULL, &proportion, &diff, &time);
  g_mutex_lock (&self->lock);
  self->proportion = proportion;
  if (!GST_CLOCK_TIME_IS_VALID (time))
    self->earliest_time = GST_CLOCK_TIME_NONE;
  else if (diff > 0) /* twice, to catch up */
    self->earliest_time = time + 2 * diff;
  else
    self->earliest_time = time > (GstClockTime) -diff ? time + diff : 0;
  g_mutex_unlock (&self->lock);
}

gboolean
gst_anim_gif_dec_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (parent);
  gboolean done = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEEK:
      done = take_seek (self, event);
      break;
    case GST_EVENT_RECONFIGURE:            /* the pad has marked itself */
    case GST_EVENT_INSTANT_RATE_SYNC_TIME: /* we asked for it, not upstream */
      break;
    case GST_EVENT_QOS:
      note_qos (self, event);
      break;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
  gst_event_unref (event);
  return done;
}

static gboolean
answer_position (GstAnimGifDec *self, GstQuery *query)
{
  GstFormat format;
  gint64 position;

  gst_query_parse_position (query, &format, NULL);
  if (format != GST_FORMAT_TIME)
    return FALSE;
  g_mutex_lock (&self->lock);
  position = gst_segment_to_stream_time (
      &self->segment, GST_FORMAT_TIME, self->segment.position);
  g_mutex_unlock (&self->lock);
  gst_query_set_position (query, format, position);
  return position != -1;
}

static gboolean
answer_duration (GstAnimGifDec *self, GstQuery *query)
{
  GstFormat format;
  GstClockTime total, origin;

  gst_query_parse_duration (query, &format, NULL);
  if (format != GST_FORMAT_TIME)
    return FALSE;
  g_mutex_lock (&self->lock);
  total = gst_anim_gif_dec_get_total (self);
  origin = self->origin;
  g_mutex_unlock (&self->lock);
  if (!GST_CLOCK_TIME_IS_VALID (total))
    return FALSE;
  gst_query_set_duration (query, format, origin + total);
  return TRUE;
}

static gboolean
answer_seeking (GstAnimGifDec *self, GstQuery *query)
{
  GstFormat format;
  GstClockTime end, origin;
  gboolean seekable;

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  g_mutex_lock (&self->lock);
  end = gst_anim_gif_dec_get_total (self);
  origin = self->origin;
  if (GST_CLOCK_TIME_IS_VALID (end))
    end += origin;
  seekable = format == GST_FORMAT_TIME && !self->refused;
  g_mutex_unlock (&self->lock);
  gst_query_set_seeking (query, format, seekable,
      seekable ? (gint64) origin : -1, seekable ? (gint64) end : -1);
  return TRUE;
}

static gboolean
answer_segment (GstAnimGifDec *self, GstQuery *query)
{
  GstSegment segment;
  gint64 start, stop;

  g_mutex_lock (&self->lock);
  segment = self->segment;
  g_mutex_unlock (&self->lock);
  start = gst_segment_to_stream_time (&segment, segment.format, segment.start);
  stop = segment.stop;
  if (stop != -1)
    stop = gst_segment_to_stream_time (&segment, segment.format, stop);
  gst_query_set_segment (query, segment.rate, segment.format, start, stop);
  return TRUE;
}

gboolean
gst_anim_gif_dec_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_POSITION:
      return answer_position (self, query);
    case GST_QUERY_DURATION:
      return answer_duration (self, query);
    case GST_QUERY_SEEKING:
      return answer_seeking (self, query);
    case GST_QUERY_SEGMENT:
      return answer_segment (self, query);
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}
