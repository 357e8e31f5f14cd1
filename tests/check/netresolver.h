/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A name service that never answers. */
#define NET_TYPE_RESOLVER (net_resolver_get_type ())
G_DECLARE_FINAL_TYPE (NetResolver, net_resolver, NET, RESOLVER, GResolver)

/* Makes it the process's. @deaf: not even cancelling ends a look-up, until
 * net_resolver_remove(). */
NetResolver *net_resolver_install (gboolean deaf);

/* Ends all look-ups, and brings the process's own back. */
void net_resolver_remove (NetResolver *resolver);

/* Waits until it was asked for a name. */
void net_resolver_wait_asked (NetResolver *resolver);

G_END_DECLS
