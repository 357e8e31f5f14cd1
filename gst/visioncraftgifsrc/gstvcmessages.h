/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcjob.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* What a job reports, as GStreamer messages. None of it may be called with
 * the object lock held. */

/* Posts @error as one element error: domain, code, and a sentence that says
 * what to do, from one table; @report gives the details (http-status-code,
 * phase, attempts, retry-after, server-message; of a download its host and its
 * location, the address). */
void gst_vc_post_error (
    GstElement *element, const GError *error, const VcReport *report);

/* Posts how far the generation is, as a progress message of @type. */
void gst_vc_post_progress (
    GstElement *element, GstProgressType type, const VcReport *report);

/* Posts the element message "visioncraft-reply": the service has generated, and
 * says where the GIF is. */
void gst_vc_post_reply (GstElement *element, const VcReport *report);

/* Posts the element message "visioncraft-generated" of a finished job. */
void gst_vc_post_generated (GstElement *element, const VcReport *report);

/* @report as a structure "visioncraft-stats", for the stats property. */
GstStructure *gst_vc_stats_new (const VcReport *report);

/* The head of the GIF's response as a structure "http-headers" of the form that
 * souphttpsrc gives it: uri (left out where the service's reply was the GIF),
 * http-status-code, and response-headers, a structure of strings, arrays of
 * strings for fields that come more than once. Nothing of a request is in it.
 * The caller owns it; NULL while there is no response. */
GstStructure *gst_vc_headers_new (const VcReport *report);

G_END_DECLS
