/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webclient.h"

#include "weblistener.h"

#include <sys/socket.h>

struct _WebClient
{
  SoupServerMessage *message;
  GSource *source; /* NULL: not to be looked at any more */
  void (*gone) (gpointer data);
  gpointer data;
};

static void
stop_looking (WebClient *client)
{
  if (client->source == NULL)
    return;
  g_source_destroy (client->source);
  g_clear_pointer (&client->source, g_source_unref);
}

/* Also when the server itself ends the connection. */
static void
on_over (SoupServerMessage *message, gpointer data)
{
  WebClient *client = data;

  g_signal_handlers_disconnect_by_data (message, client);
  stop_looking (client);
  client->gone (client->data);
  g_object_unref (client->message);
  g_free (client);
}

/* The next write fails, and with it the message. */
static void
drop_connection (WebClient *client, GSocket *socket)
{
  SoupServerMessage *message = client->message;

  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  if (soup_server_message_get_status (message) == 0)
    soup_server_message_set_status (
        message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
  soup_message_body_append (soup_server_message_get_response_body (message),
      SOUP_MEMORY_STATIC, "\n", 1);
  soup_server_message_unpause (message);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  WebClient *client = data;
  char byte;
  gssize n_read =
      recv (g_socket_get_fd (socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  /* Another request already: as long as it is unread there is no end to see. */
  if (n_read > 0) {
    stop_looking (client);
  } else if (n_read == 0 || (condition & (G_IO_ERR | G_IO_HUP)) != 0) {
    stop_looking (client);
    drop_connection (client, socket);
  }
  return G_SOURCE_CONTINUE;
}

WebClient *
web_client_watch (
    SoupServerMessage *message, void (*gone) (gpointer data), gpointer data)
{
  WebClient *client = g_new0 (WebClient, 1);
  GSocket *socket = web_listener_get_socket (message);

  client->message = g_object_ref (message);
  client->gone = gone;
  client->data = data;
  g_signal_connect (message, "finished", G_CALLBACK (on_over), client);
  g_signal_connect (message, "disconnected", G_CALLBACK (on_over), client);
  if (socket != NULL) {
    client->source =
        g_socket_create_source (socket, G_IO_IN | G_IO_ERR | G_IO_HUP, NULL);
    g_source_set_callback (
        client->source, G_SOURCE_FUNC (on_readable), client, NULL);
    g_source_attach (client->source, g_main_context_get_thread_default ());
  }
  return client;
}
