/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mockwire.h"

#include <string.h>

#define ENOUGH (3 * 1024 * 1024)
void
wire_clear (Wire *wire)
{
  g_string_free (wire->bytes, TRUE);
}

GSocketConnection *
open_connection (MockServer *server)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_timeout (client, TIMEOUT_MS / 1000);
  connection = g_socket_client_connect_to_uri (
      client, mock_server_get_url (server), 80, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

void
send_text (GSocketConnection *connection, const char *text)
{
  g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
      strlen (text), NULL, NULL, NULL);
}

Wire
receive (GSocketConnection *connection)
{
  GInputStream *stream =
      g_io_stream_get_input_stream (G_IO_STREAM (connection));
  Wire wire = { g_string_new (NULL), END_NEVER };

  while (wire.bytes->len < ENOUGH) {
    g_autoptr (GError) error = NULL;
    char block[8192];
    gssize n = g_input_stream_read (stream, block, sizeof block, NULL, &error);

    if (n > 0) {
      g_string_append_len (wire.bytes, block, n);
      continue;
    }
    if (n < 0)
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
    wire.end = n < 0 ? END_RESET : END_CLOSED;
    break;
  }
  return wire;
}

char *
format_post (const char *prompt, const char *more_headers)
{
  g_autofree char *escaped = g_strescape (prompt, NULL);
  g_autofree char *body = g_strdup_printf (
      "{\"sampler\":\"Euler\",\"prompt\":\"%s\",\"token\":\"KEY\\\"1\"}",
      escaped);

  return g_strdup_printf (
      "POST /generate-gif HTTP/1.1\r\nHost: mock.example\r\n"
      "Content-Type: application/json\r\nConnection: close\r\n%s"
      "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      more_headers, strlen (body), body);
}

Wire
exchange (MockServer *server, const char *request, End end)
{
  g_autoptr (GSocketConnection) connection = open_connection (server);
  guint n_held = mock_server_count (server, MOCK_EVENT_HELD);
  guint n_aborted = mock_server_count (server, MOCK_EVENT_ABORTED);
  Wire wire;

  send_text (connection, request);
  if (end == END_HELD) {
    g_assert_true (
        mock_server_wait_for (server, MOCK_EVENT_HELD, n_held + 1, TIMEOUT_MS));
    mock_server_release (server);
  }
  wire = receive (connection);
  if (end == END_HELD && wire.end == END_CLOSED)
    wire.end = END_HELD;
  if (end == END_NEVER) {
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    g_assert_true (mock_server_wait_for (
        server, MOCK_EVENT_ABORTED, n_aborted + 1, TIMEOUT_MS));
  }
  return wire;
}

Wire
post_prompt (MockServer *server, const char *prompt, End end)
{
  g_autofree char *request = format_post (prompt, "");

  return exchange (server, request, end);
}

Wire
get_file (MockServer *server, const Wire *reply, const char *headers, End end)
{
  const char *path = strstr (reply->bytes->str, "/gifs/");
  g_autofree char *request = NULL;

  g_assert_nonnull (path);
  request = g_strdup_printf ("GET %.*s HTTP/1.1\r\nHost: mock.example\r\n"
                             "Connection: close\r\n%s\r\n",
      (int) strcspn (path, "\""), path, headers);
  return exchange (server, request, end);
}

const char *
find_body (const Wire *wire)
{
  const char *end = strstr (wire->bytes->str, "\r\n\r\n");

  return end != NULL ? end + 4 : "";
}

gsize
body_size (const Wire *wire)
{
  return wire->bytes->len - (gsize) (find_body (wire) - wire->bytes->str);
}
