/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* This machine, whichever of its addresses for itself was used. */
#define CLIENT_KEY_LOOPBACK "loopback"

/* The name under which limits count a client: one for this machine, one for
 * each IPv4 address, one for each IPv6 network of 64 bits, since a customer
 * has at least one of those to himself. The caller owns it. */
char *client_key_new (GInetAddress *address);

/* Whether that name is CLIENT_KEY_LOOPBACK. */
gboolean client_key_is_loopback (GInetAddress *address);

G_END_DECLS
