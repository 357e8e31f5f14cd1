/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Names the way that @request's connections go: requests of equal keys can
 * share a session. Holds no secret in clear. The caller owns it. */
char *vc_transport_key (const VcRequest *request);

/* A session for that way, without limits on time or number of connections (the
 * limits are VcHttp's, and hundreds of generations may wait at once), without
 * cookies. NULL with VC_ERROR_SETTING where ssl-ca-file cannot be used. */
SoupSession *vc_transport_session_new (
    const VcRequest *request, GError **error);

/* A message that follows no redirect by itself, knows no password but the
 * proxy's, and has @request's headers. @uri's user name and password are left
 * out. */
SoupMessage *vc_transport_message_new (
    const VcRequest *request, const char *method, GUri *uri);

/* How long to wait before try number @attempt (1 is the first repeat), in
 * microseconds: exponential with full jitter, at least @retry_after_s, never
 * more than the request's retry-backoff-max. */
gint64 vc_transport_backoff_us (
    const VcRequest *request, guint attempt, guint retry_after_s);

G_END_DECLS
