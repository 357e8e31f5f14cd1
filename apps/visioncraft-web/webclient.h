/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Looks whether the client of a reply that is not complete yet is still there.
 * libsoup reads nothing from a connection while it waits for us, and so learns
 * of a departure only when it writes. */
typedef struct _WebClient WebClient;

/* @gone is called once, when the message is over: the reply is out, or the
 * client has left and the connection was closed. It owns the watch, which ends
 * with it. @message is kept until then. */
WebClient *web_client_watch (
    SoupServerMessage *message, void (*gone) (gpointer data), gpointer data);

G_END_DECLS
