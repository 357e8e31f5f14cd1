/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifscan.h"
#include "gifblock.h"
#include "gifopacity.h"

#include <string.h>

#define LABEL_GRAPHIC_CONTROL 0xf9
#define LABEL_COMMENT 0xfe
#define LABEL_APPLICATION 0xff

#define GRAPHIC_CONTROL_SIZE 4
#define APPLICATION_ID_SIZE 11
#define LOOP_COUNT_SIZE 3

/* Browsers play delays of 0 and 1 hundredth as 10; so do we. */
#define SHORTEST_DELAY_CS 2
#define DEFAULT_DELAY_CS 10

/* All comments of a file together; more is not kept. */
#define MAX_COMMENT_BYTES (64 * 1024)

/* Graphic control in wait for its image, GIF89a §23. */
typedef struct
{
  guint delay_cs;
  GifDisposal disposal;
  int transparent_index;
} Control;

static const Control no_control = { 0, GIF_DISPOSAL_KEEP, -1 };

/* The extension whose sub-blocks are being read. */
typedef struct
{
  guint8 label;
  guint n_blocks; /* sub-blocks read so far */
} Extension;

struct _GifScan
{
  guint64 max_pixels, max_total_pixels;

  GifBlockReader reader;
  GifResult result;
  GifInfo info;

  guint width, height;  /* of the screen as the header says */
  guint n_colors;       /* of the global palette, 0 without one */
  gsize palette_offset; /* of its first byte */

  Control control;
  Extension extension;
  GString *comment; /* the one being read */
  gsize n_comment_bytes;

  gboolean in_image; /* its frame is number GifInfo.n_frames, not counted yet */

  guint64 n_pixels; /* of all pictures together */

  GifOpacity opacity;

  GifFrame *frames; /* GifInfo.n_frames of them */
  gsize n_frames_allocated;
  GPtrArray *comments;
};

GifScan *
gif_scan_new (void)
{
  GifScan *self = g_new0 (GifScan, 1);

  self->comment = g_string_new (NULL);
  self->comments = g_ptr_array_new_with_free_func (g_free);
  gif_scan_reset (self);
  return self;
}

void
gif_scan_reset (GifScan *self)
{
  *self = (GifScan){
    .max_pixels = self->max_pixels,
    .max_total_pixels = self->max_total_pixels,
    .result = GIF_RESULT_NEED_DATA,
    .info.loop_count = GIF_LOOP_COUNT_ABSENT,
    .info.n_plays = 1,
    .control = no_control,
    .comment = self->comment,
    .frames = self->frames,
    .n_frames_allocated = self->n_frames_allocated,
    .comments = self->comments,
  };
  g_string_truncate (self->comment, 0);
  g_ptr_array_set_size (self->comments, 0);
}

void
gif_scan_free (GifScan *self)
{
  g_string_free (self->comment, TRUE);
  g_free (self->frames);
  g_ptr_array_unref (self->comments);
  g_free (self);
}

/* The screen gets its final size. */
static GifResult
accept_screen (GifScan *self, guint width, guint height)
{
  if (width == 0 || height == 0)
    return GIF_RESULT_NOT_A_GIF;
  if ((guint64) width * height > self->max_pixels)
    return GIF_RESULT_TOO_LARGE;
  self->info.width = width;
  self->info.height = height;
  gif_opacity_begin (&self->opacity, width, height);
  return GIF_RESULT_OK;
}

static GifResult
add_screen (GifScan *self, const GifBlock *block)
{
  guint par_n = 1, par_d = 1;

  if (block->aspect != 0) {
    /* GIF89a §18: width by height is (value + 15) / 64. */
    par_n = block->aspect + 15u;
    for (par_d = 64; par_n % 2 == 0 && par_d > 1; par_d /= 2)
      par_n /= 2;
  }
  self->info.par_n = par_n;
  self->info.par_d = par_d;
  self->width = block->rect.width;
  self->height = block->rect.height;
  self->n_colors = block->n_colors;
  self->palette_offset = block->palette_offset;
  /* The first image may still make it larger. */
  return (guint64) self->width * self->height > self->max_pixels
      ? GIF_RESULT_TOO_LARGE
      : GIF_RESULT_OK;
}

/* Makes room for one frame more, and for as many again as there are. */
static GifResult
reserve_frame (GifScan *self)
{
  gsize n = MAX (16, 2 * (gsize) self->info.n_frames);
  GifFrame *frames;

  if (self->info.n_frames < self->n_frames_allocated)
    return GIF_RESULT_OK;
  frames = g_try_realloc_n (self->frames, n, sizeof (GifFrame));
  if (frames == NULL)
    return GIF_RESULT_NO_MEMORY;
  self->frames = frames;
  self->n_frames_allocated = n;
  return GIF_RESULT_OK;
}

