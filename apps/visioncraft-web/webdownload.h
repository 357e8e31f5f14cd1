/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webjob.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Replies with what a done @job made, as a file to save. */

/* The GIF as the service made it. */
void web_download_gif (SoupServerMessage *message, WebJob *job);

/* The same in another format, converted from the GIF when first asked for: that
 * takes a place in @queue for @owner, like every pipeline. A picture is shown,
 * the others are files to save. */
void web_download_converted (SoupServerMessage *message, WebJob *job,
    WebFormat format, WebQueue *queue, const char *owner);

G_END_DECLS
