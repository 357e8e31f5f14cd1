/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockhttp.c: RFC 9112 as far as a small server needs it, and breaches of it
 */
#include "mockhttp.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MAX_HEAD (64 * 1024)
#define MAX_BODY (8 * 1024 * 1024)
#define BLOCK_SIZE (64 * 1024)
#define DRIPS_PER_SECOND 20

struct _MockConn
{
  MockState *state;
  GSocketConnection *connection;
  GIOStream *stream;    /* TLS or the connection itself */
  GByteArray *received; /* not yet used */
  GCancellable *gate;   /* of the request being answered */
  gboolean reusable;
};

void
mock_request_free (MockRequest *request)
{
  g_free (request->method);
  g_free (request->path);
  g_free (request->query);
  g_free (request->head);
  g_clear_pointer (&request->headers, soup_message_headers_unref);
  g_clear_pointer (&request->body, g_bytes_unref);
  g_free (request);
}

gboolean
mock_conn_start (MockConn *conn)
{
  GTlsCertificate *certificate =
      mock_state_get_options (conn->state)->certificate;
  GIOStream *tls;

  if (certificate == NULL)
    return TRUE;
  tls = g_tls_server_connection_new (conn->stream, certificate, NULL);
  if (tls == NULL)
    return FALSE;
  g_object_unref (conn->stream);
  conn->stream = tls;
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  return g_tls_connection_handshake (
      G_TLS_CONNECTION (tls), mock_state_get_stop (conn->state), NULL);
}

MockConn *
mock_conn_new (MockState *state, GSocketConnection *connection)
{
  MockConn *conn = g_new0 (MockConn, 1);

  conn->state = state;
  conn->connection = connection;
  conn->stream = g_object_ref (G_IO_STREAM (connection));
  conn->received = g_byte_array_new ();
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP,
      TCP_NODELAY, 1, NULL);
  return conn;
}

void
mock_conn_free (MockConn *conn)
{
  /* TLS says goodbye, for which a client that does not read has no room. */
  g_io_stream_close (conn->stream, mock_state_get_stop (conn->state), NULL);
  g_object_unref (conn->stream);
  g_object_unref (conn->connection);
  g_clear_object (&conn->gate);
  g_byte_array_unref (conn->received);
  g_free (conn);
}

/* FALSE at the end of the stream, on errors and when the server ends. */
static gboolean
receive_more (MockConn *conn)
{
  guint8 block[BLOCK_SIZE];
  gssize n_read =
      g_input_stream_read (g_io_stream_get_input_stream (conn->stream), block,
          sizeof block, mock_state_get_stop (conn->state), NULL);

  if (n_read <= 0)
    return FALSE;
  g_byte_array_append (conn->received, block, (guint) n_read);
  return TRUE;
}

static gboolean
send_bytes (MockConn *conn, const void *bytes, gsize size)
{
  return g_output_stream_write_all (
      g_io_stream_get_output_stream (conn->stream), bytes, size, NULL,
      mock_state_get_stop (conn->state), NULL);
}

