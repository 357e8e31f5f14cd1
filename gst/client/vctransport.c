/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vctransport.h"
#include "vcaddress.h"

#include <string.h>

#ifdef __unix__
#include <netinet/in.h>
#include <netinet/tcp.h>
#endif

/* A path that died in silence is found out within about two minutes. */
#define KEEPALIVE_IDLE_S 60
#define KEEPALIVE_INTERVAL_S 15
#define KEEPALIVE_PROBES 4

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

static void
keep_alive (GSocket *socket)
{
  g_socket_set_keepalive (socket, TRUE);
#ifdef TCP_KEEPIDLE
  g_socket_set_option (
      socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S, NULL);
  g_socket_set_option (
      socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S, NULL);
  g_socket_set_option (
      socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES, NULL);
#endif
}

/* HTTP/1.1 only: of an HTTP/2 stream that is reset within its body, libsoup 3.2
 * tells the reader nothing, and it has no option for this. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event,
    GIOStream *connection, gpointer unused)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    keep_alive (
        g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)));
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING
      && G_IS_TLS_CONNECTION (connection))
    g_tls_connection_set_advertised_protocols (
        G_TLS_CONNECTION (connection), protocols);
}

/* What is meant for the service goes to no other server. */
static void
add_service_headers (
    const VcRequest *request, GUri *uri, SoupMessageHeaders *headers)
{
  g_autoptr (GUri) service =
      g_uri_parse (request->api_url, SOUP_HTTP_URI_FLAGS, NULL);

  if (service == NULL || !vc_address_same_origin (service, uri))
    return;
  for (char **field = request->extra_headers; field != NULL && field[0] != NULL;
       field += 2)
    soup_message_headers_append (headers, field[0], field[1]);
  if (request->authorization != NULL)
    soup_message_headers_replace (
        headers, "Authorization", request->authorization);
}

/* Whether a request for @uri is read by the proxy itself, so that what it says
 * to the proxy is seen by nobody else. */
static gboolean
is_read_by_proxy (const VcRequest *request, GUri *uri)
{
  return request->session == NULL && request->proxy != NULL
      && g_ascii_strncasecmp (request->proxy, "http", strlen ("http")) == 0
      && vc_address_is_http (uri);
}

/* At the first try: not every proxy keeps the connection for a second one, and
 * the body would be sent twice. */
static void
log_in (const VcRequest *request, SoupMessageHeaders *headers)
{
  char *login = g_strdup_printf ("%s:%s", request->proxy_id, request->proxy_pw);
  char *encoded = g_base64_encode ((const guint8 *) login, strlen (login));
  char *value = g_strconcat ("Basic ", encoded, NULL);

  soup_message_headers_replace (headers, "Proxy-Authorization", value);
  vc_secret_free (login);
  vc_secret_free (encoded);
  vc_secret_free (value);
}

/* For tunnels, and for proxies that want something else than that. */
static void
answer_challenges (const VcRequest *request, SoupMessage *message)
{
  ProxyLogin *login = g_new0 (ProxyLogin, 1);

  login->id = g_strdup (request->proxy_id);
  login->pw = g_strdup (request->proxy_pw);
  g_signal_connect_data (message, "authenticate", G_CALLBACK (on_authenticate),
      login, proxy_login_free, 0);
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

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  /* An application's session may bring these: no cookie, no repeated answer,
   * no token in a log. */
  soup_message_disable_feature (message, SOUP_TYPE_COOKIE_JAR);
  soup_message_disable_feature (message, SOUP_TYPE_CACHE);
  soup_message_disable_feature (message, SOUP_TYPE_LOGGER);
  g_signal_connect (
      message, "network-event", G_CALLBACK (on_network_event), NULL);
  if (request->user_agent != NULL && request->user_agent[0] != '\0')
    soup_message_headers_replace (headers, "User-Agent", request->user_agent);
  add_service_headers (request, uri, headers);
  if (!request->keep_alive)
    soup_message_headers_replace (headers, "Connection", "close");

  if (request->proxy_id != NULL && request->proxy_pw != NULL) {
    /* libsoup 3.8 loses the login where it may not remember it. */
    answer_challenges (request, message);
    if (is_read_by_proxy (request, uri))
      log_in (request, headers);
  } else {
    soup_message_add_flags (message, SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
    soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  }
  return message;
}
