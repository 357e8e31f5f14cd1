/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weblistener.h"

#include "clientkey.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Connections at a time, and those of one client; this machine, where a proxy
 * may be, may have all. */
#define CONNECTIONS_MAX 256
#define CONNECTIONS_OF_CLIENT_MAX 64

#define CHECK_INTERVAL_S 2

#define CONNECTION_KEY "web-connection"

/* What a connection is waited for, and how long. */
typedef enum
{
  PHASE_SILENT, /* not a byte yet: ours, libsoup does not know of it */
  PHASE_HEAD,   /* the head of its request */
  PHASE_BODY,   /* the body */
  PHASE_REPLY,  /* that it takes what is sent */
  PHASE_CLOSING,
} Phase;

static const gint64 timeouts_us[] = {
  [PHASE_SILENT] = 20 * G_USEC_PER_SEC,
  [PHASE_HEAD] = 10 * G_USEC_PER_SEC,
  [PHASE_BODY] = 20 * G_USEC_PER_SEC,
  [PHASE_REPLY] = 30 * G_USEC_PER_SEC, /* each time without progress */
  [PHASE_CLOSING] = G_MAXINT64,
};

/* Shared by the listener, as long as there is one, and its messages. */
typedef struct
{
  WebListener *listener; /* NULL: gone */
  GSocket *socket;
  char *client; /* see clientkey.h */
  Phase phase;
  gint64 since_us; /* when the phase began, or there was progress */

  /* While silent. */
  GSocketConnection *stream;
  GSource *source;
} Connection;

struct _WebListener
{
  SoupServer *soup;
  GSocketService *service;
  GSocketAddress *address;
  GQueue connections; /* of Connection, the oldest first; a reference each */
  guint check_id;
};

/* --- Connections --- */

static void
connection_clear (gpointer data)
{
  Connection *connection = data;

  g_object_unref (connection->socket);
  g_free (connection->client);
}

static void
connection_unref (gpointer connection)
{
  g_rc_box_release_full (connection, connection_clear);
}

static void
stop_waiting (Connection *connection)
{
  if (connection->source == NULL)
    return;
  g_source_destroy (connection->source);
  g_clear_pointer (&connection->source, g_source_unref);
}

static void
enter (Connection *connection, Phase phase)
{
  if (connection->phase == PHASE_CLOSING)
    return;
  connection->phase = phase;
  connection->since_us = g_get_monotonic_time ();
}

/* Ours are closed. In libsoup's, the next read and the next write fail. */
static void
close_connection (Connection *connection)
{
  stop_waiting (connection);
  enter (connection, PHASE_CLOSING);
  if (connection->stream != NULL) {
    g_io_stream_close (G_IO_STREAM (connection->stream), NULL, NULL);
    g_clear_object (&connection->stream);
  } else {
    g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
  }
}

static void
on_stream_gone (gpointer data, GObject *stream)
{
  Connection *connection = data;

  if (connection->listener != NULL) {
    g_queue_remove (&connection->listener->connections, connection);
    connection_unref (connection);
  }
  connection_unref (connection);
}

/* While a reply waits for us, its client has nothing to take. */
static gboolean
is_late (const Connection *connection, gint64 now_us)
{
  if (now_us - connection->since_us < timeouts_us[connection->phase])
    return FALSE;
  return connection->phase != PHASE_REPLY
      || (g_socket_condition_check (connection->socket, G_IO_OUT) & G_IO_OUT)
      == 0;
}

static gboolean
on_check (gpointer data)
{
  WebListener *listener = data;
  gint64 now_us = g_get_monotonic_time ();

  for (GList *l = listener->connections.head, *next; l != NULL; l = next) {
    next = l->next; /* closing may remove it */
    if (is_late (l->data, now_us))
      close_connection (l->data);
  }
  if (!g_queue_is_empty (&listener->connections))
    return G_SOURCE_CONTINUE;
  listener->check_id = 0;
  return G_SOURCE_REMOVE;
}

/* --- Requests --- */

static Connection *
get_connection (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_data (G_OBJECT (remote), CONNECTION_KEY)
                        : NULL;
}

static void
on_got_headers (SoupServerMessage *message, gpointer data)
{
  enter (data, PHASE_BODY);
}

static void
on_got_body (SoupServerMessage *message, gpointer data)
{
  enter (data, PHASE_REPLY);
}

static void
on_wrote (SoupServerMessage *message, guint size, gpointer data)
{
  enter (data, PHASE_REPLY);
}

static void
on_request_started (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  Connection *connection = get_connection (message);

  if (connection == NULL)
    return;
  /* The message has the address, and with it the connection. */
  g_signal_connect (
      message, "got-headers", G_CALLBACK (on_got_headers), connection);
  g_signal_connect (message, "got-body", G_CALLBACK (on_got_body), connection);
  g_signal_connect (
      message, "wrote-body-data", G_CALLBACK (on_wrote), connection);
}

static void
hand_over (Connection *connection)
{
  g_autoptr (GSocketConnection) stream = g_steal_pointer (&connection->stream);
  g_autoptr (GSocketAddress) local =
      g_socket_connection_get_local_address (stream, NULL);
  g_autoptr (GSocketAddress) remote =
      g_socket_connection_get_remote_address (stream, NULL);

  stop_waiting (connection);
  if (local == NULL || remote == NULL)
    return;
  enter (connection, PHASE_HEAD);
  g_object_set_data_full (G_OBJECT (remote), CONNECTION_KEY,
      g_rc_box_acquire (connection), connection_unref);
  soup_server_accept_iostream (
      connection->listener->soup, G_IO_STREAM (stream), local, remote, NULL);
}

