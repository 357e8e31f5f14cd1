/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Undoes the encoding that begins at @text (NUL-terminated), if one does:
 * percent-encoding (RFC 3986 §2.1) or JavaScript's older %u0041, an escape of
 * JSON (RFC 8259 §7) and its relatives (\u{41}, \x41, \101), or a character
 * reference of HTML. Writes at most 6 bytes to @bytes and returns how many, with
 * what of @text was read in @ret_used; 0: none begins here. */
gsize vc_escape_read (const char *text, char *bytes, gsize *ret_used);

G_END_DECLS
