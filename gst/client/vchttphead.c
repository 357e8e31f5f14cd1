/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vchttp-private.h"

/* What libsoup tells of an exchange until its head is there; and what heads make
 * it do by itself, before anybody is asked: a length that is none becomes a
 * critical warning, and a body is read to its end, if it has one. */

/* Informational replies before the one that counts. */
#define INFORMATIONAL_MAX 32

/* Bytes of a proxy's page that says who may pass. */
#define CHALLENGE_MAX (64 * 1024)

/* A message carries these. */
#define BAD_LENGTH "visioncraft-bad-length"
#define N_INFORMATIONAL "visioncraft-n-informational"
/* A session whose tunnels are followed carries this. */
#define FOLLOWED "visioncraft-followed"

/* --- Heads --- */

static gboolean
has_length (SoupMessageHeaders *headers)
{
  return soup_message_headers_get_encoding (headers)
      == SOUP_ENCODING_CONTENT_LENGTH;
}

/* Whether the reply's body is announced as a short one. */
static gboolean
is_short (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  return has_length (headers)
      && soup_message_headers_get_content_length (headers) <= CHALLENGE_MAX;
}

/* A length that was given several times over and joined is one (RFC 9112 §6.3). */
static void
join_lengths (SoupMessageHeaders *headers)
{
  const char *field = soup_message_headers_get_one (headers, "Content-Length");
  g_auto (GStrv) lengths = NULL;
  guint64 length;

  if (field == NULL
      || soup_message_headers_get_encoding (headers)
          != SOUP_ENCODING_UNRECOGNIZED)
    return;
  lengths = g_strsplit (field, ",", -1);
  for (guint i = 0; lengths[i] != NULL; i++) {
    if (!g_str_equal (g_strstrip (lengths[i]), lengths[0]))
      return;
  }
  if (g_ascii_string_to_unsigned (lengths[0], 10, 0, G_MAXINT64, &length, NULL))
    soup_message_headers_set_content_length (headers, (goffset) length);
}

/* The moment between the reading of a head and its use: the status is set when
 * the fields are there. */
static void
on_status (SoupMessage *message, GParamSpec *pspec, gpointer unused)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  if (soup_message_get_status (message) == SOUP_STATUS_NONE)
    return;
  join_lengths (headers);
  /* libsoup takes a negative length (RFC 9110 §8.6 does not). */
  if (has_length (headers)
      && soup_message_headers_get_content_length (headers) < 0) {
    g_object_set_data (G_OBJECT (message), BAD_LENGTH, message);
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_EOF);
  }
  /* Its page is read to the end, if it has one, and thrown away: rather ask on a
   * new connection. */
  if (soup_message_get_method (message) == SOUP_METHOD_CONNECT
      && soup_message_get_status (message)
          == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED
      && !is_short (message)) {
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_NONE);
    soup_message_headers_replace (headers, "Connection", "close");
  }
}

static void
follow_status (SoupMessage *message)
{
  g_signal_connect (
      message, "notify::status-code", G_CALLBACK (on_status), NULL);
}

/* Whether the length that the head announced was none, and was taken out. */
static gboolean
had_bad_length (SoupMessage *message)
{
  return g_object_get_data (G_OBJECT (message), BAD_LENGTH) != NULL;
}

/* FALSE: enough of them. */
static gboolean
may_be_one_more (SoupMessage *message)
{
  guint n = GPOINTER_TO_UINT (
      g_object_get_data (G_OBJECT (message), N_INFORMATIONAL));

  g_object_set_data (
      G_OBJECT (message), N_INFORMATIONAL, GUINT_TO_POINTER (n + 1));
  return n + 1 < INFORMATIONAL_MAX;
}

/* --- The exchange's own message --- */

/* What came is no HTTP reply: @what is wrong with it. */
static void
fail_reply (VcHttp *http, const char *what)
{
  g_autoptr (GError) cause =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);

  vc_http_fail (http, cause);
}

static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags errors, VcHttp *http)
{
  if (http->accept_any_certificate)
    return TRUE;
  http->tls_errors = errors;
  return FALSE;
}

/* A TLS session that is resumed was checked when it began, perhaps by somebody
 * who accepts more: GIO keeps the sessions of a process, and what was wrong with
 * the certificate, but asks nobody again. */
static gboolean
is_trusted (VcHttp *http)
{
  g_autoptr (GError) cause = NULL;

  http->tls_errors =
      soup_message_get_tls_peer_certificate_errors (http->message);
  if (http->tls_errors == 0 || http->accept_any_certificate)
    return TRUE;
  cause = g_error_new_literal (G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, "");
  vc_http_fail (http, cause);
  return FALSE;
}

/* A connection that was reset at once has no other end, which glib-networking up
 * to 2.80 does not expect: it is not given one. */
static void
on_network_event (SoupMessage *message, GSocketClientEvent event,
    GIOStream *connection, VcHttp *http)
{
  g_autoptr (GSocketAddress) other_end = NULL;

  if (event != G_SOCKET_CLIENT_CONNECTED || !G_IS_SOCKET_CONNECTION (connection)
      || http->lost != NULL)
    return;
  other_end = g_socket_connection_get_remote_address (
      G_SOCKET_CONNECTION (connection), &http->lost);
  if (other_end == NULL)
    g_cancellable_cancel (http->cancellable);
}

