/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "gstvcreporter.h"
#include "gstvcsettings.h"
#include "gstvisioncraftgifsrc.h"
#include "vcclient.h"

G_BEGIN_DECLS

/* The element is two files: its class with what an application sees, and a run
 * from start() to stop(). */

struct _GstVisioncraftGifSrc
{
  GstPushSrc parent;

  /* Object lock. */
  GstVcSettings settings;
  VcClient *client;         /* from the first start() to the end */
  VcJob *job;               /* start() to stop() */
  GstStructure *last_stats; /* of the run before */
  gboolean error_posted;    /* in this run */

  /* start() to stop(); state lock. */
  GstVcNews *news;

  /* Streaming thread, and do_seek() while it stands still. */
  guint64 offset;      /* of the next byte to push */
  guint64 stop_offset; /* where the segment stops; G_MAXUINT64: at the end */

  /* Streaming thread; start() before it runs, stop() after that. */
  GstTagList *tags;      /* to send with the first bytes; NULL: none */
  gboolean tag_location; /* in these */
  GstStructure *headers; /* to send with the first bytes; NULL: none */
  gulong ahead_probe;    /* sends both; 0: none */
  gboolean announced;    /* what goes ahead of the first bytes of this run */
};

/* The job of the current run, a full reference; NULL outside of one. Takes the
 * object lock. */
VcJob *gst_visioncraft_gif_src_ref_job (GstVisioncraftGifSrc *self);

/* Sets the virtual functions of GstBaseSrc and GstPushSrc, and send_event(). */
void gst_visioncraft_gif_src_install_run (GstVisioncraftGifSrcClass *klass);

G_END_DECLS
