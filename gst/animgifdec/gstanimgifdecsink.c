/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

GST_DEBUG_CATEGORY_EXTERN (gst_anim_gif_dec_debug);
#define GST_CAT_DEFAULT gst_anim_gif_dec_debug

/* Forgets the file and everything about it. Task and upstream stand still. */
void
gst_anim_gif_dec_forget_file (GstAnimGifDec *self)
{
  GstEvent *event;

  g_mutex_lock (&self->lock);
  anim_gif_input_reset (self->input, &self->active);
  self->info = (GifInfo){ 0 };
  self->end = INPUT_OPEN;
  self->told = FALSE;
  while ((event = g_queue_pop_head (&self->events)) != NULL)
    gst_event_unref (event);
  g_mutex_unlock (&self->lock);
}

/* Posts that the file has more of @what than @property allows: @limit, where 0
 * allows what can be decoded at all, @most. */
static void
post_beyond (GstAnimGifDec *self, const char *what, const char *property,
    guint64 limit, guint64 most)
{
  if (limit == 0 || limit > most)
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("This GIF is too large: %s than can be decoded (%" G_GUINT64_FORMAT
         ").",
            what, most),
        (NULL));
  else
    GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
        ("This GIF is too large: %s than %s allows (%" G_GUINT64_FORMAT ").",
            what, property, limit),
        (NULL));
}

/* Posts what is wrong with the file; from now on the task only says EOS. */
static void
refuse_file (GstAnimGifDec *self, GifResult result)
{
  switch (result) {
    case GIF_RESULT_NOT_A_GIF:
      GST_ELEMENT_ERROR (self, STREAM, WRONG_TYPE,
          ("This is not a GIF file, or its header is damaged."), (NULL));
      break;
    case GIF_RESULT_TOO_LARGE:
      if (anim_gif_input_is_too_long (self->input))
        post_beyond (self, "the file has more bytes", "max-size",
            self->active.max_size, G_MAXSSIZE);
      else
        post_beyond (self, "its pictures have more pixels each", "max-pixels",
            self->active.max_pixels, GIF_DECODER_MOST_PIXELS);
      break;
    case GIF_RESULT_TOO_LONG:
      post_beyond (self, "its pictures have more pixels together",
          "max-total-pixels", self->active.max_total_pixels, G_MAXUINT64);
      break;
    case GIF_RESULT_NO_MEMORY:
      GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
          ("There is not enough memory for this GIF."), (NULL));
      break;
    case GIF_RESULT_END:
      GST_ELEMENT_ERROR (
          self, STREAM, DECODE, ("There is no picture in this GIF."), (NULL));
      break;
    default:
      GST_ELEMENT_ERROR (self, RESOURCE, READ,
          ("The GIF's bytes cannot be read from memory."), (NULL));
      break;
  }
  g_mutex_lock (&self->lock);
  self->refused = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Makes @info known to the task and the application. */
static void
publish_info (GstAnimGifDec *self, const GifInfo *info)
{
  gboolean became_complete;

  g_mutex_lock (&self->lock);
  became_complete = info->complete && !self->info.complete;
  if (info->n_frames != self->info.n_frames || became_complete)
    g_cond_broadcast (&self->cond);
  self->info = *info;
  g_mutex_unlock (&self->lock);

  if (became_complete) {
    GST_INFO_OBJECT (self,
        "%ux%u, %u frames, %" G_GUINT64_FORMAT "0 ms, shown %u times (0: for "
        "ever), %s",
        info->width, info->height, info->n_frames, info->duration_cs,
        info->n_plays, info->opaque ? "opaque" : "with transparency");
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_duration_changed (GST_OBJECT (self)));
  }
}

/* Called with @lock held: the file begins at @origin. A seek may have come when
 * that was not known. */
static void
set_origin (GstAnimGifDec *self, GstClockTime origin)
{
  GstSegment *segment = &self->segment;
  GstClockTime later = MAX (origin, self->origin) - self->origin;

  self->origin = origin;
  segment->start -= MIN (segment->start, later);
  segment->position -= MIN (segment->position, later);
  if (GST_CLOCK_TIME_IS_VALID (segment->stop))
    segment->stop -= MIN (segment->stop, later);
}

