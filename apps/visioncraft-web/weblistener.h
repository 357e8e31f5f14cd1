/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Takes connections in and hands each to a SoupServer once its first byte is
 * there; one request each. Nobody keeps others out: there are only so many
 * connections, each step of a request has its time, and when all are taken the
 * one goes that has waited longest without having asked for anything.
 *
 * libsoup's own listener has no such limits, and forgets, before 3.4, to close
 * a connection that its client leaves idle: browsers open some in advance and
 * leave them so. */
typedef struct _WebListener WebListener;

/* Listens on @address for @soup, which outlives the listener. NULL and @error
 * when it cannot be had. */
WebListener *web_listener_new (
    SoupServer *soup, GSocketAddress *address, GError **error);

/* Listens no more; connections that have asked for something go on. */
void web_listener_stop (WebListener *listener);

/* Stops it, and closes the connections that have not said anything yet. */
void web_listener_free (WebListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebListener, web_listener_free)

/* Where it listens, with the port that it has got; transfer full. */
GInetSocketAddress *web_listener_get_address (WebListener *listener);

/* The socket that @message came through. Borrowed. */
GSocket *web_listener_get_socket (SoupServerMessage *message);

G_END_DECLS
