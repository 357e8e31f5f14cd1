/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

GST_DEBUG_CATEGORY_EXTERN (gst_anim_gif_dec_debug);
#define GST_CAT_DEFAULT gst_anim_gif_dec_debug

/* What the task can do next. */
typedef enum
{
  STEP_STOP,
  STEP_REFUSE,
  STEP_EVENT,
  STEP_START,
  STEP_SEGMENT,
  STEP_FRAME,
  STEP_FINISH,
} Step;

/* Called with @lock held. */
static gboolean
may_run (GstAnimGifDec *self)
{
  return self->src_active && !self->sink_flushing && self->n_holds == 0
      && self->flow == GST_FLOW_OK;
}

/* Called with @lock held. */
static gboolean
may_start (GstAnimGifDec *self)
{
  return self->info.n_frames > 0
      && (self->info.complete || self->active.progressive);
}

/* Called with @lock held. Backwards, the end has to be known. */
static gboolean
may_show (GstAnimGifDec *self)
{
  return self->segment.rate > 0 || self->info.complete;
}

/* Called with @lock held. Whether what there is may end now: upstream has
 * said what follows, or it does not matter. */
static gboolean
may_finish (GstAnimGifDec *self)
{
  GstClockTime total = gst_anim_gif_dec_get_total (self);

  return self->end != INPUT_OPEN || self->segment.rate < 0
      || (self->segment.flags & GST_SEGMENT_FLAG_SEGMENT) != 0
      || (self->segment.position >= self->segment.stop
          && self->segment.stop != total);
}

/* Called with @lock held. Waits until there is something to do. */
static Step
await_step (GstAnimGifDec *self, AnimGifShown *shown)
{
  for (;;) {
    GstEvent *event = g_queue_peek_head (&self->events);
    gboolean over = FALSE;

    if (!may_run (self))
      return STEP_STOP;
    if (event != NULL && GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START)
      return STEP_EVENT;
    if (self->refused)
      return STEP_REFUSE;
    if (!self->started) {
      if (may_start (self))
        return STEP_START;
      over = self->info.complete && self->info.n_frames == 0;
    } else if (self->segment_pending) {
      if (may_show (self))
        return STEP_SEGMENT;
    } else if (event != NULL) {
      return STEP_EVENT;
    } else if (gst_anim_gif_dec_find_frame (self, shown, &over)) {
      return STEP_FRAME;
    }
    if (over && may_finish (self))
      return STEP_FINISH;
    g_cond_wait (&self->cond, &self->lock);
  }
}

/* Ends the run: nothing is pushed any more until a seek, a flush or a new file.
 * @flow says why. */
static void
stop_running (GstAnimGifDec *self, GstFlowReturn flow)
{
  /* Paused before anyone can know: who starts the task again may do so at once,
   * even from inside a message or event that tells of the end. */
  gst_pad_pause_task (self->srcpad);
  g_mutex_lock (&self->lock);
  self->flow = flow;
  self->finished = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
push_eos (GstAnimGifDec *self, guint32 seqnum)
{
  GstEvent *eos = gst_event_new_eos ();

  gst_event_set_seqnum (eos, seqnum);
  gst_pad_push_event (self->srcpad, eos);
}

static void
push_tags (GstAnimGifDec *self, guint n_comments)
{
  g_autoptr (GstTagList) own = anim_gif_input_get_tags (self->input);
  GstTagList *merged =
      gst_tag_list_merge (self->upstream_tags, own, GST_TAG_MERGE_APPEND);

  self->n_comments_sent = n_comments;
  gst_tag_list_set_scope (merged, GST_TAG_SCOPE_STREAM);
  gst_pad_push_event (self->srcpad, gst_event_new_tag (merged));
}

/* Everything of the segment is out: SEGMENT_DONE, EOS or room for the next
 * file. */
static void
finish (GstAnimGifDec *self)
{
  gboolean is_segment, is_eos, more_tags;
  GstClockTime position;
  guint n_comments;
  guint32 seqnum;

  g_mutex_lock (&self->lock);
  is_segment = (self->segment.flags & GST_SEGMENT_FLAG_SEGMENT) != 0;
  is_eos = self->end != INPUT_NEXT;
  position = self->origin + self->segment.position;
  seqnum = self->segment_seqnum;
  n_comments = self->info.n_comments;
  more_tags = self->started && n_comments != self->n_comments_sent;
  g_mutex_unlock (&self->lock);

  if (more_tags)
    push_tags (self, n_comments);
  GST_DEBUG_OBJECT (
      self, "finished at %" GST_TIME_FORMAT, GST_TIME_ARGS (position));
  stop_running (self, GST_FLOW_OK);
  if (is_segment) {
    GstEvent *done = gst_event_new_segment_done (GST_FORMAT_TIME, position);
    GstMessage *message = gst_message_new_segment_done (
        GST_OBJECT (self), GST_FORMAT_TIME, position);

    gst_event_set_seqnum (done, seqnum);
    gst_message_set_seqnum (message, seqnum);
    gst_element_post_message (GST_ELEMENT (self), message);
    gst_pad_push_event (self->srcpad, done);
  } else if (is_eos) {
    push_eos (self, seqnum);
  }
}

/* Downstream, or we ourselves, cannot go on. */
static void
give_up (GstAnimGifDec *self, GstFlowReturn flow)
{
  guint32 seqnum;

  g_mutex_lock (&self->lock);
  seqnum = self->segment_seqnum;
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "stops: %s", gst_flow_get_name (flow));
  if (flow == GST_FLOW_FLUSHING) {
    gst_pad_pause_task (self->srcpad);
    return;
  }
  stop_running (self, flow);
  if (flow == GST_FLOW_NOT_NEGOTIATED)
    GST_ELEMENT_ERROR (self, CORE, NEGOTIATION,
        ("Downstream does not take the pictures of this GIF as they are."),
        ("put videoconvert or videoscale behind %s: it makes 32-bit RGB with "
         "alpha, at the size of the file and any rate",
            GST_OBJECT_NAME (self)));
  else if (flow != GST_FLOW_EOS && flow != ANIM_GIF_FLOW_POSTED)
    GST_ELEMENT_FLOW_ERROR (self, flow);
  push_eos (self, seqnum);
}