/* The file begins with @buffer: where upstream has times, at those. */
static void
place_in_time (GstAnimGifDec *self, GstBuffer *buffer)
{
  const GstSegment *upstream = &self->upstream;
  GstClockTime time, base, origin;

  g_mutex_lock (&self->lock);
  if (upstream->format == GST_FORMAT_TIME && !self->started) {
    time = upstream->start;
    if (GST_BUFFER_PTS_IS_VALID (buffer))
      time = CLAMP (GST_BUFFER_PTS (buffer), upstream->start, upstream->stop);
    base = gst_segment_to_running_time (upstream, GST_FORMAT_TIME, time);
    origin = gst_segment_to_stream_time (upstream, GST_FORMAT_TIME, time);
    /* Not before the end of the file before it. */
    if (GST_CLOCK_TIME_IS_VALID (base))
      self->segment.base = MAX (self->segment.base, base);
    set_origin (self, GST_CLOCK_TIME_IS_VALID (origin) ? origin : 0);
    self->segment.applied_rate = upstream->applied_rate;
    if (upstream->rate > 0 && self->seek_seqnum == GST_SEQNUM_INVALID)
      self->segment.rate = upstream->rate;
  }
  g_mutex_unlock (&self->lock);
}

/* What a chain function has to say when nothing is wrong with its bytes. */
static GstFlowReturn
get_flow (GstAnimGifDec *self)
{
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  if (!self->src_active || self->sink_flushing)
    flow = GST_FLOW_FLUSHING;
  else if (self->refused)
    flow = GST_FLOW_ERROR;
  else if (self->flow == ANIM_GIF_FLOW_POSTED)
    flow = GST_FLOW_ERROR;
  else if (self->flow == GST_FLOW_EOS)
    flow = GST_FLOW_OK; /* a seek may want the rest of the file */
  else
    flow = self->flow;
  g_mutex_unlock (&self->lock);
  return flow;
}

/* Who has a row of files wants all of them, and would see one without a word. */
static void
tell_of_another (GstAnimGifDec *self)
{
  gboolean told;

  g_mutex_lock (&self->lock);
  told = self->told;
  self->told = TRUE;
  g_mutex_unlock (&self->lock);
  if (!told)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT,
        ("Only the first GIF of this stream is shown. Give each file a stream "
         "of its own, for instance with concat."),
        ("another GIF follows behind byte %" G_GSIZE_FORMAT,
            anim_gif_input_get_size (self->input)));
}

GstFlowReturn
gst_anim_gif_dec_sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (parent);
  GstFlowReturn flow = get_flow (self);
  GifInfo info;
  GifResult result;

  if (flow == GST_FLOW_OK) {
    if (anim_gif_input_get_size (self->input) == 0)
      place_in_time (self, buffer);
    result = anim_gif_input_append (self->input, buffer, &info);
    if (result == GIF_RESULT_NEED_DATA || result == GIF_RESULT_END) {
      publish_info (self, &info);
      if (anim_gif_input_has_another (self->input))
        tell_of_another (self);
    } else {
      refuse_file (self, result);
      flow = GST_FLOW_ERROR;
    }
  }
  gst_buffer_unref (buffer);
  return flow;
}

