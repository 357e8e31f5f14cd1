/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vchttp.h"
#include "vcguard.h"
#include "vchead.h"
#include "vcpeer.h"

/* One turn of the main loop reads no longer than this for one exchange: others
 * wait for theirs. */
#define READS_PER_TURN 16

/* What libsoup has read comes back to us within a few turns of the loop. If it
 * does not, libsoup reads something to its end by itself. */
#define LATE_CANCEL_MS 10
#define LATE_CANCEL_TURNS 10

/* A session whose tunnels are followed carries this. */
#define FOLLOWED "visioncraft-followed"

struct _VcHttp
{
  grefcount refs; /* the owner's, and one for each call of libsoup that is under
                     way */
  SoupMessage *message;
  VcPeer *peer;         /* for people */
  GInputStream *stream; /* the body; NULL until the head is there */
  GCancellable *cancellable;
  GSource *timer, *reader;

  const VcHttpCallbacks *callbacks;
  gpointer user_data;
  gboolean finished; /* done() was called, or the owner lost interest */
  GError *lost;      /* why a connection was gone as soon as it was there */

  VcWatch watch;
  gboolean connected, sent;
  guint64 body_left;      /* of the request's, to be sent */
  gboolean is_from_proxy; /* the head */
  gboolean head_due;      /* libsoup has the head, on_head() has not come yet */
  guint late_turns_left;  /* before a shut-down in that time cancels anyway */
  gboolean accept_any_certificate;
  GTlsCertificateFlags tls_errors;
};

/* Exchanges of this thread that libsoup still has: of VcHttp, borrowed. */
static GPrivate exchanges = G_PRIVATE_INIT ((GDestroyNotify) g_ptr_array_unref);

static void read_turn (VcHttp *http);

static GPtrArray *
under_way (void)
{
  if (g_private_get (&exchanges) == NULL)
    g_private_set (&exchanges, g_ptr_array_new ());
  return g_private_get (&exchanges);
}

static VcHttp *
http_ref (VcHttp *http)
{
  g_ref_count_inc (&http->refs);
  return http;
}