static void
on_starting (SoupMessage *message, VcHttp *http)
{
  if (http->finished || !is_trusted (http) || http->connected)
    return;
  vc_http_note_connected (http);
  if (http->callbacks->connected != NULL)
    http->callbacks->connected (message, http->user_data);
}

static void
on_wrote_headers (SoupMessage *message, VcHttp *http)
{
  http->body_left = soup_message_headers_get_content_length (
      soup_message_get_request_headers (message));
  http->sent = http->body_left == 0;
  if (!http->finished && http->callbacks->sent != NULL)
    http->callbacks->sent (http->user_data);
}

static void
on_wrote_body_data (SoupMessage *message, guint size, VcHttp *http)
{
  http->body_left -= MIN (http->body_left, size);
  http->sent = http->body_left == 0;
}

/* libsoup reads any number of them without a break. */
static void
count_informational (VcHttp *http, SoupMessage *message)
{
  if (!may_be_one_more (message) && !http->finished)
    fail_reply (http, "it is announced again and again, and never comes");
}

static void
on_got_informational (SoupMessage *message, VcHttp *http)
{
  count_informational (http, message);
}

/* Called within got-headers of @message, where cancelling is safe: its body is
 * not read. */
static void
end_at_head (VcHttp *http, SoupMessage *message)
{
  http->callbacks->head (message, http->user_data);
  if (http->finished)
    return;
  vc_http_shut (http, FALSE);
  http->callbacks->done (NULL, FALSE, http->user_data);
}

/* What libsoup would read by itself, to its end if it has one, is stopped: the
 * body of a 401 that nobody will answer, of a 407 that is long, and of a 421,
 * after which it would send the same again. */
static void
on_got_headers (SoupMessage *message, VcHttp *http)
{
  guint status = soup_message_get_status (message);

  if (had_bad_length (message) && !http->finished) {
    fail_reply (http, "its length is negative or too large");
    return;
  }
  if (status == SOUP_STATUS_UNAUTHORIZED
      || (status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED
          && !is_short (message)))
    soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  if (status == SOUP_STATUS_MISDIRECTED_REQUEST && !http->finished)
    end_at_head (http, message);
  else
    http->head_due = TRUE;
}

static void
on_restarted (SoupMessage *message, VcHttp *http)
{
  vc_http_end_head_due (http);
}

/* --- Tunnels --- */

/* libsoup asks the proxy by a message of its own, over the connection of the one
 * that it is for. */
static VcHttp *
find_owner (SoupMessage *tunnel)
{
  guint64 connection = soup_message_get_connection_id (tunnel);

  for (guint i = 0; i < vc_http_under_way ()->len; i++) {
    VcHttp *http = g_ptr_array_index (vc_http_under_way (), i);

    if (soup_message_get_connection_id (http->message) == connection
        && !http->finished)
      return http;
  }
  return NULL;
}

static void
on_tunnel_informational (SoupMessage *tunnel, gpointer unused)
{
  VcHttp *http = find_owner (tunnel);

  if (http != NULL)
    count_informational (http, tunnel);
}

/* Says all that libsoup would tell after it has read the body. */
static void
on_tunnel_headers (SoupMessage *tunnel, gpointer unused)
{
  VcHttp *http = find_owner (tunnel);
  guint status = soup_message_get_status (tunnel);

  if (http == NULL || SOUP_STATUS_IS_SUCCESSFUL (status)
      || status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED)
    return;
  http->is_from_proxy = TRUE;
  end_at_head (http, tunnel);
}

/* An application's session asks for others too, and in other threads. */
static void
on_request_queued (SoupSession *session, SoupMessage *message, gpointer unused)
{
  if (soup_message_get_method (message) != SOUP_METHOD_CONNECT
      || vc_http_under_way ()->len == 0)
    return;
  follow_status (message);
  g_signal_connect (
      message, "got-informational", G_CALLBACK (on_tunnel_informational), NULL);
  g_signal_connect (
      message, "got-headers", G_CALLBACK (on_tunnel_headers), NULL);
}

static void
follow_tunnels (SoupSession *session)
{
  if (g_object_get_data (G_OBJECT (session), FOLLOWED) != NULL)
    return;
  g_object_set_data (G_OBJECT (session), FOLLOWED, session);
  g_signal_connect (
      session, "request-queued", G_CALLBACK (on_request_queued), NULL);
}

void
vc_http_follow (VcHttp *http, SoupSession *session)
{
  SoupMessage *message = http->message;

  follow_status (message);
  follow_tunnels (session);
  g_signal_connect (
      message, "network-event", G_CALLBACK (on_network_event), http);
  g_signal_connect (message, "starting", G_CALLBACK (on_starting), http);
  g_signal_connect (
      message, "wrote-headers", G_CALLBACK (on_wrote_headers), http);
  g_signal_connect (
      message, "wrote-body-data", G_CALLBACK (on_wrote_body_data), http);
  g_signal_connect (
      message, "got-informational", G_CALLBACK (on_got_informational), http);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), http);
  g_signal_connect (message, "restarted", G_CALLBACK (on_restarted), http);
  g_signal_connect (
      message, "accept-certificate", G_CALLBACK (on_accept_certificate), http);
}
