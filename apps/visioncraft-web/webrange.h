/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* RFC 9110 §14, as far as it is safe: one range. libsoup would answer any
 * number of them, each with its own copy of the bytes. */

/* Hides what part of a reply the client of @message wants from libsoup. For
 * each request, before it is answered. */
void web_range_set_aside (SoupServerMessage *message);

/* What is to be sent of @bytes, with the status and the headers that go with
 * it set: all (200), the one part that was asked for (206), or nothing where
 * that part begins behind the end (416). Transfer full. */
GBytes *web_range_take (SoupServerMessage *message, GBytes *bytes);

G_END_DECLS
