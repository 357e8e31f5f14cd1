/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weblistener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Connections at a time, those under way included. */
#define CONNECTIONS_MAX 256

#define FIRST_BYTE_TIMEOUT_S 20

#define SOCKET_KEY "web-socket"

struct _WebListener
{
  SoupServer *soup;
  GSocketService *service;
  GSocketAddress *address;
  GHashTable *waiting; /* set of Waiting */
  guint *n_open;       /* shared with the connections */
};

/* A connection that has not said anything yet. */
typedef struct
{
  WebListener *listener;
  GSocketConnection *connection;
  GSource *source;
  guint timeout_id;
} Waiting;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  g_source_destroy (waiting->source);
  g_source_unref (waiting->source);
  g_source_remove (waiting->timeout_id);
  if (waiting->connection != NULL)
    g_io_stream_close (G_IO_STREAM (waiting->connection), NULL, NULL);
  g_clear_object (&waiting->connection);
  g_free (waiting);
}

static void
hand_over (WebListener *listener, GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) local =
      g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote =
      g_socket_connection_get_remote_address (connection, NULL);
  GSocket *socket = g_socket_connection_get_socket (connection);

  if (local == NULL || remote == NULL)
    return;
  g_object_set_data_full (
      G_OBJECT (remote), SOCKET_KEY, g_object_ref (socket), g_object_unref);
  soup_server_accept_iostream (
      listener->soup, G_IO_STREAM (connection), local, remote, NULL);
}

static gboolean
on_first_byte (GSocket *socket, GIOCondition condition, gpointer data)
{
  Waiting *waiting = data;
  WebListener *listener = waiting->listener;
  g_autoptr (GSocketConnection) connection = NULL;
  char byte;

  if (recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
    connection = g_steal_pointer (&waiting->connection);
  g_hash_table_remove (listener->waiting, waiting);
  if (connection != NULL)
    hand_over (listener, connection);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout (gpointer data)
{
  Waiting *waiting = data;

  g_hash_table_remove (waiting->listener->waiting, waiting);
  return G_SOURCE_CONTINUE; /* waiting_free() has removed it */
}

static void
on_connection_gone (gpointer data, GObject *connection)
{
  guint *n_open = data;

  (*n_open)--;
  g_rc_box_release (n_open);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection,
    GObject *source, gpointer data)
{
  WebListener *listener = data;
  GSocket *socket = g_socket_connection_get_socket (connection);
  Waiting *waiting;

  if (*listener->n_open >= CONNECTIONS_MAX) {
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    return TRUE;
  }
  (*listener->n_open)++;
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone,
      g_rc_box_acquire (listener->n_open));
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);

  waiting = g_new0 (Waiting, 1);
  waiting->listener = listener;
  waiting->connection = g_object_ref (connection);
  waiting->source =
      g_socket_create_source (socket, G_IO_IN | G_IO_ERR | G_IO_HUP, NULL);
  g_source_set_callback (
      waiting->source, G_SOURCE_FUNC (on_first_byte), waiting, NULL);
  g_source_attach (waiting->source, NULL);
  waiting->timeout_id =
      g_timeout_add_seconds (FIRST_BYTE_TIMEOUT_S, on_timeout, waiting);
  g_hash_table_add (listener->waiting, waiting);
  return TRUE;
}

WebListener *
web_listener_new (SoupServer *soup, GSocketAddress *address, GError **error)
{
  g_autoptr (WebListener) listener = g_new0 (WebListener, 1);

  listener->soup = soup;
  listener->n_open = g_rc_box_new0 (guint);
  listener->waiting = g_hash_table_new_full (NULL, NULL, waiting_free, NULL);
  listener->service = g_socket_service_new ();
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (listener->service),
          address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
          &listener->address, error))
    return NULL;
  g_signal_connect (
      listener->service, "incoming", G_CALLBACK (on_incoming), listener);
  return g_steal_pointer (&listener);
}

void
web_listener_free (WebListener *listener)
{
  g_signal_handlers_disconnect_by_data (listener->service, listener);
  g_socket_service_stop (listener->service);
  g_socket_listener_close (G_SOCKET_LISTENER (listener->service));
  g_object_unref (listener->service);
  g_hash_table_unref (listener->waiting);
  g_clear_object (&listener->address);
  g_rc_box_release (listener->n_open);
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
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_data (G_OBJECT (remote), SOCKET_KEY)
                        : NULL;
}
