/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

/* No frame is shown for less. */
#define SHORTEST_DELAY_CS 2

/* Called with @lock held. 0: for ever. */
static guint64
count_plays (GstAnimGifDec *self)
{
  guint64 n_plays = MAX (self->active.loop_count, 0);

  if (self->active.loop_count == 0)
    n_plays = self->info.n_plays;
  return n_plays == 0 ? 0 : MAX (n_plays, self->n_begun);
}

/* Ticks of the constant rate up to @cs, rounded. Always from the start, so that
 * rounding never adds up. */
static guint64
cs_to_tick (GstAnimGifDec *self, guint64 cs)
{
  return gst_util_uint64_scale_round (cs, self->fps_n, 100 * self->fps_d);
}

static GstClockTime
tick_to_time (GstAnimGifDec *self, guint64 tick)
{
  return gst_util_uint64_scale (tick, self->fps_d * GST_SECOND, self->fps_n);
}

/* The tick that @time lies in. */
static guint64
time_to_tick (GstAnimGifDec *self, GstClockTime time)
{
  guint64 tick =
      gst_util_uint64_scale (time, self->fps_n, self->fps_d * GST_SECOND);

  /* Both directions round down. */
  return tick_to_time (self, tick + 1) <= time ? tick + 1 : tick;
}

/* Length of all plays; G_MAXUINT64: for ever. */
static guint64
get_total_cs (GstAnimGifDec *self)
{
  guint64 play = self->info.duration_cs, n_plays = count_plays (self);

  /* More than 292 years are as good as for ever, and fit into no segment. */
  if (!self->info.complete || n_plays == 0
      || (play > 0 && n_plays > G_MAXINT64 / ANIM_GIF_CENTISECOND / play))
    return G_MAXUINT64;
  return n_plays * play;
}

GstClockTime
gst_anim_gif_dec_get_total (GstAnimGifDec *self)
{
  guint64 cs = get_total_cs (self);

  if (cs == G_MAXUINT64)
    return GST_CLOCK_TIME_NONE;
  if (self->fps_n > 0 && cs > 0)
    return tick_to_time (self, MAX (cs_to_tick (self, cs), 1));
  return cs * ANIM_GIF_CENTISECOND;
}

gboolean
gst_anim_gif_dec_follow_total (GstAnimGifDec *self, GstClockTime before)
{
  GstClockTime total = gst_anim_gif_dec_get_total (self);

  if (total == before)
    return FALSE;
  /* Backwards, running time counts from the stop: it moves only as long as
   * nothing is shown. */
  if (self->segment.stop == before
      && (self->segment.rate > 0 || self->segment.position == before)) {
    self->segment.stop = total;
    if (self->segment.rate < 0) {
      self->segment.position = total;
      self->segment.offset = 0;
    }
    self->segment_pending = self->started;
  }
  return TRUE;
}

gboolean
gst_anim_gif_dec_set_loop_count (GstAnimGifDec *self, int loop_count)
{
  GstClockTime before = gst_anim_gif_dec_get_total (self);

  self->active.loop_count = loop_count;
  /* The play that has begun is shown to its end. */
  self->n_begun = self->started ? self->pass + 1 : 0;
  return gst_anim_gif_dec_follow_total (self, before);
}

GstClockTime
gst_anim_gif_dec_get_last (GstAnimGifDec *self)
{
  GstClockTime total = gst_anim_gif_dec_get_total (self);

  if (GST_CLOCK_TIME_IS_VALID (total) || !self->info.complete)
    return total;
  return self->info.duration_cs * ANIM_GIF_CENTISECOND;
}

