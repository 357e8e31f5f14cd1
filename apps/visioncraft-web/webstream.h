/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webjob.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Replies that go on while a job goes on. Each watches the job until its client
 * has all or leaves. */

/* Every change of @job as a server-sent event: one JSON object each, the first
 * at once; ends with the job. */
void web_stream_events (SoupServerMessage *message, WebJob *job);

/* The job's video, from its first byte, as far as it is encoded and then as it
 * grows; ends with the job. */
void web_stream_video (SoupServerMessage *message, WebJob *job);

G_END_DECLS
