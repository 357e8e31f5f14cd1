/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* The most characters of a title (RFC 3629 characters, not bytes). */
#define GST_VC_TITLE_CHARS 80

/* The tags of what @request generates, for the whole stream: title (the
 * prompt, at most GST_VC_TITLE_CHARS of it), description (the whole prompt),
 * comment (that it is AI-generated, and with which settings), application name.
 * Nothing secret. The caller owns the list. */
GstTagList *gst_vc_tags_new (const VcRequest *request);

/* Completes @tags with date and time of now, and with @location, the GIF's
 * address (NULL: none). */
void gst_vc_tags_complete (GstTagList *tags, const char *location);

/* @prompt as a title: one line, no longer than GST_VC_TITLE_CHARS characters,
 * never cut inside of what is one character to its reader. The caller owns
 * it. */
char *gst_vc_tags_title (const char *prompt);

G_END_DECLS
