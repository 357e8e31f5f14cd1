/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* What tells one state of a file from another (RFC 9110 §8.8): the strong ETag,
 * the date of its last change, or neither. Zeroed is neither. */
typedef struct
{
  char *etag, *modified;
} VcValidator;

void vc_validator_clear (VcValidator *validator);

/* Takes those of a response's @headers instead. */
void vc_validator_set (VcValidator *validator, SoupMessageHeaders *headers);

/* Whether @headers are surely those of another file. */
gboolean vc_validator_differs (
    const VcValidator *validator, SoupMessageHeaders *headers);

/* Asks in a request's @headers for the bytes from @offset on, if the file is
 * still this one (RFC 9110 §13.1.5). For all of it where there is neither. */
void vc_validator_ask_range (
    const VcValidator *validator, SoupMessageHeaders *headers, guint64 offset);

G_END_DECLS
