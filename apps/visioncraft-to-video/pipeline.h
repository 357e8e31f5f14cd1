/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "output.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* The elements from prompt to file. */
typedef struct
{
  GstElement *pipeline; /* owned, in NULL */
  GstElement *source;   /* of @pipeline */
  GstElement *decoder;  /* of @pipeline; NULL where nothing is decoded */
} Pipeline;

/* Builds what @options ask for, writing to @output. FALSE with a
 * FAILURE_UNAVAILABLE that names the GStreamer plugins to install. Nothing has
 * been asked of the service then. */
gboolean pipeline_build (
    Pipeline *pipeline, const Options *options, Output *output, GError **error);

/* Stops and frees it. */
void pipeline_clear (Pipeline *pipeline);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pipeline, pipeline_clear)

G_END_DECLS
