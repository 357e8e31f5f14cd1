/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webblob.h"

#include <gio/gio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* A pipeline whose messages come to the main thread. What its elements write
 * into has to live until web_pipeline_free() returns: only then no thread of
 * its runs any more. */
typedef struct _WebPipeline WebPipeline;

/* One message of the bus, in the main thread. May free the pipeline. */
typedef void (*WebPipelineFunc) (GstMessage *message, gpointer data);

/* @description is a constant that holds WEB_DECODE, never anything that came
 * from outside: settings go in as properties. NULL and @error when an element
 * is missing. */
WebPipeline *web_pipeline_new (const char *description, WebPipelineFunc func,
    gpointer data, GError **error);

/* The element called @name, transfer full. */
GstElement *web_pipeline_ref_element (WebPipeline *pipeline, const char *name);

/* Lets the "giostreamsink" called @name write into memory; the caller owns the
 * stream, which is closed once the pipeline has been freed. */
GMemoryOutputStream *web_pipeline_collect (
    WebPipeline *pipeline, const char *name);

/* Lets the "appsink" called @name append to @blob, and finish it. */
void web_pipeline_append_to (
    WebPipeline *pipeline, const char *name, WebBlob *blob);

/* Starts it; failures come as messages. */
void web_pipeline_start (WebPipeline *pipeline);

/* To NULL first, then away with it. No call of @func comes afterwards. */
void web_pipeline_free (WebPipeline *pipeline);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebPipeline, web_pipeline_free)

/* What @output holds once its pipeline has been freed, transfer full; NULL when
 * that is nothing. */
GBytes *web_pipeline_take_collected (GMemoryOutputStream *output);

/* A GIF to pictures for H.264 and VP8, as part of a description. A screen
 * larger than 4096 × 2304 is refused. What is transparent becomes white. A last
 * odd column or row goes, and what is smaller than 16 pixels is stretched. */
#define WEB_DECODE \
  "animgifdec name=decoder max-pixels=9437184 background=0xffffffff " \
  "! video/x-raw,format=I420 ! videocrop name=crop " \
  "! videoconvertscale method=nearest-neighbour ! capsfilter name=even"

G_END_DECLS
