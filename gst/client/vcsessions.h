/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The pool of sessions that jobs share. A session's cost for each message grows
 * with the messages it has under way, so jobs that go the same way are spread
 * over several sessions. Network thread only. */
typedef struct _GHashTable VcSessions;

VcSessions *vc_sessions_new (void);

/* Forgets all sessions; those with jobs go on until these leave. */
void vc_sessions_free (VcSessions *sessions);

/* A session for a job that is to be made as @request says: one that exists, or
 * a new one; the application's where @request has one. Ours have no limits on
 * time or number of connections (the limits are VcHttp's, and hundreds of
 * generations may wait at once) and no cookies. NULL with VC_ERROR_SETTING
 * where ssl-ca-file cannot be used. Ends with vc_sessions_leave(). */
SoupSession *vc_sessions_enter (
    VcSessions *sessions, const VcRequest *request, GError **error);
void vc_sessions_leave (SoupSession *session);

G_END_DECLS
