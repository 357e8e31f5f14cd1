/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webfault.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* How long a browser may keep a reply. */
typedef enum
{
  WEB_CACHE_NEVER,
  WEB_CACHE_ASK,     /* keep it, but ask each time */
  WEB_CACHE_FOREVER, /* what is there under an id never changes */
} WebCache;

/* Before a reply of any kind: the headers that each carries (what the page may
 * load and from where, no guessing of types, no use by other sites), and ranges
 * as webrange.h has them. */
void web_reply_prepare (SoupServerMessage *message);

/* @bytes as they are. Requests for ranges of it are answered. */
void web_reply_bytes (SoupServerMessage *message, const char *type,
    WebCache cache, GBytes *bytes);

/* The object that @builder holds, which is to be complete. */
void web_reply_json (
    SoupServerMessage *message, guint status, JsonBuilder *builder);

/* @fault, which is taken over, as JSON. */
void web_reply_fault (SoupServerMessage *message, WebFault *fault);

/* The object that @builder holds as one line of text, which the caller owns. */
char *web_reply_make_json (JsonBuilder *builder);

G_END_DECLS
