/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockhole.c: a listener whose queue is full
 *
 * Nobody accepts; once the queue of the kernel holds what it can, Linux drops
 * every further SYN, and the client sends it again and again.
 */
#include "mockhole.h"

#define MAX_FILLERS 16
#define SETTLE_US (100 * 1000) /* loopback connects in microseconds */

struct _MockHole
{
  GPtrArray *sockets; /* the listener, then those that fill its queue */
  char *url;
};

void
mock_hole_free (MockHole *hole)
{
  if (hole == NULL)
    return;
  g_ptr_array_unref (hole->sockets);
  g_free (hole->url);
  g_free (hole);
}

static GSocket *
add_socket (MockHole *hole, GError **error)
{
  GSocket *socket = g_socket_new (
      G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket != NULL)
    g_ptr_array_add (hole->sockets, socket);
  return socket;
}

/* Connects until a connection stays out. */
static gboolean
fill_queue (MockHole *hole, GSocketAddress *address, GError **error)
{
  for (guint i = 0; i < MAX_FILLERS; i++) {
    GSocket *socket = add_socket (hole, error);

    if (socket == NULL)
      return FALSE;
    g_socket_set_blocking (socket, FALSE);
    g_socket_connect (socket, address, NULL, NULL);
    if (!g_socket_condition_timed_wait (
            socket, G_IO_OUT, SETTLE_US, NULL, NULL))
      return TRUE;
  }
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
      "the kernel takes every connection");
  return FALSE;
}

MockHole *
mock_hole_new (GError **error)
{
  g_autoptr (MockHole) hole = g_new0 (MockHole, 1);
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  GSocket *listener;

  hole->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  listener = add_socket (hole, error);
  if (listener == NULL)
    return NULL;
  g_socket_set_listen_backlog (listener, 0);
  if (!g_socket_bind (listener, any, FALSE, error)
      || !g_socket_listen (listener, error))
    return NULL;
  address = g_socket_get_local_address (listener, error);
  if (address == NULL || !fill_queue (hole, address, error))
    return NULL;
  hole->url = g_strdup_printf ("http://127.0.0.1:%u",
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
  return g_steal_pointer (&hole);
}

const char *
mock_hole_get_url (MockHole *hole)
{
  return hole->url;
}