static GifResult
begin_image (
    GifScan *self, const GifBlock *block, gsize data_offset, guint8 code_size)
{
  gboolean has_local = block->n_colors > 0;
  GifResult result = reserve_frame (self);
  GifFrame *frame;

  if (result == GIF_RESULT_OK && self->info.width == 0)
    result = accept_screen (self,
        MAX (self->width, block->rect.x + block->rect.width),
        MAX (self->height, block->rect.y + block->rect.height));
  if (result != GIF_RESULT_OK)
    return result;
  self->in_image = TRUE;
  frame = &self->frames[self->info.n_frames];
  frame->rect = block->rect;
  frame->interlaced = block->interlaced;
  frame->offset = block->offset;
  frame->n_colors = has_local ? block->n_colors : self->n_colors;
  frame->palette_offset =
      has_local ? block->palette_offset : self->palette_offset;
  frame->data_offset = data_offset;
  frame->code_size = code_size;
  return GIF_RESULT_OK;
}

/* The image in hand ends before @end: a frame. */
static GifResult
end_image (GifScan *self, const guint8 *data, gsize end, gboolean complete)
{
  GifFrame *frame = &self->frames[self->info.n_frames];

  self->n_pixels += (guint64) self->info.width * self->info.height;
  if (self->n_pixels > self->max_total_pixels
      || self->info.n_frames == G_MAXINT32)
    return GIF_RESULT_TOO_LONG;
  frame->size = end - frame->offset;
  frame->complete = complete;
  frame->delay_file_cs = self->control.delay_cs;
  frame->delay_cs = frame->delay_file_cs < SHORTEST_DELAY_CS
      ? DEFAULT_DELAY_CS
      : frame->delay_file_cs;
  frame->start_cs = self->info.duration_cs;
  frame->disposal = self->control.disposal;
  frame->transparent_index = self->control.transparent_index;
  frame->spreads = self->info.n_frames == 0 && frame->interlaced
      && frame->transparent_index < 0;
  frame->is_key = gif_opacity_add (&self->opacity, data, frame);
  self->info.opaque = self->opacity.lasts;

  if (self->info.n_frames == 0)
    self->info.common_delay_cs = frame->delay_cs;
  else if (self->info.common_delay_cs != frame->delay_cs)
    self->info.common_delay_cs = 0;
  self->info.duration_cs += frame->delay_cs;
  self->info.n_frames++;
  self->control = no_control;
  self->in_image = FALSE;
  return GIF_RESULT_OK;
}

static void
read_control (GifScan *self, const guint8 *bytes)
{
  guint disposal = bytes[0] >> 2 & 7;

  self->control = no_control;
  self->control.delay_cs = bytes[1] | (guint) bytes[2] << 8;
  if (disposal == 2)
    self->control.disposal = GIF_DISPOSAL_BACKGROUND;
  else if (disposal == 3 || disposal == 4)
    self->control.disposal = GIF_DISPOSAL_PREVIOUS;
  if (bytes[0] & 1)
    self->control.transparent_index = bytes[3];
}

static void
read_comment (GifScan *self, const guint8 *bytes, gsize size)
{
  gsize left = MAX_COMMENT_BYTES - self->n_comment_bytes;

  size = MIN (size, left);
  self->n_comment_bytes += size;
  g_string_append_len (self->comment, (const char *) bytes, (gssize) size);
}

static void
read_application (GifScan *self, const guint8 *bytes, gsize size)
{
  Extension *extension = &self->extension;

  if (extension->n_blocks == 0) {
    /* Of others there may be much. */
    if (size != APPLICATION_ID_SIZE
        || (memcmp (bytes, "NETSCAPE2.0", size) != 0
            && memcmp (bytes, "ANIMEXTS1.0", size) != 0))
      gif_block_skip_data (&self->reader);
  } else if (size >= LOOP_COUNT_SIZE && (bytes[0] & 7) == 1) {
    self->info.loop_count = bytes[1] | bytes[2] << 8;
    self->info.n_plays =
        self->info.loop_count > 0 ? (guint) self->info.loop_count + 1 : 0;
  }
}

static void
read_extension_data (GifScan *self, const guint8 *bytes, gsize size)
{
  switch (self->extension.label) {
    case LABEL_GRAPHIC_CONTROL:
      if (self->extension.n_blocks == 0 && size >= GRAPHIC_CONTROL_SIZE)
        read_control (self, bytes);
      break;
    case LABEL_COMMENT:
      read_comment (self, bytes, size);
      break;
    case LABEL_APPLICATION:
      read_application (self, bytes, size);
      break;
    default:
      gif_block_skip_data (&self->reader);
      break;
  }
  self->extension.n_blocks++;
}

