/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcjob.h"

#include <gst/gst.h>

G_BEGIN_DECLS

/* The head of the GIF's response as a structure "http-headers" of the form that
 * souphttpsrc gives it: uri (left out where the service's reply was the GIF),
 * http-status-code, and response-headers, a structure of strings, arrays of
 * strings for fields that come more than once. Nothing of a request is in it.
 * The caller owns it; NULL while there is no response. */
GstStructure *gst_vc_headers_new (const VcReport *report);

G_END_DECLS