static void
send_plain_status (MockConn *conn, const char *status)
{
  g_autofree char *head = g_strdup_printf (
      "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status);

  send_bytes (conn, head, strlen (head));
}

/* RFC 9110 §9.1: a method begins a request; a TLS handshake does not. */
static gboolean
begins_request (MockConn *conn)
{
  return conn->received->len == 0 || g_ascii_isalpha (conn->received->data[0]);
}

/* Size of request line and headers, including the empty line; 0: no end. */
static gsize
receive_head (MockConn *conn)
{
  for (;;) {
    const guint8 *end = conn->received->len == 0
        ? NULL
        : memmem (conn->received->data, conn->received->len, "\r\n\r\n", 4);

    if (end != NULL)
      return (gsize) (end - conn->received->data) + 4;
    if (!begins_request (conn)) {
      send_plain_status (conn, "400 Bad Request");
      return 0;
    }
    if (conn->received->len > MAX_HEAD || !receive_more (conn))
      return 0;
  }
}

static GBytes *
receive_body (MockConn *conn, MockRequest *request)
{
  goffset size = soup_message_headers_get_content_length (request->headers);
  GBytes *body;

  if (soup_message_headers_get_encoding (request->headers)
      == SOUP_ENCODING_CHUNKED) {
    send_plain_status (conn, "411 Length Required");
    return NULL;
  }
  if (size > MAX_BODY) {
    send_plain_status (conn, "413 Content Too Large");
    return NULL;
  }
  if (soup_message_headers_get_expectations (request->headers)
      == SOUP_EXPECTATION_CONTINUE)
    send_bytes (conn, "HTTP/1.1 100 Continue\r\n\r\n", 25);
  while (conn->received->len < size)
    if (!receive_more (conn))
      return NULL;
  body = g_bytes_new (conn->received->data, (gsize) size);
  g_byte_array_remove_range (conn->received, 0, (guint) size);
  return body;
}

/* RFC 9112 §3.2: origin form, or the absolute form that a proxy is sent. */
static char *
decode_target (const char *target)
{
  const char *path = target;
  g_autofree char *plain = NULL;
  char *decoded;

  if (g_str_has_prefix (target, "http://")) {
    path = strchr (target + strlen ("http://"), '/');
    path = path != NULL ? path : "/";
  }
  plain = g_strndup (path, strcspn (path, "?#"));
  decoded = g_uri_unescape_string (plain, NULL);
  return decoded != NULL ? decoded : g_steal_pointer (&plain);
}

static MockRequest *
parse_head (MockConn *conn, gsize head_size)
{
  g_autoptr (MockRequest) request = g_new0 (MockRequest, 1);
  g_autofree char *target = NULL;
  SoupHTTPVersion version;
  const char *connection;

  request->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  request->head =
      g_strndup ((const char *) conn->received->data, head_size - 2);
  if (soup_headers_parse_request ((const char *) conn->received->data,
          (int) head_size - 2, request->headers, &request->method, &target,
          &version)
      != SOUP_STATUS_OK)
    return NULL;
  g_byte_array_remove_range (conn->received, 0, (guint) head_size);
  request->path = decode_target (target);
  request->query =
      strchr (target, '?') != NULL ? g_strdup (strchr (target, '?') + 1) : NULL;
  connection = soup_message_headers_get_list (request->headers, "Connection");
  conn->reusable = version == SOUP_HTTP_1_1
      && (connection == NULL || !soup_header_contains (connection, "close"));
  return g_steal_pointer (&request);
}

MockRequest *
mock_conn_read (MockConn *conn)
{
  g_autoptr (MockRequest) request = NULL;
  gsize head_size = receive_head (conn);

  if (head_size == 0)
    return NULL;
  request = parse_head (conn, head_size);
  if (request == NULL) {
    send_plain_status (conn, "400 Bad Request");
    return NULL;
  }
  request->body = receive_body (conn, request);
  if (request->body == NULL)
    return NULL;
  g_clear_object (&conn->gate);
  conn->gate = mock_state_ref_gate (conn->state);
  return g_steal_pointer (&request);
}

gboolean
mock_conn_is_reusable (MockConn *conn)
{
  return conn->reusable;
}

void
mock_conn_reset (MockConn *conn)
{
  GSocket *socket = g_socket_connection_get_socket (conn->connection);
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  /* socket(7): closing with a linger time of nought sends RST, not FIN. */
  if (setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &linger,
          sizeof linger)
      != 0)
    g_error ("mock server: SO_LINGER: %s", g_strerror (errno));
  conn->reusable = FALSE;
  g_socket_close (socket, NULL);
}

void
mock_conn_say (MockConn *conn, const char *text)
{
  send_bytes (conn, text, strlen (text));
}

void
mock_conn_swallow (MockConn *conn)
{
  mock_state_count (conn->state, MOCK_EVENT_HELD);
  while (receive_more (conn))
    g_byte_array_set_size (conn->received, 0);
}

static gboolean
sleep_ms (MockConn *conn, gint64 ms)
{
  return mock_state_sleep (conn->state,
             g_socket_connection_get_socket (conn->connection), NULL, ms)
      == MOCK_WAKE_TIME;
}

static gboolean
hold (MockConn *conn)
{
  return mock_state_sleep (conn->state,
             g_socket_connection_get_socket (conn->connection), conn->gate, -1)
      == MOCK_WAKE_RELEASE;
}

static gboolean
may_have_body (guint status)
{
  return status >= 200 && status != 204 && status != 304;
}

