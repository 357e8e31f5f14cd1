/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcpeer.h"
#include "vctext.h"

struct _VcPeer
{
  SoupMessage *message;
  char *host, *proxy;   /* proxy: NULL: none is known */
  gboolean is_read;     /* the request, by the proxy: there is no tunnel */
  gboolean is_at_proxy; /* as long as this is so */
};

/* The address of the proxy that all of @session's connections go to; NULL: none,
 * or not known before. */
static GUri *
find_proxy (SoupSession *session)
{
  GProxyResolver *resolver = soup_session_get_proxy_resolver (session);
  g_autofree char *address = NULL;

  if (resolver == NULL || !G_IS_SIMPLE_PROXY_RESOLVER (resolver))
    return NULL;
  g_object_get (resolver, "default-proxy", &address, NULL);
  return address != NULL ? g_uri_parse (address, G_URI_FLAGS_NONE, NULL) : NULL;
}

/* Each connection begins at the proxy, and goes on with the host behind it. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event,
    GIOStream *connection, VcPeer *peer)
{
  if (event == G_SOCKET_CLIENT_RESOLVING)
    peer->is_at_proxy = peer->proxy != NULL;
  else if (event == G_SOCKET_CLIENT_PROXY_NEGOTIATED)
    peer->is_at_proxy = FALSE;
}

/* One of before serves again, or all is prepared. */
static void
on_starting (SoupMessage *message, VcPeer *peer)
{
  peer->is_at_proxy = peer->proxy != NULL && peer->is_read;
}

VcPeer *
vc_peer_new (SoupSession *session, SoupMessage *message)
{
  VcPeer *peer = g_new0 (VcPeer, 1);
  GUri *uri = soup_message_get_uri (message);
  g_autoptr (GUri) proxy = find_proxy (session);

  peer->message = g_object_ref (message);
  peer->host = vc_text_quote (g_uri_get_host (uri), -1, NULL);
  if (proxy != NULL && g_uri_get_host (proxy) != NULL) {
    peer->proxy = vc_text_quote (g_uri_get_host (proxy), -1, NULL);
    peer->is_read = g_str_equal (g_uri_get_scheme (uri), "http")
        && g_str_has_prefix (g_uri_get_scheme (proxy), "http");
  }
  peer->is_at_proxy = peer->proxy != NULL;
  g_signal_connect (
      message, "network-event", G_CALLBACK (on_network_event), peer);
  g_signal_connect (message, "starting", G_CALLBACK (on_starting), peer);
  return peer;
}

void
vc_peer_free (VcPeer *peer)
{
  g_signal_handlers_disconnect_by_data (peer->message, peer);
  g_object_unref (peer->message);
  g_free (peer->host);
  g_free (peer->proxy);
  g_free (peer);
}

gboolean
vc_peer_is_proxy (const VcPeer *peer)
{
  return peer->is_at_proxy;
}

gboolean
vc_peer_is_proxy_reading (const VcPeer *peer)
{
  return peer->is_read;
}

char *
vc_peer_dup_name (const VcPeer *peer)
{
  return peer->is_at_proxy ? g_strdup_printf (
             "the proxy %s on the way to %s", peer->proxy, peer->host)
                           : g_strdup (peer->host);
}
