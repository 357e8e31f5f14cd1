/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text with each of @secrets (NULL-terminated, entries may be empty; NULL: none)
 * replaced wherever it stands: as it is, in any encoding of vc_escape_read(), in
 * several at once and several times over; in base64, also amid other bytes; in
 * hexadecimal; each with blanks in it or none, and with other signs between its
 * letters and digits, but for base64. One of fewer than 8 bytes is only taken
 * out where it is a word of its own, in its own case. The caller owns the
 * result. */
char *vc_redact (const char *text, const char *const *secrets);

G_END_DECLS
