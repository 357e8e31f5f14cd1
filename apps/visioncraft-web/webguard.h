/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webfault.h"
#include "website.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What is asked of a request before its body is read. NULL: it may pass;
 * otherwise why not.
 *
 *  - A body is a JSON text of known, small length.
 *  - The Host is one of @site's: a name of somebody else's that leads here (DNS
 *    rebinding) is not.
 *  - What changes something comes from a page of ours.
 *
 * With @site NULL any page may ask under any name. */
WebFault *web_guard_check (SoupServerMessage *message, const WebSite *site);

/* Replies @fault, which is taken over, before the body is read: the rest of it
 * is not kept. */
void web_guard_refuse (SoupServerMessage *message, WebFault *fault);

G_END_DECLS