void
gst_anim_gif_dec_settle_segment (GstAnimGifDec *self)
{
  GstClockTime total = gst_anim_gif_dec_get_total (self);
  GstSegment *segment = &self->segment;

  segment->duration = total;
  if (segment->rate < 0 && !GST_CLOCK_TIME_IS_VALID (segment->stop)) {
    segment->stop = gst_anim_gif_dec_get_last (self);
    if (segment->position <= segment->start)
      segment->position = segment->stop;
    segment->offset = segment->stop - MIN (segment->position, segment->stop);
  }
  if (GST_CLOCK_TIME_IS_VALID (total)) {
    /* videorate, among others, only gives the last frame its time when the stop
     * is known. Backwards, running time counts from it once pictures came. */
    if (segment->rate > 0 || segment->position > total)
      segment->stop = MIN (segment->stop, total);
    if (segment->rate < 0 && segment->position > total)
      segment->offset = 0;
    segment->start = MIN (segment->start, total);
    segment->position = MIN (segment->position, total);
  }
  segment->time = segment->start + self->origin;
}

/* Whether a seek asked for some pictures only, see skip_frames(). */
static gboolean
is_trick (GstAnimGifDec *self)
{
  return (self->segment.flags
             & (GST_SEGMENT_FLAG_TRICKMODE
                 | GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS))
      != 0;
}

/* Makes @shown one with the frames that are not shown in their own right. In
 * trick mode, of pictures that are shown for less than a GIF's can be at normal
 * speed, 20 ms, there is one in that time; of key units, only key frames. */
static void
skip_frames (GstAnimGifDec *self, AnimGifShown *shown)
{
  gboolean keys_only =
      (self->segment.flags & GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS) != 0;
  double rate = 1;

  if ((self->segment.flags & GST_SEGMENT_FLAG_TRICKMODE) != 0)
    rate = CLAMP (ABS (self->segment.rate), 1, G_MAXINT32);
  anim_gif_input_find_group (self->input, shown->n, keys_only,
      (guint) (SHORTEST_DELAY_CS * rate), &shown->n, &shown->next);
}

/* Describes the current frame at its own times, which are those of *@start_cs and
 * *@end_cs. */
static void
describe_frame (GstAnimGifDec *self, AnimGifShown *shown, guint64 *start_cs,
    guint64 *end_cs)
{
  guint64 before_cs = self->pass * self->info.duration_cs;
  GifFrame frame, last;

  *shown = (AnimGifShown){ .n = self->frame, .next = self->frame + 1 };
  if (is_trick (self))
    skip_frames (self, shown);
  anim_gif_input_get_frame (self->input, shown->n, &frame);
  anim_gif_input_get_frame (self->input, shown->next - 1, &last);
  *start_cs = before_cs + frame.start_cs;
  *end_cs = before_cs + last.start_cs + last.delay_cs;
  shown->complete = frame.complete;
  shown->start = *start_cs * ANIM_GIF_CENTISECOND;
  shown->end = *end_cs * ANIM_GIF_CENTISECOND;
}

/* At a constant rate: the times of the current tick. */
static void
describe_tick (GstAnimGifDec *self, AnimGifShown *shown)
{
  shown->start = tick_to_time (self, self->tick);
  shown->end = tick_to_time (self, self->tick + 1);
}

/* Whether frames that come yet may belong to @shown. */
static gboolean
may_grow (GstAnimGifDec *self, const AnimGifShown *shown)
{
  return is_trick (self) && !self->info.complete
      && shown->next == self->info.n_frames;
}

/* Times of @shown, or of what the current tick shows of it, behind the segment's
 * position. FALSE: nothing of it lies there. */
static gboolean
look_at_frame (
    GstAnimGifDec *self, AnimGifShown *shown, guint64 start_cs, guint64 end_cs)
{
  guint64 behind;

  if (self->fps_n > 0) {
    self->tick = MAX (self->tick, cs_to_tick (self, start_cs));
    behind = cs_to_tick (self, end_cs);
    /* Something is shown of any file. */
    if (end_cs == get_total_cs (self))
      behind = MAX (behind, 1);
    if (self->tick >= behind)
      return FALSE;
    shown->stays = self->tick + 1 < behind;
    describe_tick (self, shown);
  }
  shown->start = MAX (shown->start, self->segment.position);
  shown->end = MIN (shown->end, self->segment.stop);
  return shown->end > shown->start || shown->start >= self->segment.stop;
}

