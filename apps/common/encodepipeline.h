/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "output.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* How a GIF becomes another format; what a format has no use for is passed
 * over. */
typedef struct
{
  int n_loops;       /* how often it is shown */
  int fps_n, fps_d;  /* fps_n 0: the GIF's own times */
  int width, height; /* 0: the GIF's own size */
  int quality;       /* 0 to 100 */
  gboolean has_background;
  guint32 background; /* 0xRRGGBB */
} EncodeSettings;

#define ENCODE_DEFAULTS \
  { \
    .n_loops = 1, .fps_d = 1, .quality = 75, .background = 0xffffff \
  }

/* The elements from a GIF's bytes to files. */
typedef struct
{
  GstElement *pipeline; /* owned, in NULL */
  GstElement *source;   /* an appsrc of @pipeline */
  GstElement *decoder;  /* of @pipeline */
} EncodePipeline;

/* Builds what @output's format needs; not for GIF, which is written as it is.
 * FALSE with a FAILURE_UNAVAILABLE that names the GStreamer plugins to
 * install. */
gboolean encode_pipeline_build (EncodePipeline *pipeline, Output *output,
    const EncodeSettings *settings, GError **error);

/* Stops and frees it. */
void encode_pipeline_clear (EncodePipeline *pipeline);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EncodePipeline, encode_pipeline_clear)

G_END_DECLS
