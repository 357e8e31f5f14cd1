/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* For whom limits count @message, see clientkey.h. A proxy on this machine says
 * in X-Forwarded-For for whom it asks: the last address there is the one that
 * it has seen itself. From elsewhere that field is worth nothing. Owned by
 * @message. */
const char *web_remote_get_key (SoupServerMessage *message);

/* The same client's whole address as text, "-" where it is not known. The
 * caller owns it. */
char *web_remote_dup_address (SoupServerMessage *message);

/* Whether a program of this machine asks, and not a proxy for somebody. */
gboolean web_remote_is_here (SoupServerMessage *message);

G_END_DECLS
