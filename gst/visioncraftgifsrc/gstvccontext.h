/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A GstContext of this type, with a SoupSession (libsoup 3) in its field
 * "session", makes an element use the application's session: its cookies,
 * cache, authentication, proxies and limits. Our own session is published
 * nowhere. */
#define GST_VC_CONTEXT_SESSION "gst.visioncraft.session"
#define GST_VC_CONTEXT_SESSION_FIELD "session"

/* The session of the context that was set on @element or on a bin around it;
 * where there is none, asks for one with a NEED_CONTEXT message. NULL where
 * nobody has one; a full reference otherwise. A context whose session cannot be
 * used is said so in a warning message, and there is none then. Not to be
 * called with the object lock held. */
GObject *gst_vc_context_find_session (GstElement *element);

G_END_DECLS
