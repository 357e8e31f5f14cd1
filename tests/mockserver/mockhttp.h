/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockhttp.h: requests and replies on one connection, blocking
 *
 * The transport is the mock's own, so that a reply can be wrong in every way a
 * reply can be wrong: libsoup's server mends lengths, ends chunks and does not
 * notice a client that leaves while it waits. Header syntax is libsoup's.
 */
#pragma once

#include "mockstate.h"

#include <libsoup/soup.h>

/* Where a reply stops, resets or holds: a count of body bytes, or: */
#define MOCK_AT_NONE (-2)  /* nowhere */
#define MOCK_AT_START (-1) /* before the status line; MOCK_HOLD_REPLY */

typedef struct
{
  char *method;
  char *path;  /* decoded, no query */
  char *query; /* as it came; NULL: none */
  char *head;  /* request line and headers as they came */
  SoupMessageHeaders *headers;
  GBytes *body;
} MockRequest;

void mock_request_free (MockRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockRequest, mock_request_free)

typedef enum
{
  MOCK_FRAMING_LENGTH,
  MOCK_FRAMING_CHUNKED,
  MOCK_FRAMING_CLOSE, /* the end of the connection ends the body */
} MockFraming;

typedef enum
{
  MOCK_END_NORMAL, /* keep the connection when the request allows it */
  MOCK_END_CLOSE,
  MOCK_END_RESET, /* TCP RST */
} MockEnd;

typedef struct
{
  guint status;
  SoupMessageHeaders *headers; /* without the framing's */
  GBytes *body;                /* never NULL */
  MockFraming framing;
  gint64 announced_length; /* Content-Length; G_MININT64: the body's */
  gboolean body_omitted;   /* HEAD: headers of the body only */
  gboolean gzipped;        /* compress, and say so */
  gboolean endless;        /* the body again and again … */
  gsize endless_from;      /* … from this byte on */
  const char *preface;     /* sent before the head, static; NULL: nothing */
  const char *repeated;    /* … and this behind it, static; NULL: nothing */
  guint repeat_count;      /* … so often; 0: without end */
  gint64 hold_at;          /* wait for release here, or at the body's end */
  gint64 cut_at;           /* stop here and end the connection by @end */
  guint headers_cut;       /* bytes of the head to send before the end; 0 all */
  guint rate;              /* bytes per second; 0: no limit */
  guint latency_ms;        /* before the first byte */
  MockEnd end;
  gboolean chunks_broken; /* chunk sizes that are no numbers */
} MockReply;

/* An empty reply with @status that is sent at once. */
MockReply *mock_reply_new (guint status);

void mock_reply_free (MockReply *reply);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockReply, mock_reply_free)

/* Gives @reply the @body (transfer full) and its Content-Type; a NULL @type
 * leaves the header out. */
void mock_reply_take_body (MockReply *reply, const char *type, GBytes *body);

/* The same with a copy of @text. */
void mock_reply_set_text (MockReply *reply, const char *type, const char *text);

/* Sets one header in place of all of that name; NULL removes it. */
void mock_reply_set_header (
    MockReply *reply, const char *name, const char *value);

/* Compresses the body of a reply that is to be gzip'd, and says so. */
void mock_reply_encode (MockReply *reply);

/* The usual words for @status, those of RFC 6585 and of proxies included.
 * Static. */
const char *mock_status_get_phrase (guint status);

typedef struct _MockConn MockConn;

/* Takes over @connection. Never NULL. */
MockConn *mock_conn_new (MockState *state, GSocketConnection *connection);

/* The TLS handshake, when the state has a certificate. FALSE when it fails. */
gboolean mock_conn_start (MockConn *conn);

void mock_conn_free (MockConn *conn);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockConn, mock_conn_free)

/* The next request, complete with its body; NULL at the end of the connection
 * or when it is not HTTP (a 400 has been sent then). */
MockRequest *mock_conn_read (MockConn *conn);

/* TRUE when the reply went out as it was meant to; FALSE when the client left
 * or the server is stopping. */
gboolean mock_conn_write (
    MockConn *conn, const MockRequest *request, MockReply *reply);

/* TRUE when another request may follow the last reply. */
gboolean mock_conn_is_reusable (MockConn *conn);

/* Ends the connection by TCP RST. */
void mock_conn_reset (MockConn *conn);

/* Sends @text as it is. */
void mock_conn_say (MockConn *conn, const char *text);

/* Takes all that comes and says nothing, until the client leaves. Counts as
 * held. */
void mock_conn_swallow (MockConn *conn);