static gboolean
on_first_byte (GSocket *socket, GIOCondition condition, gpointer data)
{
  Connection *connection = data;
  char byte;

  if (recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
    hand_over (connection);
  else
    close_connection (connection);
  return G_SOURCE_REMOVE;
}

/* --- Room for another one --- */

static gboolean
may_go (const Connection *connection)
{
  return connection->phase < PHASE_REPLY;
}

/* Closes the oldest one that has not asked for anything, of @client's or, NULL,
 * of anybody's. FALSE: there is none. */
static gboolean
close_oldest (WebListener *listener, const char *client)
{
  for (GList *l = listener->connections.head; l != NULL; l = l->next) {
    Connection *connection = l->data;

    if (may_go (connection)
        && (client == NULL || g_str_equal (connection->client, client))) {
      close_connection (connection);
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
make_room (WebListener *listener, const char *client)
{
  guint n_all = 0, n_of_client = 0;

  /* Those that libsoup is about to close hold descriptors. */
  if (listener->connections.length >= 2 * CONNECTIONS_MAX)
    return FALSE;
  for (GList *l = listener->connections.head; l != NULL; l = l->next) {
    Connection *connection = l->data;

    if (connection->phase == PHASE_CLOSING)
      continue;
    n_all++;
    if (g_str_equal (connection->client, client))
      n_of_client++;
  }
  if (n_of_client >= CONNECTIONS_OF_CLIENT_MAX
      && !g_str_equal (client, CLIENT_KEY_LOOPBACK))
    return close_oldest (listener, client);
  return n_all < CONNECTIONS_MAX || close_oldest (listener, NULL);
}

/* --- The listener --- */

/* "": the client has left already. */
static char *
make_client_key (GSocketConnection *stream)
{
  g_autoptr (GSocketAddress) remote =
      g_socket_connection_get_remote_address (stream, NULL);

  if (!G_IS_INET_SOCKET_ADDRESS (remote))
    return g_strdup ("");
  return client_key_new (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
}

static Connection *
connection_new (WebListener *listener, GSocketConnection *stream, char *client)
{
  Connection *connection = g_rc_box_new0 (Connection);
  GSocket *socket = g_socket_connection_get_socket (stream);

  connection->listener = listener;
  connection->stream = g_object_ref (stream);
  connection->socket = g_object_ref (socket);
  connection->client = client;
  enter (connection, PHASE_SILENT);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  connection->source =
      g_socket_create_source (socket, G_IO_IN | G_IO_ERR | G_IO_HUP, NULL);
  g_source_set_callback (
      connection->source, G_SOURCE_FUNC (on_first_byte), connection, NULL);
  g_source_attach (connection->source, NULL);
  g_object_weak_ref (
      G_OBJECT (stream), on_stream_gone, g_rc_box_acquire (connection));
  return connection;
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *stream,
    GObject *source, gpointer data)
{
  WebListener *listener = data;
  char *client = make_client_key (stream);

  if (!make_room (listener, client)) {
    g_free (client);
    g_io_stream_close (G_IO_STREAM (stream), NULL, NULL);
    return TRUE;
  }
  g_queue_push_tail (
      &listener->connections, connection_new (listener, stream, client));
  if (listener->check_id == 0)
    listener->check_id =
        g_timeout_add_seconds (CHECK_INTERVAL_S, on_check, listener);
  return TRUE;
}

WebListener *
web_listener_new (SoupServer *soup, GSocketAddress *address, GError **error)
{
  g_autoptr (WebListener) listener = g_new0 (WebListener, 1);

  listener->soup = soup;
  g_queue_init (&listener->connections);
  listener->service = g_socket_service_new ();
  g_signal_connect (
      soup, "request-started", G_CALLBACK (on_request_started), listener);
  g_signal_connect (
      listener->service, "incoming", G_CALLBACK (on_incoming), listener);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (listener->service),
          address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
          &listener->address, error))
    return NULL;
  return g_steal_pointer (&listener);
}

void
web_listener_stop (WebListener *listener)
{
  g_signal_handlers_disconnect_by_data (listener->service, listener);
  g_socket_service_stop (listener->service);
  g_socket_listener_close (G_SOCKET_LISTENER (listener->service));
}

/* Those that libsoup has live on without it. */
static void
let_go (gpointer data, gpointer nothing)
{
  Connection *connection = data;

  connection->listener = NULL;
  if (connection->phase == PHASE_SILENT)
    close_connection (connection);
  connection_unref (connection);
}

void
web_listener_free (WebListener *listener)
{
  web_listener_stop (listener);
  g_signal_handlers_disconnect_by_data (listener->soup, listener);
  g_object_unref (listener->service);
  g_clear_handle_id (&listener->check_id, g_source_remove);
  g_queue_foreach (&listener->connections, let_go, NULL);
  g_queue_clear (&listener->connections);
  g_clear_object (&listener->address);
  g_free (listener);
}

GInetSocketAddress *
web_listener_get_address (WebListener *listener)
{
  return G_INET_SOCKET_ADDRESS (g_object_ref (listener->address));
}

GSocket *
web_listener_get_socket (SoupServerMessage *message)
{
  Connection *connection = get_connection (message);

  return connection != NULL ? connection->socket : NULL;
}
