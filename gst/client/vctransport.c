/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vctransport.h"

typedef struct
{
  char *id, *pw;
} ProxyLogin;

static void
proxy_login_free (gpointer data, GClosure *closure)
{
  ProxyLogin *login = data;

  g_free (login->id);
  vc_secret_free (login->pw);
  g_free (login);
}

static gboolean
on_authenticate (
    SoupMessage *message, SoupAuth *auth, gboolean retrying, ProxyLogin *login)
{
  if (!soup_auth_is_for_proxy (auth) || retrying)
    return FALSE;
  soup_auth_authenticate (auth, login->id, login->pw);
  return TRUE;
}

/* HTTP/1.1 only: of an HTTP/2 stream that is reset within its body, libsoup 3.2
 * tells the reader nothing, and it has no option for this. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event,
    GIOStream *connection, gpointer unused)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING
      && G_IS_TLS_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (
        G_TLS_CONNECTION (connection), protocols);
}

SoupMessage *
vc_transport_message_new (
    const VcRequest *request, const char *method, GUri *uri)
{
  g_autoptr (GUri) bare =
      soup_uri_copy (uri, SOUP_URI_USER, NULL, SOUP_URI_PASSWORD, NULL,
          SOUP_URI_AUTH_PARAMS, NULL, SOUP_URI_FRAGMENT, NULL, SOUP_URI_NONE);
  SoupMessage *message = soup_message_new_from_uri (method, bare);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (
      message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  /* An application's session may bring these: no cookie, no repeated answer,
   * no token in a log. */
  soup_message_disable_feature (message, SOUP_TYPE_COOKIE_JAR);
  soup_message_disable_feature (message, SOUP_TYPE_CACHE);
  soup_message_disable_feature (message, SOUP_TYPE_LOGGER);
  g_signal_connect (
      message, "network-event", G_CALLBACK (on_network_event), NULL);
  if (request->user_agent != NULL && request->user_agent[0] != '\0')
    soup_message_headers_replace (headers, "User-Agent", request->user_agent);
  for (char **field = request->extra_headers; field != NULL && field[0] != NULL;
       field += 2)
    soup_message_headers_append (headers, field[0], field[1]);
  if (!request->keep_alive)
    soup_message_headers_replace (headers, "Connection", "close");

  if (request->proxy_id != NULL && request->proxy_pw != NULL) {
    ProxyLogin *login = g_new0 (ProxyLogin, 1);

    login->id = g_strdup (request->proxy_id);
    login->pw = g_strdup (request->proxy_pw);
    g_signal_connect_data (message, "authenticate",
        G_CALLBACK (on_authenticate), login, proxy_login_free, 0);
  } else {
    soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  }
  return message;
}
