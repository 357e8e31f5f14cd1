/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webfault.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What is asked of a request before its body is read. NULL: it may pass;
 * otherwise why not, and the rest of it is not kept.
 *
 *  - A body is a JSON text of known, small length.
 *  - With @loopback_only the Host is a name of this machine: a name of
 *    somebody else's that leads here (DNS rebinding) is not.
 *  - What changes something comes from a page of ours. */
WebFault *web_guard_check (SoupServerMessage *message, gboolean loopback_only);

G_END_DECLS
