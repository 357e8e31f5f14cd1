/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TEST_GIF_MAX_FRAMES 256

/* A GIF of plain rectangles, so that a test can name each pixel it expects. */
typedef struct
{
  guint delay_cs;
  guint color;               /* of test_gif_color(), below TEST_GIF_HOLE */
  guint x, y, width, height; /* width 0: the whole screen */
  guint disposal;            /* 0..3 */
  gboolean left_half_transparent;
  gboolean without_control; /* no graphic control extension at all */
} TestGifFrame;

#define TEST_GIF_HOLE 63
#define TEST_GIF_NO_LOOP (-1)

typedef struct
{
  guint width, height;
  int loops;                /* TEST_GIF_NO_LOOP: no NETSCAPE extension */
  guint aspect;             /* the screen descriptor's byte; 0: not given */
  const char *comment;      /* before the first image; NULL: none */
  const char *last_comment; /* after the last image; NULL: none */
  const guint *colors;      /* 0xRRGGBB: instead of test_gif_color() */
  guint n_colors;           /* of those, below TEST_GIF_HOLE */
  guint n_frames;
  TestGifFrame frames[TEST_GIF_MAX_FRAMES];
} TestGif;

/* Sets size and @n_frames frames of colours 0, 1, 2...; @delays_cs is repeated
 * when it is shorter; it ends with G_MAXUINT. */
void test_gif_init (TestGif *gif, guint width, guint height, guint n_frames,
    const guint *delays_cs);

/* The file, written by giflib. Never fails: a test that cannot be set up
 * aborts. */
GBytes *test_gif_write (const TestGif *gif);

/* 0xRRGGBB of palette entry @index, different for each. */
guint32 test_gif_color (guint index);

/* The 1.84 s file of 100, 500, 200, 40 and 1000 ms, @width x @height. */
GBytes *test_gif_write_uneven (guint width, guint height);

G_END_DECLS