/* Upstream has no more bytes for this file; @end says what it has instead. */
static void
end_file (GstAnimGifDec *self, InputEnd end)
{
  GifInfo info;
  GifResult result;
  gboolean refused;

  /* A stream without any byte is an empty one, not a damaged one. */
  if (anim_gif_input_get_size (self->input) > 0) {
    result = anim_gif_input_end (self->input, &info);
    g_mutex_lock (&self->lock);
    refused = self->refused;
    g_mutex_unlock (&self->lock);
    if (!refused && (result != GIF_RESULT_END || info.n_frames == 0))
      refuse_file (self, result);
    else
      publish_info (self, &info);
  } else {
    info = (GifInfo){ .complete = TRUE };
    g_mutex_lock (&self->lock);
    self->info = info;
    g_mutex_unlock (&self->lock);
  }
  g_mutex_lock (&self->lock);
  self->end = end;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Called with @lock held. */
static gboolean
is_draining (GstAnimGifDec *self)
{
  return !self->finished && self->src_active && !self->sink_flushing;
}

/* Lets the task play the file to its end and makes room for another one. FALSE
 * when that was interrupted. */
static gboolean
drain_file (GstAnimGifDec *self)
{
  gboolean drained;

  if (anim_gif_input_get_size (self->input) == 0)
    return TRUE;
  end_file (self, INPUT_NEXT);
  g_mutex_lock (&self->lock);
  while (is_draining (self))
    g_cond_wait (&self->cond, &self->lock);
  drained = self->finished;
  g_mutex_unlock (&self->lock);
  return drained;
}

/* STREAM_START: a file begins, maybe right after another one. */
static gboolean
begin_stream (GstAnimGifDec *self, GstEvent *event)
{
  GstClockTime base = 0;
  gboolean have_group, same_group;
  guint group_id = 0;

  if (!drain_file (self)) {
    gst_event_unref (event);
    return FALSE;
  }
  gst_anim_gif_dec_hold_task (self);
  gst_anim_gif_dec_forget_file (self);
  have_group = gst_event_parse_group_id (event, &group_id);
  g_mutex_lock (&self->lock);
  same_group = have_group && self->have_group && group_id == self->group_id;
  self->have_group = have_group;
  self->group_id = group_id;
  self->next_base = self->segment.format == GST_FORMAT_TIME
      ? gst_segment_to_running_time (
          &self->segment, GST_FORMAT_TIME, self->segment.position)
      : 0;
  /* Another group begins anew: who plays groups one after the other, as playbin
   * does, shifts them. */
  if (same_group && GST_CLOCK_TIME_IS_VALID (self->next_base))
    base = self->next_base;
  /* A seek that came before the first stream is for that one. */
  if (self->has_stream)
    gst_anim_gif_dec_reset_output (self, base);
  self->has_stream = TRUE;
  g_queue_push_tail (&self->events, event);
  g_mutex_unlock (&self->lock);
  gst_anim_gif_dec_release_task (self, TRUE);
  return TRUE;
}

/* Upstream's segment is of bytes, or says when they came; ours is made when the
 * file is known. */
static void
note_segment (GstAnimGifDec *self, GstEvent *event)
{
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  g_mutex_lock (&self->lock);
  /* Bytes that go on where another file ended, as concat sends them. */
  if (segment->format == GST_FORMAT_BYTES && segment->start > 0
      && GST_CLOCK_TIME_IS_VALID (self->next_base) && !self->started)
    self->segment.base = self->next_base;
  if (segment->format == GST_FORMAT_TIME)
    self->upstream = *segment;
  g_mutex_unlock (&self->lock);
}

static void
begin_flush (GstAnimGifDec *self, GstEvent *event)
{
  g_mutex_lock (&self->lock);
  self->sink_flushing = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_pad_push_event (self->srcpad, event);
  gst_pad_pause_task (self->srcpad);
}

/* Upstream starts over: so does the file. */
static void
end_flush (GstAnimGifDec *self, GstEvent *event)
{
  gst_anim_gif_dec_hold_task (self);
  gst_pad_push_event (self->srcpad, event);
  gst_anim_gif_dec_forget_file (self);
  g_mutex_lock (&self->lock);
  gst_anim_gif_dec_reset_output (self, 0);
  self->next_base = 0;
  self->sink_flushing = FALSE;
  g_mutex_unlock (&self->lock);
  gst_anim_gif_dec_release_task (self, TRUE);
}

/* For the task to push in its place among the frames. */
static void
queue_event (GstAnimGifDec *self, GstEvent *event)
{
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->events, event);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

gboolean
gst_anim_gif_dec_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (parent);

  GST_LOG_OBJECT (self, "%" GST_PTR_FORMAT, (gpointer) event);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      return begin_stream (self, event);
    case GST_EVENT_FLUSH_START:
      begin_flush (self, event);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      end_flush (self, event);
      return TRUE;
    case GST_EVENT_EOS:
      end_file (self, INPUT_EOS);
      break;
    case GST_EVENT_SEGMENT:
      note_segment (self, event);
      break;
    case GST_EVENT_CAPS: /* the task sends its own of these */
    case GST_EVENT_GAP:
    case GST_EVENT_SEGMENT_DONE:
      break;
    default:
      if (!GST_EVENT_IS_SERIALIZED (event))
        return gst_pad_event_default (pad, parent, event);
      queue_event (self, event);
      return TRUE;
  }
  gst_event_unref (event);
  return TRUE;
}