static GString *
format_head (MockConn *conn, MockReply *reply)
{
  GString *head = g_string_new (NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = soup_date_time_to_string (now, SOUP_DATE_HTTP);
  SoupMessageHeadersIter iter;
  const char *name, *value;
  gint64 length = reply->announced_length != G_MININT64
      ? reply->announced_length
      : (gint64) g_bytes_get_size (reply->body);

  g_string_printf (head, "HTTP/1.1 %u %s\r\n", reply->status,
      mock_status_get_phrase (reply->status));
  g_string_append_printf (
      head, "Server: visioncraft-mock\r\nDate: %s\r\n", date);
  soup_message_headers_iter_init (&iter, reply->headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    g_string_append_printf (head, "%s: %s\r\n", name, value);
  if (reply->framing == MOCK_FRAMING_CHUNKED)
    g_string_append (head, "Transfer-Encoding: chunked\r\n");
  else if (reply->framing == MOCK_FRAMING_LENGTH
      && may_have_body (reply->status))
    g_string_append_printf (
        head, "Content-Length: %" G_GINT64_FORMAT "\r\n", length);
  if (!conn->reusable)
    g_string_append (head, "Connection: close\r\n");
  return g_string_append (head, "\r\n");
}

static gboolean
send_block (
    MockConn *conn, const MockReply *reply, const guint8 *bytes, gsize size)
{
  g_autofree char *chunk = NULL;

  if (reply->framing != MOCK_FRAMING_CHUNKED)
    return send_bytes (conn, bytes, size);
  chunk = reply->chunks_broken
      ? g_strdup ("this is no number\r\n")
      : g_strdup_printf ("%" G_GSIZE_MODIFIER "x\r\n", size);
  return send_bytes (conn, chunk, strlen (chunk))
      && send_bytes (conn, bytes, size) && send_bytes (conn, "\r\n", 2);
}

/* How many bytes may go out at once after @sent: to the next stop. */
static gsize
next_block_size (
    const MockReply *reply, gint64 sent, gsize place, gsize body_size)
{
  gint64 size = BLOCK_SIZE;

  if (reply->rate != 0)
    size = MAX (1, MIN (size, reply->rate / DRIPS_PER_SECOND));
  if (reply->hold_at > sent)
    size = MIN (size, reply->hold_at - sent);
  if (reply->cut_at > sent)
    size = MIN (size, reply->cut_at - sent);
  return (gsize) MIN (size, (gint64) body_size - (gint64) place);
}

/* Where in the body byte @sent of the reply is. */
static gsize
find_place (const MockReply *reply, gint64 sent, gsize body_size)
{
  gint64 size = (gint64) body_size, from = (gint64) reply->endless_from;

  return (gsize) (sent < size ? sent : from + (sent - from) % (size - from));
}

/* Sends the body up to its end or its cut, at its rate, with its hold. */
static gboolean
send_body (MockConn *conn, MockReply *reply)
{
  gsize body_size;
  const guint8 *body = g_bytes_get_data (reply->body, &body_size);
  gint64 sent = 0, start = g_get_monotonic_time ();
  gint64 hold_at = reply->endless ? reply->hold_at
                                  : MIN (reply->hold_at, (gint64) body_size);

  for (;;) {
    gsize size, place;

    if (sent == hold_at && !hold (conn))
      return FALSE;
    if (sent == reply->cut_at || body_size == 0
        || (!reply->endless && sent == (gint64) body_size))
      return TRUE;
    place = find_place (reply, sent, body_size);
    size = next_block_size (reply, sent, place, body_size);
    if (!send_block (conn, reply, body + place, size))
      return FALSE;
    sent += (gint64) size;
    if (reply->rate != 0) {
      gint64 due = start + sent * G_USEC_PER_SEC / reply->rate;
      gint64 wait_ms = (due - g_get_monotonic_time ()) / 1000;

      if (wait_ms > 0 && !sleep_ms (conn, wait_ms))
        return FALSE;
    }
  }
}

static gboolean
send_reply (MockConn *conn, MockReply *reply)
{
  g_autoptr (GString) head = format_head (conn, reply);
  gboolean cut;

  if (reply->headers_cut != 0)
    return send_bytes (conn, head->str, MIN (head->len, reply->headers_cut));
  if (!send_bytes (conn, head->str, head->len))
    return FALSE;
  if (reply->body_omitted || !may_have_body (reply->status))
    return TRUE;
  if (!send_body (conn, reply))
    return FALSE;
  cut = reply->cut_at != MOCK_AT_NONE;
  if (reply->framing == MOCK_FRAMING_CHUNKED && !cut)
    return send_bytes (conn, "0\r\n\r\n", 5);
  return TRUE;
}

/* A reset throws away what is still on its way: let the client's side have all
 * of it first. Nothing tells when it has (tcp(7), SIOCOUTQ), so ask. */
static void
wait_until_received (MockConn *conn)
{
  GSocket *socket = g_socket_connection_get_socket (conn->connection);
  int n_left = 0;

  while (ioctl (g_socket_get_fd (socket), SIOCOUTQ, &n_left) == 0 && n_left > 0
      && sleep_ms (conn, 1))
    ;
}

static gboolean
send_preface (MockConn *conn, const MockReply *reply)
{
  if (reply->preface != NULL
      && !send_bytes (conn, reply->preface, strlen (reply->preface)))
    return FALSE;
  for (guint n = 0; reply->repeated != NULL
       && (reply->repeat_count == 0 || n < reply->repeat_count);
       n++) {
    if (!send_bytes (conn, reply->repeated, strlen (reply->repeated)))
      return FALSE;
  }
  return TRUE;
}

gboolean
mock_conn_write (MockConn *conn, const MockRequest *request, MockReply *reply)
{
  if (reply->latency_ms > 0 && !sleep_ms (conn, reply->latency_ms))
    return FALSE;
  if (reply->hold_at == MOCK_AT_START && !hold (conn))
    return FALSE;
  mock_reply_encode (reply);
  if (reply->end != MOCK_END_NORMAL || reply->framing == MOCK_FRAMING_CLOSE)
    conn->reusable = FALSE;
  reply->body_omitted = g_str_equal (request->method, "HEAD");
  if (!send_preface (conn, reply))
    return FALSE;
  if (reply->cut_at != MOCK_AT_START && !send_reply (conn, reply))
    return FALSE;
  if (reply->end == MOCK_END_RESET) {
    wait_until_received (conn);
    mock_conn_reset (conn);
  }
  return TRUE;
}
