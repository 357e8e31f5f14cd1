/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchpeers.h"

#include <libavcodec/avcodec.h>
#include <string.h>

typedef struct
{
  AVCodecContext *context;
  AVPacket *packet;
  AVFrame *frame;
} Libavcodec;

gpointer
bench_open_libavcodec (void)
{
  Libavcodec *self = g_new (Libavcodec, 1);

  /* What it says about damaged files is not of interest here. */
  av_log_set_level (AV_LOG_QUIET);
  self->context =
      avcodec_alloc_context3 (avcodec_find_decoder (AV_CODEC_ID_GIF));
  self->context->thread_count = 1;
  self->packet = av_packet_alloc ();
  self->frame = av_frame_alloc ();
  g_assert_true (avcodec_open2 (self->context, NULL, NULL) >= 0);
  return self;
}

void
bench_close_libavcodec (gpointer data)
{
  Libavcodec *self = data;

  self->packet->data = NULL;
  self->packet->size = 0;
  av_packet_free (&self->packet);
  av_frame_free (&self->frame);
  avcodec_free_context (&self->context);
  g_free (self);
}

static void
copy_picture (const AVFrame *frame, const BenchFile *file, guint8 *dest)
{
  gsize n = 4 * (gsize) file->width;
  guint y;

  for (y = 0; y < file->height; y++)
    memcpy (dest + y * n, frame->data[0] + y * (gsize) frame->linesize[0], n);
}

gboolean
bench_decode_libavcodec (gpointer kept, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data)
{
  Libavcodec *self = kept;
  AVFrame *frame = self->frame;
  gsize start = 0;
  guint i;

  avcodec_flush_buffers (self->context);
  for (i = 0; i < file->n_frames; i++) {
    self->packet->data = (uint8_t *) file->data + start;
    self->packet->size = (int) (file->packet_ends[i] - start);
    start = file->packet_ends[i];
    if (avcodec_send_packet (self->context, self->packet) < 0
        || avcodec_receive_frame (self->context, frame) < 0
        || frame->format != AV_PIX_FMT_RGB32
        || (guint) frame->width != file->width
        || (guint) frame->height != file->height)
      return FALSE;
    if (dest)
      copy_picture (frame, file, dest);
    if (sink)
      sink (frame->data[0], (gsize) frame->linesize[0], data);
    av_frame_unref (frame);
  }
  return TRUE;
}
