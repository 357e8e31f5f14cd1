/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstanimgifdecprivate.h"

GST_DEBUG_CATEGORY_EXTERN (gst_anim_gif_dec_debug);
#define GST_CAT_DEFAULT gst_anim_gif_dec_debug

/* Called with @lock held. A frame is late when its time on show is over before
 * it can arrive. */
static gboolean
is_late (GstAnimGifDec *self, const AnimGifShown *shown, GstMessage **message)
{
  GstClockTime start, end;
  gboolean qos;

  GST_OBJECT_LOCK (self);
  qos = self->settings.qos;
  GST_OBJECT_UNLOCK (self);
  if (!qos || !GST_CLOCK_TIME_IS_VALID (self->earliest_time))
    return FALSE;
  start = gst_segment_to_running_time (
      &self->segment, GST_FORMAT_TIME, shown->start);
  end =
      gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, shown->end);
  if (!GST_CLOCK_TIME_IS_VALID (start) || !GST_CLOCK_TIME_IS_VALID (end)
      || MAX (start, end) >= self->earliest_time)
    return FALSE;
  start = MIN (start, end); /* backwards, its end comes first */

  self->n_dropped++;
  *message = gst_message_new_qos (GST_OBJECT (self), FALSE, start,
      gst_segment_to_stream_time (
          &self->segment, GST_FORMAT_TIME, shown->start),
      shown->start, shown->end - shown->start);
  gst_message_set_qos_values (*message,
      GST_CLOCK_DIFF (start, self->earliest_time), self->proportion, 1000000);
  gst_message_set_qos_stats (
      *message, GST_FORMAT_BUFFERS, self->n_pushed, self->n_dropped);
  return TRUE;
}

static GifLayout
layout_of (const GstVideoInfo *info)
{
  if (GST_VIDEO_INFO_IS_YUV (info))
    return info->colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT709
        ? GIF_LAYOUT_AYUV_BT709
        : GIF_LAYOUT_AYUV_BT601;
  switch (GST_VIDEO_INFO_FORMAT (info)) {
    case GST_VIDEO_FORMAT_BGRA:
    case GST_VIDEO_FORMAT_BGRx:
      return GIF_LAYOUT_BGRA;
    case GST_VIDEO_FORMAT_ARGB:
    case GST_VIDEO_FORMAT_xRGB:
      return GIF_LAYOUT_ARGB;
    case GST_VIDEO_FORMAT_ABGR:
    case GST_VIDEO_FORMAT_xBGR:
      return GIF_LAYOUT_ABGR;
    default:
      return GIF_LAYOUT_RGBA;
  }
}

GstFlowReturn
gst_anim_gif_dec_post_no_memory (GstAnimGifDec *self)
{
  GST_ELEMENT_ERROR (self, RESOURCE, NO_SPACE_LEFT,
      ("There is not enough memory for the pictures of this GIF."),
      ("%u × %u pixels", self->picture.width, self->picture.height));
  return ANIM_GIF_FLOW_POSTED;
}

/* Draws one frame on the way to @shown: the task looks up between any two, so
 * that it can be stopped. */
static GstFlowReturn
draw_step (GstAnimGifDec *self, const AnimGifShown *shown, gboolean *is_drawn)
{
  GifLayout layout = layout_of (anim_gif_output_get_info (self->output));
  guint step;
  GifResult result = anim_gif_input_draw (
      self->input, shown->n, layout, shown->goes_back, &step);

  if (result == GIF_RESULT_NO_MEMORY)
    return gst_anim_gif_dec_post_no_memory (self);
  *is_drawn = step == shown->n;
  if ((result == GIF_RESULT_CORRUPT || (*is_drawn && !shown->complete))
      && !self->warned) {
    self->warned = TRUE;
    GST_ELEMENT_WARNING (self, STREAM, DECODE,
        ("The GIF is damaged; what can be read of it is shown."),
        ("first at frame %u; later ones are not reported", step));
  }
  return GST_FLOW_OK;
}

