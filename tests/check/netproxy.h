/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A proxy on the loopback interface that knows CONNECT only (RFC 9110 §9.3.6).
 */
typedef struct _NetProxy NetProxy;

/* @login: "name:password" that every CONNECT must bring, or NULL. */
NetProxy *net_proxy_new (const char *login);

/* One that opens no tunnel: it says @answer (NULL: nothing) to every request,
 * then @repeated again and again (NULL: it hangs up). Both are static. */
NetProxy *net_proxy_new_refusing (const char *answer, const char *repeated);

/* Waits until its connections have ended: their clients must be gone. */
void net_proxy_free (NetProxy *proxy);

/* "127.0.0.1:PORT". Owned by @proxy. */
const char *net_proxy_get_address (NetProxy *proxy);

/* Tunnels opened, and requests refused, so far. */
guint net_proxy_get_n_tunnels (NetProxy *proxy);
guint net_proxy_get_n_refused (NetProxy *proxy);

G_END_DECLS
