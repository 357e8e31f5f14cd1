/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Tells what is being waited for, and for how long: on stderr by a bar on a
 * terminal, else by a line now and then; or as JSON events on stdout. */
typedef struct _Progress Progress;

typedef enum
{
  PROGRESS_BAR,   /* or lines */
  PROGRESS_QUIET, /* nothing */
  PROGRESS_JSON,
} ProgressKind;

Progress *progress_new (ProgressKind kind);

/* Leaves the terminal with an empty line at the cursor. NULL is allowed. */
void progress_free (Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* Takes the source's progress or warning @message. */
void progress_take (Progress *progress, GstMessage *message);

/* Whether the service has made what was asked of it. */
gboolean progress_is_paid (Progress *progress);

/* The files are being written; 0 to 1 of them are done, -1: nobody knows. */
void progress_take_saved (Progress *progress, double fraction);

/* Draws the present state; to be called a few times a second. */
void progress_draw (Progress *progress);

/* The last thing to say of a file: it is there. */
void progress_wrote (
    Progress *progress, const char *file, guint n_files, guint64 n_bytes);

/* For people, above the bar. */
void progress_say (Progress *progress, const char *text);
void progress_warn (Progress *progress, const char *text);

G_END_DECLS
