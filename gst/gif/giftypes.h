/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Put before the functions where the time goes: -O3, which vectorises loops, and
 * instructions that not every processor has; glibc picks the right copy when the
 * library is loaded. */
#if defined(__GNUC__) && !defined(__clang__)
#if defined(__x86_64__) && defined(__GLIBC__)
#if __GNUC__ >= 12
#define GIF_FAST_CPU "arch=x86-64-v3"
#else
#define GIF_FAST_CPU "avx2"
#endif
#define GIF_FAST \
  __attribute__ ((optimize ("O3"), target_clones (GIF_FAST_CPU, "default")))
#else
#define GIF_FAST __attribute__ ((optimize ("O3")))
#endif
#else
#define GIF_FAST
#endif

/* What every function of gif/ that can fail returns. */
typedef enum
{
  GIF_RESULT_OK,
  GIF_RESULT_NEED_DATA, /* the bytes given so far do not reach that far */
  GIF_RESULT_END,       /* the file is over: there is nothing more to come */
  GIF_RESULT_NOT_A_GIF, /* header missing, wrong or without a picture size */
  GIF_RESULT_TOO_LARGE, /* the screen has more pixels than the limit */
  GIF_RESULT_TOO_LONG,  /* all pictures together have more than the budget */
  GIF_RESULT_NO_MEMORY, /* the system gave none */
  GIF_RESULT_CORRUPT,   /* image data damaged: what could be decoded is drawn */
} GifResult;

/* The four bytes of a pixel in memory, first byte first. */
typedef enum
{
  GIF_LAYOUT_RGBA = 1,
  GIF_LAYOUT_BGRA,
  GIF_LAYOUT_ARGB,
  GIF_LAYOUT_ABGR,
  GIF_LAYOUT_AYUV_BT601, /* luma of 16 to 235, as in standard definition */
  GIF_LAYOUT_AYUV_BT709, /* the same, as in high definition */
} GifLayout;

/* GIF89a §23: what happens to a frame's rectangle before the next frame. */
typedef enum
{
  GIF_DISPOSAL_KEEP,       /* values 0, 1 and the undefined 5 to 7 */
  GIF_DISPOSAL_BACKGROUND, /* 2: becomes transparent */
  GIF_DISPOSAL_PREVIOUS,   /* 3, and 4 as browsers read it: as it was before */
} GifDisposal;

/* Pixels, from the upper left corner of the screen. */
typedef struct
{
  guint x, y;
  guint width, height;
} GifRect;

/* What the bytes scanned so far say about the animation. All of it is final
 * once @complete. */
typedef struct
{
  guint width, height; /* of the screen, GIF89a §18; 0 until it is known */
  guint par_n, par_d;  /* pixel aspect ratio, 1/1 where none is set */

  guint n_frames;
  guint n_comments;      /* GIF89a §24 */
  guint64 duration_cs;   /* sum of the played delays of the frames */
  guint common_delay_cs; /* of every frame as played; 0: they differ, or none */

  /* What NETSCAPE2.0 or ANIMEXTS1.0 says: GIF_LOOP_COUNT_ABSENT, 0 for ever, or
   * how often to repeat after the first time. The last one counts. */
  int loop_count;
  /* How often the animation is shown altogether, as browsers do: 1 without a
   * loop count, 0 for ever, else loop count + 1. */
  guint n_plays;

  /* No pixel of any picture is transparent. The first frame is judged by its
   * pixels, unless one was rendered before the file was complete; the others by
   * their headers: damaged data may still leave holes, which then are zero. */
  gboolean opaque;

  gsize size; /* bytes scanned; once @complete, those behind are of no file */
  gboolean complete; /* nothing more will be found */
} GifInfo;

/* GifInfo.loop_count of a file that does not ask for loops. */
#define GIF_LOOP_COUNT_ABSENT (-1)

/* Image data of a greater minimum code size, GIF89a §22, is not drawn. */
#define GIF_MAX_CODE_SIZE 11

/* One image with the graphic control before it, GIF89a §20 and §23. */
typedef struct
{
  GifRect rect; /* as in the file: may be empty or stick out of the screen */

  guint delay_file_cs; /* hundredths of a second, as in the file */
  guint delay_cs;      /* as played: 10 where the file says 0 or 1 */
  guint64 start_cs;    /* sum of the played delays of all earlier frames */

  GifDisposal disposal;
  int transparent_index; /* 0..255, -1 where nothing is transparent */
  gboolean interlaced;
  gboolean spreads;  /* rows that are missing look like the one above them */
  gboolean complete; /* FALSE when the file ends inside this image */
  gboolean is_key;   /* its picture does not depend on earlier frames */

  gsize offset; /* of the image descriptor in the file */
  gsize size;   /* up to and with the terminator, or the file's end */

  guint n_colors;       /* of the palette in force: local, else global */
  gsize palette_offset; /* of its first byte, 0 when there is none */
  gsize data_offset;    /* of the sub-blocks, behind the minimum code size */
  guint code_size;      /* the minimum code size */
} GifFrame;

G_END_DECLS
