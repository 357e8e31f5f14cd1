/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether @query is answered from what is known at the moment, instead of by
 * the base class, which would wait for bytes or does not know: SCHEDULING,
 * LATENCY, DURATION and SEEKING (both in bytes). */
gboolean gst_vc_query_is_ours (GstQuery *query);

/* Answers such a query; @size is the GIF's in bytes, 0 while unknown. Never
 * waits. FALSE where there is no answer yet, or none in that format. */
gboolean gst_vc_query_answer (GstQuery *query, guint64 size);

G_END_DECLS
