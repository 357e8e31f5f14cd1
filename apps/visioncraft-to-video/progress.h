/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Tells on stderr what is being waited for, and for how long: by a bar on a
 * terminal, else by a line now and then. */
typedef struct _Progress Progress;

Progress *progress_new (gboolean quiet);

/* Leaves the terminal with an empty line at the cursor. NULL is allowed. */
void progress_free (Progress *progress);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Progress, progress_free)

/* Takes the source's progress @message. */
void progress_take (Progress *progress, GstMessage *message);

/* Takes how far the conversion is, where the download is over. */
void progress_take_position (
    Progress *progress, GstClockTime position, GstClockTime duration);

/* Draws the present state; to be called a few times a second. */
void progress_draw (Progress *progress);

/* Prints one line, above the bar; does nothing where quiet. */
void progress_say (Progress *progress, const char *format, ...)
    G_GNUC_PRINTF (2, 3);

/* Seconds since it was made. */
double progress_get_seconds (Progress *progress);

G_END_DECLS
