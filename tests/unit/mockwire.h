/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockwire.h: a client on a bare socket, which sees what HTTP libraries hide
 */
#pragma once

#include "mocktest.h"

/* How a reply ends. */
typedef enum
{
  END_CLOSED,
  END_RESET,
  END_HELD, /* silent until released, then closed */
  END_NEVER /* the client has to leave */
} End;

/* The bytes of one reply, head and body. */
typedef struct
{
  GString *bytes;
  End end;
} Wire;

void wire_clear (Wire *wire);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wire, wire_clear)

/* Transfer full, never NULL; reading gives up after TIMEOUT_MS. */
GSocketConnection *open_connection (MockServer *server);

void send_text (GSocketConnection *connection, const char *text);

/* Reads to the end, or until 3 MiB are there (END_NEVER). */
Wire receive (GSocketConnection *connection);

/* A POST with @prompt, the key KEY"1 and @more_headers (lines, or ""). */
char *format_post (const char *prompt, const char *more_headers);

/* Sends @request on a connection of its own and takes the reply, releasing or
 * leaving as @end tells. */
Wire exchange (MockServer *server, const char *request, End end);

/* Both at once. */
Wire post_prompt (MockServer *server, const char *prompt, End end);

/* GETs the file whose address is in @reply, with @headers (lines, or ""). */
Wire get_file (
    MockServer *server, const Wire *reply, const char *headers, End end);

/* The body, "" when the head has not ended; owned by @wire. */
const char *find_body (const Wire *wire);

gsize body_size (const Wire *wire);
