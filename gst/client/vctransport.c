/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vctransport.h"

/* The wait before the first repeat is at most this long; it doubles with each
 * further one. */
#define BACKOFF_FIRST_US (G_USEC_PER_SEC / 2)
#define BACKOFF_DOUBLINGS_MAX 10

char *
vc_transport_key (const VcRequest *request)
{
  /* A connection made without checks must never serve a request that wants
   * them: ssl-strict is part of the way. */
  char *way = g_strdup_printf ("%d|%p|%p|%s|%s|%s|%s", request->ssl_strict,
      (void *) request->tls_database, (void *) request->tls_interaction,
      request->ssl_ca_file ? request->ssl_ca_file : "",
      request->proxy ? request->proxy : "",
      request->proxy_id ? request->proxy_id : "",
      request->proxy_pw ? request->proxy_pw : "");
  char *key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, way, -1);

  vc_secret_free (way);
  return key;
}

static gboolean
use_ca_file (SoupSession *session, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  /* A relative one is not taken. */
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autoptr (GTlsDatabase) database = NULL;

  /* Opening a FIFO would wait for its writer. */
  if (!g_file_test (absolute, G_FILE_TEST_IS_REGULAR)) {
    g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
        "The ssl-ca-file %s cannot be used: it is not a file.", path);
    return FALSE;
  }
  database = g_tls_file_database_new (absolute, &cause);
  if (database == NULL) {
    g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
        "The ssl-ca-file %s cannot be used: %s.", path, cause->message);
    return FALSE;
  }
  soup_session_set_tls_database (session, database);
  return TRUE;
}

SoupSession *
vc_transport_session_new (const VcRequest *request, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("timeout", 0,
      "max-conns", G_MAXINT, "max-conns-per-host", G_MAXINT, NULL);

  if (request->proxy != NULL) {
    g_autoptr (GProxyResolver) resolver =
        g_simple_proxy_resolver_new (request->proxy, NULL);

    soup_session_set_proxy_resolver (session, resolver);
  }
  if (request->tls_database != NULL)
    soup_session_set_tls_database (session, request->tls_database);
  else if (request->ssl_ca_file != NULL
      && !use_ca_file (session, request->ssl_ca_file, error))
    return NULL;
  if (request->tls_interaction != NULL)
    soup_session_set_tls_interaction (session, request->tls_interaction);
  return g_steal_pointer (&session);
}

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

gint64
vc_transport_backoff_us (
    const VcRequest *request, guint attempt, guint retry_after_s)
{
  gint64 longest = request->retry_backoff_max * G_USEC_PER_SEC;
  guint doublings = MIN (attempt > 0 ? attempt - 1 : 0, BACKOFF_DOUBLINGS_MAX);
  gint64 ceiling = MIN ((gint64) BACKOFF_FIRST_US << doublings, longest);
  gint64 wait = g_random_double () * ceiling;

  return MIN (MAX (wait, (gint64) retry_after_s * G_USEC_PER_SEC), longest);
}