/* Returns: (transfer full): the canvas in a buffer of the negotiated pool. */
static GstFlowReturn
copy_out (GstAnimGifDec *self, GstBuffer **out)
{
  GstVideoFrame frame;
  GstFlowReturn flow = anim_gif_output_acquire (self->output, out);

  if (flow == GST_FLOW_ERROR)
    return gst_anim_gif_dec_post_no_memory (self);
  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_video_frame_map (&frame, anim_gif_output_get_info (self->output),
          *out, GST_MAP_WRITE)) {
    gst_clear_buffer (out);
    GST_ELEMENT_ERROR (self, RESOURCE, WRITE,
        ("Downstream's video memory cannot be written to."), (NULL));
    return ANIM_GIF_FLOW_POSTED;
  }
  anim_gif_input_copy (self->input, &frame);
  gst_video_frame_unmap (&frame);
  return GST_FLOW_OK;
}

/* Returns: (transfer full): @kept once more, the same memory. */
static GstBuffer *
copy_kept (GstAnimGifDec *self)
{
  GstBuffer *buffer = gst_buffer_copy (self->kept);

  /* Its pool shall not get the memory back before @buffer lets go of it. */
  gst_buffer_add_parent_buffer_meta (buffer, self->kept);
  return buffer;
}

/* Returns: (transfer full): a buffer with the frame; *@is_repeat: one that
 * differs from the one before in nothing but its times. */
static GstFlowReturn
fill_buffer (GstAnimGifDec *self, const AnimGifShown *shown, GstBuffer **out,
    gboolean *is_repeat)
{
  GstFlowReturn flow = GST_FLOW_OK;

  *is_repeat = self->kept != NULL && self->n_kept == shown->n;
  if (!*is_repeat) {
    gst_clear_buffer (&self->kept);
    flow = copy_out (self, out);
    if (flow != GST_FLOW_OK || !shown->stays)
      return flow;
    self->kept = *out;
    self->n_kept = shown->n;
  }
  *out = copy_kept (self);
  return flow;
}

static GstFlowReturn
push_frame (GstAnimGifDec *self, const AnimGifShown *shown)
{
  GstBuffer *buffer = NULL;
  gboolean is_repeat;
  GstFlowReturn flow = fill_buffer (self, shown, &buffer, &is_repeat);

  if (flow != GST_FLOW_OK)
    return flow;
  GST_BUFFER_PTS (buffer) = shown->start;
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (buffer) = shown->end - shown->start;

  g_mutex_lock (&self->lock);
  self->segment.position = shown->goes_back ? shown->end : shown->start;
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  else if (is_repeat && !self->fresh)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_GAP);
  self->discont = self->fresh = FALSE;
  g_mutex_unlock (&self->lock);

  GST_LOG_OBJECT (
      self, "frame %u: %" GST_PTR_FORMAT, shown->n, (gpointer) buffer);
  flow = gst_pad_push (self->srcpad, buffer);
  g_mutex_lock (&self->lock);
  if (flow == GST_FLOW_OK) {
    self->n_pushed++;
    gst_anim_gif_dec_pass_frame (self, shown);
  }
  g_mutex_unlock (&self->lock);
  return flow;
}

GstFlowReturn
gst_anim_gif_dec_show_frame (GstAnimGifDec *self, const AnimGifShown *shown)
{
  gboolean is_drawn = self->kept != NULL && self->n_kept == shown->n;
  GstFlowReturn flow = GST_FLOW_OK;
  GstMessage *late = NULL;

  g_mutex_lock (&self->lock);
  if (is_late (self, shown, &late)) {
    gst_anim_gif_dec_pass_frame (self, shown);
    self->discont = TRUE;
  }
  g_mutex_unlock (&self->lock);

  if (late != NULL) {
    gst_element_post_message (GST_ELEMENT (self), late);
    return GST_FLOW_OK;
  }
  if (!is_drawn)
    flow = draw_step (self, shown, &is_drawn);
  return is_drawn ? push_frame (self, shown) : flow;
}
