/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcerror.h"

G_BEGIN_DECLS

/* The GIF's bytes, kept in blocks that never move: one thread writes at the
 * end, others read anywhere, nothing is copied. Has its own lock, under which
 * no other is ever taken. */
typedef struct _VcBody VcBody;

typedef enum
{
  VC_READ_DATA,     /* bytes came back */
  VC_READ_END,      /* the body is whole and the offset is at its end */
  VC_READ_ERROR,    /* the body failed */
  VC_READ_FLUSHING, /* woken by vc_body_set_flushing() or vc_body_cancel() */
} VcReadResult;

/* Whether @size bytes at @data begin as a GIF does (GIF89a §17: "GIF87a" or
 * "GIF89a"); 6 bytes decide. */
#define VC_GIF_MAGIC_SIZE 6
gboolean vc_body_is_gif (const guint8 *data, gsize size);

/* @max_size: the most bytes a body may have; 0: any number. */
VcBody *vc_body_new (guint64 max_size);
void vc_body_free (VcBody *body); /* slices handed out stay valid */

/* --- The writer, one thread --- */

/* That the body will have @total bytes (0: unknown). FALSE with
 * VC_ERROR_TOO_LARGE where that is over the limit. */
gboolean vc_body_expect (VcBody *body, guint64 total, GError **error);

/* Space for the next bytes; @ret_size is at least VC_BODY_ROOM_MIN. Valid until
 * the next call of a writer's function. NULL where there is no memory. */
#define VC_BODY_ROOM_MIN 2
guint8 *vc_body_reserve (VcBody *body, gsize *ret_size);

/* The first @size bytes of the reserved space are now part of the body. Readers
 * see nothing before the first six bytes are a GIF's (GIF89a §17). FALSE with
 * VC_ERROR_TOO_LARGE or VC_ERROR_NOT_GIF. Wakes readers when a block is full;
 * otherwise vc_body_wake() does. */
gboolean vc_body_commit (VcBody *body, gsize size, GError **error);
void vc_body_wake (VcBody *body);

/* Adds a copy of the @size bytes at @data; as vc_body_commit(), or FALSE with
 * VC_ERROR_EXHAUSTED. */
gboolean vc_body_append (
    VcBody *body, const guint8 *data, gsize size, GError **error);

/* Whether the bytes at @offset are the @size bytes at @data; FALSE where there
 * are fewer. */
gboolean vc_body_equals (
    VcBody *body, guint64 offset, const guint8 *data, gsize size);

/* Forgets the bytes, for a body that starts anew. FALSE where a reader has some
 * of them already. */
gboolean vc_body_restart (VcBody *body);

/* The last byte is there. FALSE with VC_ERROR_NOT_GIF where it came too early.
 */
gboolean vc_body_check_end (VcBody *body, GError **error);

/* Whether the GIF's blocks lead to its trailer (GIF89a §27), which says that a
 * body of unknown length is whole. */
gboolean vc_body_has_gif_end (VcBody *body);

/* The bytes that lie together at @offset, a full reference; NULL at the end of
 * what is there. Never waits, flushing or not. */
GBytes *vc_body_peek (VcBody *body, guint64 offset);

/* The end of the writing; readers get what is there, then VC_READ_END or a copy
 * of @error. */
void vc_body_finish (VcBody *body, const GError *error);

/* --- Readers, any thread --- */

/* Waits until there are bytes at @offset and gives as many as lie together, at
 * most @max, in a full reference that outlives the body. @error is set for
 * VC_READ_ERROR only. */
VcReadResult vc_body_read (VcBody *body, guint64 offset, gsize max,
    GBytes **ret_bytes, GError **error);

/* TRUE: a waiting vc_body_read() and all that follow return VC_READ_FLUSHING,
 * until FALSE. */
void vc_body_set_flushing (VcBody *body, gboolean flushing);

/* As flushing, for ever. */
void vc_body_cancel (VcBody *body);

/* The bytes held, and in @ret_total (may be NULL) the bytes in all, 0 while
 * unknown. */
guint64 vc_body_get_size (VcBody *body, guint64 *ret_total);

G_END_DECLS