static void
push_queued_event (GstAnimGifDec *self)
{
  GstEvent *event;
  GstTagList *tags;
  guint n_comments;

  g_mutex_lock (&self->lock);
  event = g_queue_pop_head (&self->events);
  n_comments = self->info.n_comments;
  g_mutex_unlock (&self->lock);
  if (event == NULL)
    return;

  if (GST_EVENT_TYPE (event) == GST_EVENT_STREAM_START) {
    gst_clear_tag_list (&self->upstream_tags);
    self->warned = self->wants_rate = FALSE;
  } else if (GST_EVENT_TYPE (event) == GST_EVENT_TAG) {
    gst_event_parse_tag (event, &tags);
    if (gst_tag_list_get_scope (tags) == GST_TAG_SCOPE_STREAM) {
      gst_clear_tag_list (&self->upstream_tags);
      self->upstream_tags = gst_tag_list_ref (tags);
      gst_event_unref (event);
      push_tags (self, n_comments);
      return;
    }
  }
  gst_pad_push_event (self->srcpad, event);
}

/* Called with @lock held. The true rate where there is one: some encoders and
 * muxers refuse 0/1. Where the file is not known yet, its pictures begin at
 * hundredths of a second. */
static void
describe_picture (GstAnimGifDec *self, AnimGifPicture *picture)
{
  const GifInfo *info = &self->info;
  gboolean on_opaque = self->active.background >> 24 == 0xff;
  guint delay_cs =
      info->complete ? anim_gif_input_get_common_divisor (self->input) : 1;
  guint divisor = gst_util_greatest_common_divisor (100, delay_cs);

  *picture = (AnimGifPicture){ .width = info->width,
    .height = info->height,
    .par_n = info->par_n,
    .par_d = info->par_d,
    .fps_n = 0,
    .fps_d = 1,
    .exact_n = 100 / divisor,
    .exact_d = delay_cs / divisor,
    .opaque = on_opaque || (info->complete && info->opaque),
    .has_alpha = !on_opaque };
  if (info->complete && info->common_delay_cs > 0) {
    picture->fps_n = picture->exact_n;
    picture->fps_d = picture->exact_d;
  }
}

/* Downstream asked for a rate, or no longer does: times go on from where they
 * are. */
static void
set_rate (GstAnimGifDec *self, guint fps_n, guint fps_d)
{
  GstClockTime before;
  gboolean changed;

  g_mutex_lock (&self->lock);
  before = gst_anim_gif_dec_get_total (self);
  self->fps_n = fps_n;
  self->fps_d = fps_d;
  changed = gst_anim_gif_dec_follow_total (self, before);
  self->segment_pending = self->started;
  g_mutex_unlock (&self->lock);
  if (changed)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_duration_changed (GST_OBJECT (self)));
}

static GstFlowReturn
negotiate (GstAnimGifDec *self)
{
  const GstVideoInfo *info = anim_gif_output_get_info (self->output);
  guint fps_n = 0, fps_d = 1;
  GstFlowReturn flow;

  gst_pad_check_reconfigure (self->srcpad);
  gst_clear_buffer (&self->kept);
  flow = anim_gif_output_negotiate (self->output, &self->picture,
      self->active.repeat_frames || self->wants_rate);
  if (flow != GST_FLOW_OK) {
    gst_pad_mark_reconfigure (self->srcpad);
    return flow == GST_FLOW_ERROR ? gst_anim_gif_dec_post_no_memory (self)
                                  : flow;
  }
  /* At its own rate, each frame is one tick long. */
  if (GST_VIDEO_INFO_FPS_N (info) != (int) self->picture.fps_n
      || GST_VIDEO_INFO_FPS_D (info) != (int) self->picture.fps_d) {
    fps_n = GST_VIDEO_INFO_FPS_N (info);
    fps_d = GST_VIDEO_INFO_FPS_D (info);
  }
  if (self->fps_n != fps_n || self->fps_d != fps_d)
    set_rate (self, fps_n, fps_d);
  self->fresh = TRUE;
  return GST_FLOW_OK;
}

