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

/* Fills @file in from the bytes, by our decoder; clear @file->packet_ends with
 * g_free(). FALSE: it has no picture. */
gboolean bench_file_describe (BenchFile *file, const guint8 *data, gsize size);

/* Gets each picture, 32 bits per pixel, in the order of bytes that the peer
 * says. Called while nothing is measured. */
typedef void (*BenchSink) (const guint8 *pixels, gsize stride, gpointer data);

/* A decoder. Every picture must lie complete in memory at some time. */
typedef struct
{
  const gchar *name;
  gboolean is_rgba;      /* else BGRA */
  gboolean copies;       /* to a buffer, also where that is not asked of all */
  gboolean is_for_files; /* which may be damaged */

  /* What the library lets its user keep from one file to the next. NULL:
   * nothing. */
  gpointer (*open) (void);
  void (*close) (gpointer self);

  /* Decodes all of @file. With @dest, every picture ends there, in rows
   * without gaps. @sink may be NULL. FALSE: the library refuses the file. */
  gboolean (*decode) (gpointer self, const BenchFile *file, guint8 *dest,
      BenchSink sink, gpointer data);
} BenchPeer;

/* Returns: (transfer none): peer @n, NULL behind the last one. The first one is
 * ours, the second one what all are compared with. */
const BenchPeer *bench_peer_get (guint n);

/* Returns: (transfer none): the peer called @name, ours where that is NULL;
 * ends the program where there is none. */
const BenchPeer *bench_peer_find (const gchar *name);

/* Decodes with all that it takes, from nothing to nothing. */
gboolean bench_peer_decode (const BenchPeer *peer, const BenchFile *file,
    guint8 *dest, BenchSink sink, gpointer data);

/* Returns: (transfer full): a hash of the pictures of @peer, NULL if it shows
 * none or refuses the file. */
gchar *bench_peer_look (const BenchPeer *peer, const BenchFile *file);

/* The decoders with a file of their own. */
gpointer bench_open_libavcodec (void);
void bench_close_libavcodec (gpointer self);
gboolean bench_decode_libavcodec (gpointer self, const BenchFile *file,
    guint8 *dest, BenchSink sink, gpointer data);
gboolean bench_decode_giflib (gpointer self, const BenchFile *file,
    guint8 *dest, BenchSink sink, gpointer data);
gpointer bench_open_wuffs (void);
void bench_close_wuffs (gpointer self);
gboolean bench_decode_wuffs (gpointer self, const BenchFile *file, guint8 *dest,
    BenchSink sink, gpointer data);
gboolean bench_decode_wuffs_in_place (gpointer self, const BenchFile *file,
    guint8 *dest, BenchSink sink, gpointer data);

G_END_DECLS