static GifResult
end_data (GifScan *self, const guint8 *data, const GifBlock *block)
{
  if (self->in_image)
    return end_image (self, data, block->offset, TRUE);
  if (self->extension.label == LABEL_COMMENT && self->comment->len > 0) {
    g_ptr_array_add (self->comments, g_strdup (self->comment->str));
    self->info.n_comments = self->comments->len;
    g_string_truncate (self->comment, 0);
  }
  return GIF_RESULT_OK;
}

static GifResult
take_image (
    GifScan *self, const guint8 *data, gsize size, const GifBlock *block)
{
  GifResult result = begin_image (
      self, block, block->data_offset + 1, data[block->data_offset]);
  gsize end;

  if (result != GIF_RESULT_OK)
    return result;
  end = gif_block_skip_image (&self->reader, data, size);
  return end > 0 ? end_image (self, data, end, TRUE) : GIF_RESULT_OK;
}

static GifResult
take_block (
    GifScan *self, const guint8 *data, gsize size, const GifBlock *block)
{
  switch (block->type) {
    case GIF_BLOCK_SCREEN:
      return add_screen (self, block);
    case GIF_BLOCK_IMAGE:
      return take_image (self, data, size, block);
    case GIF_BLOCK_EXTENSION:
      self->extension = (Extension){ .label = block->label };
      g_string_truncate (self->comment, 0);
      return GIF_RESULT_OK;
    case GIF_BLOCK_DATA:
      read_extension_data (self, data + block->offset, block->size);
      return GIF_RESULT_OK;
    case GIF_BLOCK_DATA_END:
      return end_data (self, data, block);
    case GIF_BLOCK_TRAILER:
      return GIF_RESULT_END;
  }
  g_assert_not_reached ();
}

/* An image that ends behind its rectangle, at the end of the file: a frame in
 * which nothing is drawn. */
static GifResult
begin_cut_image (GifScan *self, const GifBlock *block, gsize size)
{
  GifBlock cut = *block;

  cut.n_colors = 0;
  return begin_image (self, &cut, size, 0);
}

/* No more bytes come; @block could not be read whole. */
static GifResult
end_file (GifScan *self, const guint8 *data, const GifBlock *block, gsize size)
{
  GifResult result = GIF_RESULT_OK;

  if (block->type == GIF_BLOCK_IMAGE)
    result = begin_cut_image (self, block, size);
  else if (self->info.width == 0)
    result = accept_screen (self, self->width, self->height);
  if (result == GIF_RESULT_OK && self->in_image)
    result = end_image (self, data, size, FALSE);
  return result == GIF_RESULT_OK ? GIF_RESULT_END : result;
}

GifResult
gif_scan_feed (GifScan *self, const guint8 *data, gsize size, gboolean at_end)
{
  GifResult result = self->result;
  const guint8 *control;
  GifBlock block;

  if (result != GIF_RESULT_NEED_DATA)
    return result;
  do {
    control = gif_block_take_extension (
        &self->reader, data, size, LABEL_GRAPHIC_CONTROL, GRAPHIC_CONTROL_SIZE);
    if (control != NULL)
      read_control (self, control);
    result = gif_block_read (&self->reader, data, size, &block);
    if (result == GIF_RESULT_OK)
      result = take_block (self, data, size, &block);
  } while (result == GIF_RESULT_OK);

  if ((result == GIF_RESULT_NEED_DATA && at_end)
      || (result == GIF_RESULT_END && self->info.width == 0))
    result = end_file (self, data, &block, size);
  self->result = result;
  self->info.size = self->reader.pos;
  self->info.complete = result != GIF_RESULT_NEED_DATA;
  return result;
}

gboolean
gif_scan_needs_first (const GifScan *self)
{
  return self->info.n_frames > 0 && self->opacity.may_last
      && !self->opacity.lasts;
}

void
gif_scan_set_opaque (GifScan *self)
{
  self->info.opaque = TRUE;
}

void
gif_scan_set_max_pixels (GifScan *self, guint64 max_pixels)
{
  self->max_pixels = max_pixels;
}

void
gif_scan_set_max_total_pixels (GifScan *self, guint64 max_total_pixels)
{
  self->max_total_pixels = max_total_pixels;
}

const GifInfo *
gif_scan_get_info (const GifScan *self)
{
  return &self->info;
}

GifFrame *
gif_scan_get_frame (const GifScan *self, guint n)
{
  g_return_val_if_fail (n < self->info.n_frames, NULL);
  return &self->frames[n];
}

const char *
gif_scan_get_comment (const GifScan *self, guint n)
{
  g_return_val_if_fail (n < self->comments->len, NULL);
  return g_ptr_array_index (self->comments, n);
}