void
gst_anim_gif_dec_go_to (GstAnimGifDec *self, GstClockTime position)
{
  guint64 cs = position / ANIM_GIF_CENTISECOND, total_cs = get_total_cs (self);

  self->pass = 0;
  self->frame = 0;
  self->tick = 0;
  if (self->fps_n > 0) {
    self->tick = time_to_tick (self, position);
    /* The last one that cs_to_tick() rounds to this tick or below. */
    cs = gst_util_uint64_scale_ceil (
             2 * self->tick + 1, 100 * self->fps_d, 2 * self->fps_n)
        - 1;
    cs = MIN (cs, MAX (total_cs, 1) - 1);
  }
  /* While the file still comes in, frames before @position are passed one by
   * one, undrawn. */
  if (self->info.complete && self->info.duration_cs > 0) {
    self->pass = cs / self->info.duration_cs;
    self->frame =
        anim_gif_input_find_frame (self->input, cs % self->info.duration_cs);
  }
}

/* At the start of a play: goes on to the one that the segment's position is in,
 * unless that one is here. */
static void
skip_plays (GstAnimGifDec *self)
{
  GstClockTime position = self->segment.position;
  guint64 end_cs = (self->pass + 1) * self->info.duration_cs;

  if (self->fps_n > 0
          ? cs_to_tick (self, end_cs) <= time_to_tick (self, position)
          : end_cs * ANIM_GIF_CENTISECOND <= position)
    gst_anim_gif_dec_go_to (self, position);
}

/* To the next tick, or the next frame. */
static void
step_over (GstAnimGifDec *self, const AnimGifShown *shown)
{
  if (shown->stays)
    self->tick++;
  else
    self->frame = shown->next;
}

void
gst_anim_gif_dec_pass_frame (GstAnimGifDec *self, const AnimGifShown *shown)
{
  if (shown->goes_back) {
    self->segment.position = shown->start;
    return;
  }
  self->segment.position = shown->end;
  step_over (self, shown);
}

/* Backwards, the frame or tick right before the segment's position is next. */
static gboolean
find_frame_before (GstAnimGifDec *self, AnimGifShown *shown, gboolean *over)
{
  GstClockTime position = self->segment.position;
  guint64 start_cs, end_cs;

  *over = self->info.complete
      && (self->info.n_frames == 0 || position <= self->segment.start);
  if (*over || !self->info.complete)
    return FALSE;
  gst_anim_gif_dec_go_to (self, position - 1);
  describe_frame (self, shown, &start_cs, &end_cs);
  shown->goes_back = TRUE;
  if (self->fps_n > 0) {
    shown->stays = self->tick > cs_to_tick (self, start_cs);
    describe_tick (self, shown);
  }
  shown->start = MAX (shown->start, self->segment.start);
  shown->end = MIN (shown->end, position);
  return TRUE;
}

gboolean
gst_anim_gif_dec_find_frame (
    GstAnimGifDec *self, AnimGifShown *shown, gboolean *over)
{
  guint64 n_plays = count_plays (self), start_cs, end_cs;

  if (self->segment.rate < 0)
    return find_frame_before (self, shown, over);
  *over = FALSE;
  for (;;) {
    if (self->frame >= self->info.n_frames) {
      *over = self->info.n_frames == 0
          || (n_plays != 0 && self->pass + 1 >= n_plays);
      *over &= self->info.complete;
      if (*over || !self->info.complete)
        return FALSE;
      self->frame = 0;
      self->pass++;
      skip_plays (self);
    }
    describe_frame (self, shown, &start_cs, &end_cs);
    if (may_grow (self, shown))
      return FALSE;
    if (look_at_frame (self, shown, start_cs, end_cs)) {
      *over = shown->start >= self->segment.stop;
      return !*over;
    }
    step_over (self, shown);
  }
}
