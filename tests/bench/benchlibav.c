/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "benchpeers.h"

#include <libavcodec/avcodec.h>

void
bench_decode_libavcodec (const BenchFile *file, BenchSink sink, gpointer data)
{
  AVCodecContext *context =
      avcodec_alloc_context3 (avcodec_find_decoder (AV_CODEC_ID_GIF));
  AVPacket *packet = av_packet_alloc ();
  AVFrame *frame = av_frame_alloc ();
  gsize start = 0;
  guint i;

  context->thread_count = 1;
  g_assert_true (avcodec_open2 (context, NULL, NULL) >= 0);
  for (i = 0; i < file->n_frames; i++) {
    packet->data = (uint8_t *) file->data + start;
    packet->size = (int) (file->packet_ends[i] - start);
    start = file->packet_ends[i];
    g_assert_true (avcodec_send_packet (context, packet) >= 0);
    g_assert_true (avcodec_receive_frame (context, frame) >= 0);
    g_assert_true (frame->format == AV_PIX_FMT_RGB32);
    if (sink)
      sink (frame->data[0], (gsize) frame->linesize[0], data);
    av_frame_unref (frame);
  }
  packet->data = NULL;
  packet->size = 0;
  av_packet_free (&packet);
  av_frame_free (&frame);
  avcodec_free_context (&context);
}
