/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "event.h"
#include "tally.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* How a run is told of. */
typedef enum
{
  PROGRESS_BAR,   /* on a terminal; a line per item elsewhere */
  PROGRESS_JSON,  /* events on standard output */
  PROGRESS_QUIET, /* warnings only */
} ProgressKind;

typedef struct _Progress Progress;

/* @tally is looked at when something is drawn, and outlives it. */
Progress *progress_new (ProgressKind kind, const Tally *tally);

/* Erases what is on the terminal. NULL is allowed. */
void progress_free (Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* @item, which lives until its end is told, is asked for or converted. */
void progress_begin (Progress *progress, const Item *item);

/* A progress message of its source; NULL: it is being converted. */
void progress_take (Progress *progress, const Item *item, GstMessage *message);

/* How an item ended. */
typedef struct
{
  Event state;
  const char *message; /* NULL: nothing to say */
  gboolean cached;
  double seconds;
  guint64 n_bytes;
} ProgressEnd;

void progress_end (
    Progress *progress, const Item *item, const ProgressEnd *end);

/* No new request for so long, and why. */
void progress_hold (Progress *progress, double seconds, const char *why);

/* Something that is wrong, or for the user to know. */
void progress_warn (Progress *progress, const char *text);
void progress_say (Progress *progress, const char *text);

/* The last word. */
void progress_sum_up (Progress *progress, int status);

G_END_DECLS
