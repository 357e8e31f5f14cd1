/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What an address leads to: pure functions. */

gboolean vc_address_is_http (GUri *uri);
gboolean vc_address_is_https (GUri *uri);

/* Whether it names what can be a host. */
gboolean vc_address_has_host (GUri *uri);

/* Whether both lead to the same scheme, host and port (RFC 6454 §5). */
gboolean vc_address_same_origin (GUri *a, GUri *b);

/* The same address by https, at https's own port where it is at http's. A full
 * reference. */
GUri *vc_address_with_https (GUri *uri);

/* Where @location, as servers write it, leads from @uri: a full reference; NULL
 * where it is no address, or is none (NULL). */
GUri *vc_address_follow (GUri *uri, const char *location);

G_END_DECLS
