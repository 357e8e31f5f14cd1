/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Text that a server chose, on its way to a terminal, a log or a tag: pure
 * functions. */

/* The most bytes of an error body that any message carries. */
#define VC_SERVER_MESSAGE_MAX 512

/* @text (@length bytes, any encoding; -1: up to its NUL) as valid UTF-8 in which
 * every control character is a space, as is what turns the direction of writing. The caller owns it. */
char *vc_text_one_line (const char *text, gssize length);

/* At most VC_SERVER_MESSAGE_MAX bytes of @text (@length bytes, any encoding) as
 * one line of valid UTF-8, redacted. NULL where nothing is left. The caller
 * owns it. */
char *vc_text_quote (
    const char *text, gssize length, const char *const *secrets);

/* Whether the @length bytes at @page are a page of HTML. */
gboolean vc_text_is_page (const char *page, gsize length);

/* What a person reads of it: no tags, comments, scripts or styles. The caller
 * owns it. */
char *vc_text_of_page (const char *page, gsize length);

G_END_DECLS
