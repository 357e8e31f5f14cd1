/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * media.h: elements, movies and GIFs for the tests of the applications
 */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* gst_init(), our elements linked in, and these plugins of GStreamer's ("app"),
 * NULL at the end; ends the program where one is missing. */
void media_init (int *argc, char ***argv, const char *const *plugins);

/* What there is in the MP4 file at @path. Aborts where it is none. */
typedef struct
{
  GstClockTime duration;
  guint n_pictures;
  int width, height;
} Movie;
void media_read_mp4 (const char *path, Movie *ret_movie);

/* A GIF as large and as slow as told, frame @n in colors[n] (0xRRGGBB) all
 * over. Transfer full. */
GBytes *media_make_gif (guint width, guint height, guint delay_cs,
    const guint32 *colors, guint n_colors);

G_END_DECLS
