/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockserver.c: listens on the loopback interface, a thread for each connection
 *
 * Threads: one accepts, one serves each connection, blocking. All share a
 * MockState, which has the only lock. The end of the server cancels one
 * cancellable that every wait of every thread includes.
 */
#include "mockserver.h"
#include "mockapi.h"
#include "mockkind.h"

#define MAX_BACKLOG 1024
#define ACCEPT_PAUSE_US 10000

struct _MockServer
{
  MockState *state;
  GSocket *listener;
  GThread *accepting;
};

/* A connection on its way to its thread. */
typedef struct
{
  MockState *state;
  GSocketConnection *connection;
} Arrival;

/* FALSE when a fault has dealt with the connection. */
static gboolean
accept_connection (MockState *state, MockConn *conn)
{
  g_autoptr (GPtrArray) faults = mock_fault_book_take (
      mock_state_get_faults (state), MOCK_STAGE_CONNECTION);

  switch (mock_kind_accept (faults)) {
    case MOCK_ACCEPT_SILENCE:
      mock_conn_swallow (conn);
      return FALSE;
    case MOCK_ACCEPT_RESET:
      mock_conn_reset (conn);
      return FALSE;
    case MOCK_ACCEPT_GARBAGE:
      mock_conn_say (conn, "220 neither TLS nor HTTP\r\n");
      mock_conn_swallow (conn);
      return FALSE;
    case MOCK_ACCEPT_CLOSE:
      return FALSE;
    default:
      return mock_conn_start (conn);
  }
}

/* FALSE at the end of the connection. */
static gboolean
serve_request (MockState *state, MockConn *conn)
{
  g_autoptr (MockRequest) request = mock_conn_read (conn);
  g_autoptr (MockReply) reply = NULL;
  MockEvent answered;

  if (request == NULL)
    return FALSE;
  reply = mock_api_answer (state, request, &answered);
  if (!mock_conn_write (conn, request, reply)) {
    if (!g_cancellable_is_cancelled (mock_state_get_stop (state)))
      mock_state_count (state, MOCK_EVENT_ABORTED);
    return FALSE;
  }
  if (answered != MOCK_N_EVENTS)
    mock_state_count (state, answered);
  return mock_conn_is_reusable (conn);
}

static void
serve_connection (MockState *state, GSocketConnection *connection)
{
  g_autoptr (MockConn) conn = mock_conn_new (state, connection);

  if (!accept_connection (state, conn))
    return;
  while (serve_request (state, conn))
    ;
}

static gpointer
serve (gpointer data)
{
  Arrival *arrival = data;

  serve_connection (arrival->state, arrival->connection);
  mock_state_end_connection (arrival->state);
  mock_state_unref (arrival->state);
  g_free (arrival);
  return NULL;
}

static gpointer
accept_connections (gpointer data)
{
  MockServer *server = data;
  GCancellable *stop = mock_state_get_stop (server->state);

  while (!g_cancellable_is_cancelled (stop)) {
    g_autoptr (GSocket) socket = g_socket_accept (server->listener, stop, NULL);
    Arrival *arrival;

    if (socket == NULL) {
      /* Out of descriptors, most likely: some connection has to end first. */
      if (!g_cancellable_is_cancelled (stop))
        g_usleep (ACCEPT_PAUSE_US);
      continue;
    }
    arrival = g_new (Arrival, 1);
    arrival->state = mock_state_ref (server->state);
    arrival->connection =
        g_socket_connection_factory_create_connection (socket);
    mock_state_begin_connection (server->state);
    g_thread_unref (g_thread_new ("mock-conn", serve, arrival));
  }
  return NULL;
}

static GSocket *
listen_on_loopback (guint16 port, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new (loopback, port);

  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, MAX_BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error)
      || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static gboolean
check_options (const MockOptions *options, GError **error)
{
  if (options == NULL)
    return TRUE;
  if ((options->width != 0 && (options->width < 16 || options->width > 4096))
      || (options->height != 0
          && (options->height < 16 || options->height > 4096))
      || options->n_frames > 1000 || options->delay_cs > G_MAXUINT16) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "width and height are 16 to 4096 pixels, there are 1 to 1000 frames, "
        "a delay is at most 65535");
    return FALSE;
  }
  return options->fault == NULL || mock_fault_check (options->fault, error);
}

MockServer *
mock_server_new (const MockOptions *options, GError **error)
{
  g_autoptr (GSocket) listener = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  MockServer *server;

  if (!check_options (options, error))
    return NULL;
  listener = listen_on_loopback (options != NULL ? options->port : 0, error);
  if (listener == NULL)
    return NULL;
  address = g_socket_get_local_address (listener, error);
  if (address == NULL)
    return NULL;

  server = g_new0 (MockServer, 1);
  server->state = mock_state_new (options);
  server->listener = g_steal_pointer (&listener);
  mock_state_take_url (server->state,
      g_strdup_printf ("%s://127.0.0.1:%u",
          options != NULL && options->certificate != NULL ? "https" : "http",
          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address))));
  server->accepting = g_thread_new ("mock-accept", accept_connections, server);
  return server;
}

void
mock_server_free (MockServer *server)
{
  if (server == NULL)
    return;
  g_cancellable_cancel (mock_state_get_stop (server->state));
  g_thread_join (server->accepting);
  mock_state_wait_until_idle (server->state);
  g_object_unref (server->listener);
  mock_state_unref (server->state);
  g_free (server);
}

const char *
mock_server_get_url (MockServer *server)
{
  return mock_state_get_url (server->state);
}

guint
mock_server_count (MockServer *server, MockEvent event)
{
  return mock_state_get_count (server->state, event);
}

gboolean
mock_server_wait_for (
    MockServer *server, MockEvent event, guint n, guint timeout_ms)
{
  return mock_state_wait_for (server->state, event, n, timeout_ms);
}

guint
mock_server_get_n_open (MockServer *server)
{
  return mock_state_get_n_open (server->state);
}

GBytes *
mock_server_ref_post_body (MockServer *server, int index)
{
  return mock_state_ref_body (server->state, index);
}

char *
mock_server_dup_headers (MockServer *server, MockStage stage, int index)
{
  return mock_state_dup_head (server->state, stage, index);
}

char *
mock_server_dup_header (
    MockServer *server, MockStage stage, int index, const char *name)
{
  g_autofree char *head = mock_server_dup_headers (server, stage, index);
  g_autoptr (SoupMessageHeaders) headers =
      soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);

  if (head == NULL || !soup_headers_parse (head, (int) strlen (head), headers))
    return NULL;
  return g_strdup (soup_message_headers_get_list (headers, name));
}

GBytes *
mock_server_ref_gif (MockServer *server, int index)
{
  return mock_state_ref_gif (server->state, index);
}

void
mock_server_set_gif (MockServer *server, GBytes *gif)
{
  mock_state_set_gif (server->state, gif);
}

void
mock_server_hold (MockServer *server, MockStage stage, gint64 after)
{
  mock_state_hold (server->state, stage, after);
}

void
mock_server_release (MockServer *server)
{
  mock_state_release (server->state);
}

void
mock_server_push_fault (MockServer *server, const char *fault)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *faults = mock_fault_parse (fault, FALSE, &error);

  if (faults == NULL)
    g_error ("%s", error->message);
  mock_fault_book_push (mock_state_get_faults (server->state), faults);
}
