/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "animgifinput.h"

#include "animgifcomment.h"
#include "animgifhistory.h"
#include "animgifplanes.h"

#include <string.h>

struct _AnimGifInput
{
  GMutex lock;

  /* All below: @lock. */
  GifDecoder *decoder;
  guint8 *bytes; /* the first @size of the file */
  gsize size, n_allocated;
  gsize max_size;
  gboolean too_long;
  GifResult result; /* of the last scan */
  GifLayout layout; /* 0: none yet */
  AnimGifHistory *history;
  int n_matched; /* bytes of a signature behind the file; -1: there is none */
};

#define SIGNATURE_SIZE 6

AnimGifInput *
anim_gif_input_new (void)
{
  AnimGifInput *self = g_new0 (AnimGifInput, 1);

  g_mutex_init (&self->lock);
  self->decoder = gif_decoder_new ();
  self->history = anim_gif_history_new ();
  self->result = GIF_RESULT_NEED_DATA;
  return self;
}

void
anim_gif_input_free (AnimGifInput *self)
{
  anim_gif_history_free (self->history);
  gif_decoder_free (self->decoder);
  g_free (self->bytes);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* 0 in a setting: no limit. */
static guint64
limit_of (guint64 setting)
{
  return setting > 0 ? setting : G_MAXUINT64;
}

void
anim_gif_input_reset (AnimGifInput *self, const AnimGifSettings *settings)
{
  g_mutex_lock (&self->lock);
  gif_decoder_reset (self->decoder);
  gif_decoder_set_max_pixels (self->decoder, limit_of (settings->max_pixels));
  gif_decoder_set_max_total_pixels (
      self->decoder, limit_of (settings->max_total_pixels));
  gif_decoder_set_background (self->decoder, settings->background);
  g_clear_pointer (&self->bytes, g_free);
  self->size = self->n_allocated = 0;
  self->max_size = MIN (limit_of (settings->max_size), G_MAXSSIZE);
  self->too_long = FALSE;
  self->result = GIF_RESULT_NEED_DATA;
  self->n_matched = 0;
  self->layout = 0;
  anim_gif_history_set_size (self->history, 0);
  g_mutex_unlock (&self->lock);
}

/* Makes room for @n bytes more, and for as many again as there are. FALSE: no
 * memory. */
static gboolean
reserve (AnimGifInput *self, gsize n)
{
  gsize n_wanted = MAX (self->size + n, 2 * self->size);
  guint8 *bytes;

  if (self->size + n <= self->n_allocated)
    return TRUE;
  bytes = g_try_realloc (self->bytes, n_wanted);
  if (bytes == NULL)
    return FALSE;
  self->bytes = bytes;
  self->n_allocated = n_wanted;
  return TRUE;
}

/* Whether @bytes behind the file begin another one; some programs pad files. */
static void
look_behind (AnimGifInput *self, const guint8 *bytes, gsize n)
{
  static const char signature[] = "GIF8?a", padding[] = "\0\t\n\r ";

  for (gsize i = 0;
       i < n && self->n_matched >= 0 && self->n_matched < SIGNATURE_SIZE; i++) {
    char wanted = signature[self->n_matched];

    if (bytes[i] == wanted
        || (wanted == '?' && (bytes[i] == '7' || bytes[i] == '9')))
      self->n_matched++;
    else if (self->n_matched > 0
        || memchr (padding, bytes[i], sizeof padding - 1) == NULL)
      self->n_matched = -1;
  }
}

/* Called with @lock held. The file is complete. */
static void
pass_over (AnimGifInput *self, GstBuffer *buffer)
{
  GstMapInfo map;

  if (self->n_matched < 0 || self->n_matched == SIGNATURE_SIZE
      || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  look_behind (self, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

/* Called with @lock held. */
static GifResult
append (AnimGifInput *self, GstBuffer *buffer)
{
  gsize n = gst_buffer_get_size (buffer), end;
  GifResult result;

  if (n > self->max_size - self->size) {
    self->too_long = TRUE;
    return GIF_RESULT_TOO_LARGE;
  }
  if (!reserve (self, n))
    return GIF_RESULT_NO_MEMORY;
  if (gst_buffer_extract (buffer, 0, self->bytes + self->size, n) != n)
    return GIF_RESULT_CORRUPT;
  self->size += n;
  result = gif_decoder_scan (self->decoder, self->bytes, self->size, FALSE);
  if (result == GIF_RESULT_END) {
    end = gif_decoder_get_info (self->decoder)->size;
    look_behind (self, self->bytes + end, self->size - end);
    self->size = end;
  }
  return result;
}

GifResult
anim_gif_input_append (AnimGifInput *self, GstBuffer *buffer, GifInfo *info)
{
  GifResult result;

  g_mutex_lock (&self->lock);
  if (self->result == GIF_RESULT_NEED_DATA)
    self->result = append (self, buffer);
  else if (self->result == GIF_RESULT_END)
    pass_over (self, buffer);
  *info = *gif_decoder_get_info (self->decoder);
  result = self->result;
  g_mutex_unlock (&self->lock);
  return result;
}

GifResult
anim_gif_input_end (AnimGifInput *self, GifInfo *info)
{
  GifResult result;

  g_mutex_lock (&self->lock);
  if (self->result == GIF_RESULT_NEED_DATA)
    self->result =
        gif_decoder_scan (self->decoder, self->bytes, self->size, TRUE);
  *info = *gif_decoder_get_info (self->decoder);
  result = self->result;
  g_mutex_unlock (&self->lock);
  return result;
}

gboolean
anim_gif_input_is_too_long (AnimGifInput *self)
{
  gboolean is_too_long;

  g_mutex_lock (&self->lock);
  is_too_long = self->too_long;
  g_mutex_unlock (&self->lock);
  return is_too_long;
}

gboolean
anim_gif_input_has_another (AnimGifInput *self)
{
  gboolean has_another;

  g_mutex_lock (&self->lock);
  has_another = self->n_matched == SIGNATURE_SIZE;
  g_mutex_unlock (&self->lock);
  return has_another;
}

gsize
anim_gif_input_get_size (AnimGifInput *self)
{
  gsize size;

  g_mutex_lock (&self->lock);
  size = self->size;
  g_mutex_unlock (&self->lock);
  return size;
}

void
anim_gif_input_get_frame (AnimGifInput *self, guint n, GifFrame *frame)
{
  g_mutex_lock (&self->lock);
  *frame = *gif_decoder_get_frame (self->decoder, n);
  g_mutex_unlock (&self->lock);
}

/* Called with @lock held. Whether frame @n begins a picture. */
static gboolean
leads (AnimGifInput *self, guint n, gboolean keys_only, guint interval_cs)
{
  const GifFrame *frame = gif_decoder_get_frame (self->decoder, n), *before;
  guint64 interval = frame->start_cs / interval_cs;

  if (keys_only && !frame->is_key)
    return n == 0;
  if (frame->delay_cs >= interval_cs)
    return TRUE;
  for (; n > 0; n--) {
    before = gif_decoder_get_frame (self->decoder, n - 1);
    if (before->start_cs / interval_cs != interval)
      return TRUE;
    if (before->is_key || !keys_only)
      return FALSE;
  }
  return TRUE;
}

void
anim_gif_input_find_group (AnimGifInput *self, guint n, gboolean keys_only,
    guint interval_cs, guint *first, guint *behind)
{
  guint n_frames;

  g_mutex_lock (&self->lock);
  n_frames = gif_decoder_get_info (self->decoder)->n_frames;
  for (*first = n; !leads (self, *first, keys_only, interval_cs);)
    --*first;
  for (*behind = n + 1;
       *behind < n_frames && !leads (self, *behind, keys_only, interval_cs);)
    ++*behind;
  g_mutex_unlock (&self->lock);
}

guint
anim_gif_input_get_common_divisor (AnimGifInput *self)
{
  guint divisor = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < gif_decoder_get_info (self->decoder)->n_frames; i++)
    divisor = gst_util_greatest_common_divisor (
        divisor, gif_decoder_get_frame (self->decoder, i)->delay_cs);
  g_mutex_unlock (&self->lock);
  return divisor;
}

guint
anim_gif_input_find_frame (AnimGifInput *self, guint64 cs)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = gif_decoder_find_frame (self->decoder, cs);
  g_mutex_unlock (&self->lock);
  return n;
}

GstTagList *
anim_gif_input_get_tags (AnimGifInput *self)
{
  GstTagList *tags = gst_tag_list_new (GST_TAG_VIDEO_CODEC, "GIF image", NULL);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < gif_decoder_get_info (self->decoder)->n_comments; i++) {
    g_autofree char *text =
        anim_gif_comment_to_line (gif_decoder_get_comment (self->decoder, i));

    if (text != NULL)
      gst_tag_list_add (
          tags, GST_TAG_MERGE_APPEND, GST_TAG_COMMENT, text, NULL);
  }
  g_mutex_unlock (&self->lock);
  return tags;
}

/* Called with @lock held. A new layout takes the pictures away. */
static void
set_layout (AnimGifInput *self, GifLayout layout)
{
  if (self->layout == layout)
    return;
  gif_decoder_set_layout (self->decoder, layout);
  self->layout = layout;
  anim_gif_history_set_size (self->history, 0);
}

/* Called with @lock held. On the way back to frame @n, as near to it as the
 * pictures that are kept lead. Returns: the first frame to draw. */
static guint
go_back_to (AnimGifInput *self, guint n)
{
  const GifInfo *info = gif_decoder_get_info (self->decoder);
  guint start = gif_decoder_find_start (self->decoder, n), of = 0;
  const guint8 *kept;

  anim_gif_history_set_size (
      self->history, (gsize) 4 * info->width * info->height);
  kept = anim_gif_history_find (self->history, n, &of);
  if (kept != NULL && of >= start
      && gif_decoder_restore (self->decoder, kept, of))
    start = gif_decoder_find_start (self->decoder, n);
  anim_gif_history_begin (self->history, start, n);
  return start;
}

/* Called with @lock held. */
static void
offer_picture (AnimGifInput *self, guint n)
{
  const GifFrame *frame = gif_decoder_get_frame (self->decoder, n);

  if (frame->disposal != GIF_DISPOSAL_PREVIOUS)
    anim_gif_history_offer (
        self->history, n, gif_decoder_get_canvas (self->decoder));
}

GifResult
anim_gif_input_draw (AnimGifInput *self, guint n, GifLayout layout,
    gboolean goes_back, guint *drawn)
{
  GifResult result;

  g_mutex_lock (&self->lock);
  set_layout (self, layout);
  if (goes_back) {
    *drawn = go_back_to (self, n);
  } else {
    *drawn = gif_decoder_find_start (self->decoder, n);
    anim_gif_history_set_size (self->history, 0);
  }
  result = gif_decoder_render (self->decoder, self->bytes, self->size, *drawn);
  if (goes_back && result != GIF_RESULT_NO_MEMORY)
    offer_picture (self, *drawn);
  g_mutex_unlock (&self->lock);
  return result;
}

void
anim_gif_input_copy (AnimGifInput *self, GstVideoFrame *frame)
{
  g_mutex_lock (&self->lock);
  if (GST_VIDEO_INFO_IS_YUV (&frame->info))
    anim_gif_planes_copy (
        (const guint32 *) gif_decoder_get_canvas (self->decoder), frame);
  else
    gif_decoder_copy (self->decoder, GST_VIDEO_FRAME_PLANE_DATA (frame, 0),
        GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0));
  g_mutex_unlock (&self->lock);
}
