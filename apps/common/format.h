/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a file name's ending asks for. */
typedef enum
{
  FORMAT_GIF,  /* the service's bytes */
  FORMAT_MP4,  /* H.264 in MP4 */
  FORMAT_WEBM, /* VP9 in WebM */
  FORMAT_MOV,  /* ProRes 4444 in QuickTime, with alpha */
  FORMAT_PNG,  /* the first frame */
  FORMAT_PNGS, /* a file for each frame: fox-%03d.png */
  FORMAT_M3U8, /* H.264 in HLS: a playlist and its segments */
} FormatId;

/* What is different between them. */
typedef struct
{
  FormatId id;
  const char *suffix;   /* with the dot */
  gboolean has_alpha;   /* transparency survives */
  gboolean has_times;   /* --fps and --loops mean something */
  gboolean has_quality; /* and --quality */
  gboolean wants_even;  /* width and height, for 4:2:0 */
  int default_fps;      /* 0: the GIF's own times */
} Format;

/* The format of @file by its name; NULL with a FAILURE_USAGE that says which
 * there are. Owned by the program. */
const Format *format_of_file (const char *file, GError **error);

/* The so-many-th file of @name, a pattern of FORMAT_PNGS like fox-%03d.png. The
 * caller owns it. */
char *format_numbered_name (const char *name, guint number);

/* @file, or of a pattern of FORMAT_PNGS its first file. The caller owns it. */
char *format_first_file (const char *file);

/* Whether @file is a pattern whose numbers stand beside other digits: then two
 * patterns may give one file. */
gboolean format_runs_together (const char *file);

/* The format that is called @name, like "mp4"; NULL with a FAILURE_USAGE. Not
 * one with many files. */
const Format *format_of_name (const char *name, GError **error);

G_END_DECLS