/* STREAM_START where upstream sent none, and CAPS. */
static GstFlowReturn
start_output (GstAnimGifDec *self)
{
  g_autoptr (GstEvent) stream_start = NULL;
  GstFlowReturn flow;

  stream_start =
      gst_pad_get_sticky_event (self->srcpad, GST_EVENT_STREAM_START, 0);
  if (stream_start == NULL) {
    g_autofree char *id =
        gst_pad_create_stream_id (self->srcpad, GST_ELEMENT (self), NULL);

    gst_pad_push_event (self->srcpad, gst_event_new_stream_start (id));
  }

  g_mutex_lock (&self->lock);
  describe_picture (self, &self->picture);
  g_mutex_unlock (&self->lock);
  self->n_comments_sent = 0;
  flow = negotiate (self);
  if (flow != GST_FLOW_OK)
    return flow;

  g_mutex_lock (&self->lock);
  self->started = TRUE;
  self->segment_pending = TRUE;
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

/* What the pipeline's clock shows; 0 while it does not run. */
static GstClockTime
get_running_time (GstAnimGifDec *self)
{
  GstClockTime now = 0;
  gboolean is_playing;

  GST_OBJECT_LOCK (self);
  is_playing = GST_STATE (self) == GST_STATE_PLAYING;
  GST_OBJECT_UNLOCK (self);
  if (is_playing)
    now = gst_element_get_current_running_time (GST_ELEMENT (self));
  return GST_CLOCK_TIME_IS_VALID (now) ? now : 0;
}

static void
push_segment (GstAnimGifDec *self)
{
  GstEvent *event;
  guint n_comments;

  g_mutex_lock (&self->lock);
  gst_anim_gif_dec_settle_segment (self);
  if (self->arriving && self->active.arrival == ANIM_GIF_ARRIVAL_NOW)
    self->segment.base = MAX (self->segment.base, get_running_time (self));
  self->arriving = FALSE;
  gst_anim_gif_dec_go_to (self, self->segment.position);
  event = gst_event_new_segment (&self->segment);
  gst_event_set_seqnum (event, self->segment_seqnum);
  self->segment_pending = FALSE;
  self->discont = self->fresh = TRUE;
  n_comments = self->info.n_comments;
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "%" GST_PTR_FORMAT, (gpointer) event);
  gst_pad_push_event (self->srcpad, event);
  push_tags (self, n_comments);
}

/* A frame's turn: what changed since the one before comes first. */
static GstFlowReturn
show_frame (GstAnimGifDec *self, const AnimGifShown *shown)
{
  guint n_comments;

  g_mutex_lock (&self->lock);
  n_comments = self->info.n_comments;
  g_mutex_unlock (&self->lock);

  if (n_comments != self->n_comments_sent)
    push_tags (self, n_comments);
  /* The frame comes again, with the times it has then. */
  if (gst_pad_check_reconfigure (self->srcpad))
    return negotiate (self);
  return gst_anim_gif_dec_show_frame (self, shown);
}

void
gst_anim_gif_dec_loop (GstPad *pad)
{
  GstAnimGifDec *self = GST_ANIM_GIF_DEC (GST_PAD_PARENT (pad));
  GstFlowReturn flow = GST_FLOW_OK;
  AnimGifShown shown;
  Step step;

  g_mutex_lock (&self->lock);
  step = await_step (self, &shown);
  g_mutex_unlock (&self->lock);

  switch (step) {
    case STEP_STOP:
      flow = GST_FLOW_FLUSHING;
      break;
    case STEP_REFUSE:
      flow = ANIM_GIF_FLOW_POSTED;
      break;
    case STEP_EVENT:
      push_queued_event (self);
      break;
    case STEP_START:
      flow = start_output (self);
      break;
    case STEP_SEGMENT:
      push_segment (self);
      break;
    case STEP_FRAME:
      flow = show_frame (self, &shown);
      break;
    case STEP_FINISH:
      finish (self);
      break;
  }
  /* Some, avimux for one, refuse 0/1 only when it comes. */
  if (flow == GST_FLOW_NOT_NEGOTIATED && !self->wants_rate) {
    self->wants_rate = TRUE;
    gst_pad_mark_reconfigure (self->srcpad);
    flow = GST_FLOW_OK;
  }
  if (flow != GST_FLOW_OK)
    give_up (self, flow);
}
