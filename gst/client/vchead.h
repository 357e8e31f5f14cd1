/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What heads make libsoup do by itself, before anybody is asked: a length that
 * is none becomes a critical warning, and a body is read to its end, if it has
 * one. */

/* To be called before @message is sent: its heads are looked at before libsoup
 * acts on them. */
void vc_head_follow (SoupMessage *message);

/* Whether the length that @message's head announced was none, and was taken
 * out. */
gboolean vc_head_had_bad_length (SoupMessage *message);

/* Whether the reply's body is announced as a short one. */
gboolean vc_head_is_short (SoupMessage *message);

/* Counts an informational reply (RFC 9110 §15.2). FALSE: enough of them. */
gboolean vc_head_count_informational (SoupMessage *message);

G_END_DECLS
