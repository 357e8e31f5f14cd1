/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

/* Called with @lock held. 0: for ever. */
static guint64
count_plays (GstAnimGifDec *self)
{
  if (self->active.loop_count == 0)
    return self->info.n_plays;
  return MAX (self->active.loop_count, 0);
}

GstClockTime
gst_anim_gif_dec_get_total (GstAnimGifDec *self)
{
  guint64 play = self->info.duration_cs * ANIM_GIF_CENTISECOND;
  guint64 n_plays = count_plays (self);

  /* More than 292 years are as good as for ever, and fit into no segment. */
  if (!self->info.complete || n_plays == 0
      || (play > 0 && n_plays > G_MAXINT64 / play))
    return GST_CLOCK_TIME_NONE;
  return n_plays * play;
}

/* Called with @lock held. Times of the current frame, clipped to the segment.
 */
static void
look_at_frame (GstAnimGifDec *self, AnimGifShown *shown)
{
  GstClockTime from = self->segment.start + self->segment.offset;
  GifFrame frame;

  anim_gif_input_get_frame (self->input, self->frame, &frame);
  shown->n = self->frame;
  shown->complete = frame.complete;
  shown->start = (self->pass * self->info.duration_cs + frame.start_cs)
      * ANIM_GIF_CENTISECOND;
  shown->end = shown->start + frame.delay_cs * ANIM_GIF_CENTISECOND;
  shown->start = MAX (shown->start, from);
  shown->end = MIN (shown->end, self->segment.stop);
}

void
gst_anim_gif_dec_go_to (GstAnimGifDec *self, GstClockTime position)
{
  guint64 cs = position / ANIM_GIF_CENTISECOND;

  self->pass = 0;
  self->frame = 0;
  /* While the file still comes in, frames before @position are passed one by
   * one, undrawn. */
  if (self->info.complete && self->info.duration_cs > 0) {
    self->pass = cs / self->info.duration_cs;
    self->frame =
        anim_gif_input_find_frame (self->input, cs % self->info.duration_cs);
  }
}

/* Called with @lock held, at the start of a play. Goes on to the one the
 * segment begins in. */
static void
skip_plays (GstAnimGifDec *self)
{
  GstClockTime from = self->segment.start + self->segment.offset;

  if ((self->pass + 1) * self->info.duration_cs * ANIM_GIF_CENTISECOND <= from)
    gst_anim_gif_dec_go_to (self, from);
}

gboolean
gst_anim_gif_dec_find_frame (
    GstAnimGifDec *self, AnimGifShown *shown, gboolean *over)
{
  guint64 n_plays = count_plays (self);

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
    look_at_frame (self, shown);
    if (shown->start >= self->segment.stop) {
      *over = TRUE;
      return FALSE;
    }
    if (shown->end > shown->start)
      return TRUE;
    self->frame++;
  }
}
