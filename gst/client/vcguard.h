/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Sees to it that no connection keeps a thread which serves many: where one call
 * that reads from it does not come back, since more and more arrives that gives
 * nothing (a compressed body of empty blocks, say), its socket is shut down, and
 * the call ends. Each thread that reads has a guard, a thread of its own which
 * ends with it. */

/* To be called before @message is sent: its connection's socket is noted. */
void vc_guard_follow (SoupMessage *message);

/* Reads from @stream, the body of @message's reply, what is there; as
 * g_pollable_input_stream_read_nonblocking(), with G_IO_ERROR_INVALID_DATA where
 * that would not end. */
gssize vc_guard_read (SoupMessage *message, GInputStream *stream, void *buffer,
    gsize size, GError **error);

G_END_DECLS
