/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a peer decodes: a file in memory. */
typedef struct
{
  const guint8 *data;
  gsize size;
  guint width, height;
  guint n_frames;
  gsize *packet_ends; /* where one frame's bytes end, for libavcodec */
} BenchFile;

/* Gets each picture, 32 bits per pixel, in the order of bytes that the peer
 * says. Called while nothing is measured. */
typedef void (*BenchSink) (const guint8 *pixels, gsize stride, gpointer data);

/* A decoder: begins with nothing and ends with nothing, so that all it
 * allocates counts. Every picture must lie complete in memory at some time. */
typedef struct
{
  const gchar *name;
  gboolean is_rgba; /* else BGRA */

  /* Decodes all of @file. @sink may be NULL. */
  void (*decode) (const BenchFile *file, BenchSink sink, gpointer data);
} BenchPeer;

/* Returns: (transfer none): peer @n, NULL behind the last one. The first one is
 * ours, the second one what all are compared with. */
const BenchPeer *bench_peer_get (guint n);

/* The decoders of benchpeers.c and benchlibav.c. */
void bench_decode_libavcodec (
    const BenchFile *file, BenchSink sink, gpointer data);
void bench_decode_giflib (const BenchFile *file, BenchSink sink, gpointer data);

G_END_DECLS