static void
http_unref (VcHttp *http)
{
  if (!g_ref_count_dec (&http->refs))
    return;
  g_signal_handlers_disconnect_by_data (http->message, http);
  g_object_unref (http->message);
  vc_peer_free (http->peer);
  g_object_unref (http->cancellable);
  g_clear_object (&http->stream);
  g_clear_error (&http->lost);
  g_free (http);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
on_late_cancel (gpointer data)
{
  VcHttp *http = data;

  if (--http->late_turns_left > 0)
    return G_SOURCE_CONTINUE;
  g_cancellable_cancel (http->cancellable);
  return G_SOURCE_REMOVE;
}

/* libsoup up to 3.6.5 finishes a message twice, and crashes, where it is
 * cancelled after its head was read and before that was told: the cancelling
 * waits for that moment. */
static void
cancel (VcHttp *http)
{
  g_autoptr (GSource) source = NULL;

  if (!http->head_due) {
    g_cancellable_cancel (http->cancellable);
    return;
  }
  http->late_turns_left = LATE_CANCEL_TURNS;
  source = g_timeout_source_new (LATE_CANCEL_MS);
  g_source_set_callback (
      source, on_late_cancel, http_ref (http), (GDestroyNotify) http_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* That moment has come. */
static void
end_head_due (VcHttp *http)
{
  http->head_due = FALSE;
  if (http->late_turns_left > 0)
    g_cancellable_cancel (http->cancellable);
}

/* Ends everything of @http that could call back. @whole: the body is at its
 * end, so the connection can serve again. */
static void
shut (VcHttp *http, gboolean whole)
{
  http->finished = TRUE;
  clear_source (&http->timer);
  clear_source (&http->reader);
  if (!whole)
    cancel (http);
  /* Neither waits: there is nothing left to skip, or skipping is cancelled. */
  if (http->stream != NULL)
    g_input_stream_close (http->stream, http->cancellable, NULL);
}

static void
finish (VcHttp *http, const GError *error, gboolean again)
{
  shut (http, error == NULL);
  http->callbacks->done (error, again, http->user_data);
}

static void
fail (VcHttp *http, const GError *cause)
{
  gboolean is_proxy = vc_peer_is_proxy (http->peer);
  g_autofree char *name = vc_peer_dup_name (http->peer);
  g_autoptr (GError) error =
      vc_error_from_transport (cause, http->tls_errors, name, is_proxy);

  /* It opens no tunnel, or takes no request. */
  if (is_proxy && !http->sent
      && (error->code == VC_ERROR_REPLY
          || (error->code == VC_ERROR_INTERRUPTED && http->connected)))
    error->code = VC_ERROR_PROXY;
  finish (http, error,
      !http->sent && http->tls_errors == 0 && vc_error_is_transient (cause));
}

/* What came is no HTTP reply: @what is wrong with it. */
static void
fail_reply (VcHttp *http, const char *what)
{
  g_autoptr (GError) cause =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_DATA, what);

  fail (http, cause);
}

static void
set_timer (VcHttp *http)
{
  gint64 next_us = vc_watch_next (&http->watch);

  g_source_set_ready_time (http->timer, next_us == G_MAXINT64 ? -1 : next_us);
}

static gboolean
on_timer (gpointer data)
{
  VcHttp *http = data;
  g_autofree char *name = vc_peer_dup_name (http->peer);
  g_autoptr (GError) error = NULL;

  if (vc_watch_check (&http->watch, g_get_monotonic_time (), name, &error)) {
    set_timer (http);
    return G_SOURCE_CONTINUE;
  }
  finish (http, error, !http->connected);
  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static void
start_timer (VcHttp *http)
{
  static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

  http->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_callback (http->timer, on_timer, http, NULL);
  set_timer (http);
  g_source_attach (http->timer, g_main_context_get_thread_default ());
}

static void
note_connected (VcHttp *http)
{
  http->connected = TRUE;
  vc_watch_connected (&http->watch, g_get_monotonic_time ());
  set_timer (http);
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
  fail (http, cause);
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
  note_connected (http);
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
  if (!vc_head_count_informational (message) && !http->finished)
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
  shut (http, FALSE);
  http->callbacks->done (NULL, FALSE, http->user_data);
}

/* What libsoup would read by itself, to its end if it has one, is stopped: the
 * body of a 401 that nobody will answer, of a 407 that is long, and of a 421,
 * after which it would send the same again. */
static void
on_got_headers (SoupMessage *message, VcHttp *http)
{
  guint status = soup_message_get_status (message);

  if (vc_head_had_bad_length (message) && !http->finished) {
    fail_reply (http, "its length is negative or too large");
    return;
  }
  if (status == SOUP_STATUS_UNAUTHORIZED
      || (status == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED
          && !vc_head_is_short (message)))
    soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  if (status == SOUP_STATUS_MISDIRECTED_REQUEST && !http->finished)
    end_at_head (http, message);
  else
    http->head_due = TRUE;
}

static void
on_restarted (SoupMessage *message, VcHttp *http)
{
  end_head_due (http);
}

/* --- Tunnels --- */

/* libsoup asks the proxy by a message of its own, over the connection of the one
 * that it is for. */
static VcHttp *
find_owner (SoupMessage *tunnel)
{
  guint64 connection = soup_message_get_connection_id (tunnel);

  for (guint i = 0; i < under_way ()->len; i++) {
    VcHttp *http = g_ptr_array_index (under_way (), i);

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
      || under_way ()->len == 0)
    return;
  vc_head_follow (message);
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

static gboolean
on_accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags errors, VcHttp *http)
{
  if (http->accept_any_certificate)
    return TRUE;
  http->tls_errors = errors;
  return FALSE;
}

static gboolean
on_readable (GObject *stream, gpointer data)
{
  VcHttp *http = data;

  /* The source is over; the next turn makes its own: what it must wait on
   * depends on what libsoup has buffered. */
  clear_source (&http->reader);
  read_turn (http);
  return G_SOURCE_REMOVE;
}

static gboolean
on_next_turn (gpointer data)
{
  return on_readable (NULL, data);
}

/* Reads on when there is something to read, or, with @more, as soon as others
 * had their turn. */
static void
schedule_read (VcHttp *http, gboolean more)
{
  if (more) {
    http->reader = g_idle_source_new ();
    g_source_set_priority (http->reader, G_PRIORITY_DEFAULT);
    g_source_set_callback (http->reader, on_next_turn, http, NULL);
  } else {
    http->reader = g_pollable_input_stream_create_source (
        G_POLLABLE_INPUT_STREAM (http->stream), NULL);
    g_source_set_callback (
        http->reader, G_SOURCE_FUNC (on_readable), http, NULL);
  }
  g_source_attach (http->reader, g_main_context_get_thread_default ());
}

/* Called with a reference of its own: callbacks may abandon @http. */
static void
read_available (VcHttp *http)
{
  for (guint i = 0; i < READS_PER_TURN; i++) {
    g_autoptr (GError) error = NULL;
    gsize room;
    guint8 *space = http->callbacks->space (&room, http->user_data);
    gssize n = space != NULL
        ? vc_guard_read (http->message, http->stream, space, room, &error)
        : -1;

    if (space == NULL) {
      error = vc_error_no_memory ();
      finish (http, error, FALSE);
      return;
    }
    if (n > 0) {
      vc_watch_received (&http->watch, n, g_get_monotonic_time ());
      if (!http->callbacks->body (n, http->user_data))
        return;
    } else if (n == 0) {
      finish (http, NULL, FALSE);
      return;
    } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      schedule_read (http, FALSE);
      http->callbacks->pause (http->user_data);
      return;
    } else {
      fail (http, error);
      return;
    }
  }
  schedule_read (http, TRUE);
  http->callbacks->pause (http->user_data);
}

static void
read_turn (VcHttp *http)
{
  http_ref (http);
  read_available (http);
  http_unref (http);
}

static void
on_head (GObject *session, GAsyncResult *result, gpointer data)
{
  VcHttp *http = data;
  g_autoptr (GError) error = NULL;

  http->stream =
      soup_session_send_finish (SOUP_SESSION (session), result, &error);
  g_ptr_array_remove_fast (under_way (), http);
  end_head_due (http);
  if (http->finished) {
    /* Nobody waits for this any more. */
    if (http->stream != NULL)
      g_input_stream_close (http->stream, http->cancellable, NULL);
  } else if (http->stream == NULL) {
    fail (http, http->lost != NULL ? http->lost : error);
  } else {
    /* A tunnel that the proxy refused answers without a start. */
    if (!http->connected) {
      http->is_from_proxy = TRUE;
      note_connected (http);
    }
    vc_watch_received (&http->watch, 0, g_get_monotonic_time ());
    set_timer (http);
    http->callbacks->head (http->message, http->user_data);
    if (!http->finished)
      read_turn (http);
  }
  http_unref (http);
}

VcHttp *
vc_http_send (SoupSession *session, SoupMessage *message,
    gboolean accept_any_certificate, const VcHttpLimits *limits,
    const VcHttpCallbacks *callbacks, gpointer user_data)
{
  VcHttp *http = g_new0 (VcHttp, 1);

  g_ref_count_init (&http->refs);
  http->peer = vc_peer_new (session, message);
  http->message = g_object_ref (message);
  http->cancellable = g_cancellable_new ();
  http->accept_any_certificate = accept_any_certificate;
  http->callbacks = callbacks;
  http->user_data = user_data;
  vc_watch_start (&http->watch, limits, g_get_monotonic_time ());

  vc_guard_follow (message);
  vc_head_follow (message);
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
  start_timer (http);
  g_ptr_array_add (under_way (), http);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT,
      http->cancellable, on_head, http_ref (http));
  return http;
}

void
vc_http_abandon (VcHttp *http)
{
  if (!http->finished)
    shut (http, FALSE);
  http_unref (http);
}

void
vc_http_set_limits (VcHttp *http, const VcHttpLimits *limits)
{
  http->watch.limits = *limits;
  set_timer (http);
}

gboolean
vc_http_is_from_proxy (VcHttp *http)
{
  return http->is_from_proxy;
}

gboolean
vc_http_is_read_by_proxy (VcHttp *http)
{
  return vc_peer_is_proxy_reading (http->peer);
}

SoupMessage *
vc_http_get_message (VcHttp *http)
{
  return http->message;
}

gboolean
vc_http_was_sent (VcHttp *http)
{
  return http->sent;
}

static gboolean
on_settle_deadline (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;
  return G_SOURCE_REMOVE;
}

void
vc_http_settle (gint64 longest_us)
{
  GMainContext *context = g_main_context_get_thread_default ();
  g_autoptr (GSource) deadline = g_timeout_source_new (longest_us / 1000);
  gboolean is_over = FALSE;

  g_source_set_callback (deadline, on_settle_deadline, &is_over, NULL);
  g_source_attach (deadline, context);
  while (under_way ()->len > 0 && !is_over)
    g_main_context_iteration (context, TRUE);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_source_destroy (deadline);
}
