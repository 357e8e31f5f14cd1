/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/rtsp-server/rtsp-server.h>

G_BEGIN_DECLS

/* Digest authentication (RFC 2617) of one user, with so many wrong tries a
 * minute for each client. */
#define RTSP_TYPE_AUTH (rtsp_auth_get_type ())
G_DECLARE_FINAL_TYPE (RtspAuth, rtsp_auth, RTSP, AUTH, GstRTSPAuth)

/* @role is what @user may do then. Transfer full. */
GstRTSPAuth *rtsp_auth_new (
    const char *user, const char *password, const char *role);

/* The name under which limits count the client of @context; "": it has left.
 * The caller owns it. */
char *rtsp_auth_make_client_key (const GstRTSPContext *context);

G_END_DECLS
