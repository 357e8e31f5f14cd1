/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Who is on the other end of an exchange's connection, for people: the host, or
 * the proxy that is before it as long as it answers by itself. */
typedef struct _VcPeer VcPeer;

/* To be called before @message is sent over @session. */
VcPeer *vc_peer_new (SoupSession *session, SoupMessage *message);

/* Follows @message no more. */
void vc_peer_free (VcPeer *peer);

/* Whether it is a proxy now. FALSE too where which one cannot be known. */
gboolean vc_peer_is_proxy (const VcPeer *peer);

/* Whether the request is read, and may be answered, by a proxy: there is no
 * tunnel through it. */
gboolean vc_peer_is_proxy_reading (const VcPeer *peer);

/* A name that a sentence can go on with; "the" is small. The caller owns it. */
char *vc_peer_dup_name (const VcPeer *peer);

G_END_DECLS
