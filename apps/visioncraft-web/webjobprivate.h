/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webjob.h"
#include "webpipeline.h"

G_BEGIN_DECLS

/* For webjob.c, which runs it, and webjobinfo.c, which says what is known. */
struct _WebJob
{
  GObject parent;

  char *id;
  const WebService *service;
  WebPrompt *prompt;
  gint64 created_s; /* Unix time */
  WebJobState state;
  guint n_watchers;
  guint linger_id;

  WebPlace *place; /* until finished */
  guint n_before;  /* while queued */

  /* While it runs. */
  WebPipeline *pipeline;
  GMemoryOutputStream *file;
  GstElement *decoder;
  guint video_listener;
  guint deadline_id;

  guint variation; /* which picture of its prompt, in the gallery's folder */
  double seconds;  /* of generation so far, as the source says */
  guint64 bytes, total;

  WebBlob *video;
  GBytes *stored_video; /* NULL: it is in @video */
  GBytes *gif;
  GBytes *converted[WEB_N_FORMATS];
  WebFault *fault;
  int width, height;
  gint64 duration_ms;
  gboolean damaged;
};

G_END_DECLS
