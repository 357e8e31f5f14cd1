/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vchttp.h"

/* One turn of the main loop reads no longer than this for one exchange: others
 * wait for theirs. */
#define READS_PER_TURN 16

struct _VcHttp
{
  grefcount refs; /* the owner's, and one for each call of libsoup that is under
                     way */
  SoupMessage *message;
  GInputStream *stream; /* the body; NULL until the head is there */
  GCancellable *cancellable;
  GSource *timer, *reader;

  const VcHttpCallbacks *callbacks;
  gpointer user_data;
  gboolean finished; /* done() was called, or the owner lost interest */

  VcHttpLimits limits;
  gint64 started_us, connected_us, active_us; /* monotonic; 0: not yet */
  gboolean sent;
  gboolean accept_any_certificate;
  GTlsCertificateFlags tls_errors;
};

/* Exchanges of this thread that libsoup still has. */
static GPrivate n_under_way;

static void read_turn (VcHttp *http);

static void
count_under_way (int change)
{
  int n = GPOINTER_TO_INT (g_private_get (&n_under_way)) + change;

  g_private_set (&n_under_way, GINT_TO_POINTER (n));
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
  g_object_unref (http->cancellable);
  g_clear_object (&http->stream);
  g_free (http);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
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
    g_cancellable_cancel (http->cancellable);
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

static const char *
host_of (VcHttp *http)
{
  return g_uri_get_host (soup_message_get_uri (http->message));
}

static void
fail (VcHttp *http, const GError *cause)
{
  g_autoptr (GError) error =
      vc_error_from_transport (cause, http->tls_errors, host_of (http));

  finish (http, error,
      !http->sent && http->tls_errors == 0 && vc_error_is_transient (cause));
}

typedef enum
{
  LIMIT_CONNECT,
  LIMIT_REPLY,
  LIMIT_IDLE,
  N_LIMITS
} Limit;

static guint
limit_seconds (VcHttp *http, Limit limit)
{
  const guint seconds[N_LIMITS] = {
    [LIMIT_CONNECT] = http->limits.connect_s,
    [LIMIT_REPLY] = http->limits.reply_s,
    [LIMIT_IDLE] = http->limits.idle_s,
  };

  return seconds[limit];
}

/* The deadline that comes first, in monotonic microseconds, and the limit that
 * sets it; G_MAXINT64: none. */
static gint64
next_deadline (VcHttp *http, Limit *ret_limit)
{
  const gint64 since_us[N_LIMITS] = {
    [LIMIT_CONNECT] = http->connected_us == 0 ? http->started_us : 0,
    [LIMIT_REPLY] = http->connected_us,
    [LIMIT_IDLE] = http->active_us,
  };
  gint64 first = G_MAXINT64;

  for (Limit limit = 0; limit < N_LIMITS; limit++) {
    gint64 deadline =
        since_us[limit] + (gint64) limit_seconds (http, limit) * G_USEC_PER_SEC;

    if (limit_seconds (http, limit) == 0 || since_us[limit] == 0
        || deadline >= first)
      continue;
    first = deadline;
    *ret_limit = limit;
  }
  return first;
}

static GError *
limit_error (VcHttp *http, Limit limit)
{
  const char *host = host_of (http);
  guint seconds = limit_seconds (http, limit);

  switch (limit) {
    case LIMIT_CONNECT:
      return g_error_new (VC_ERROR, VC_ERROR_TIMEOUT,
          "No connection to %s within %u seconds (connect-timeout).", host,
          seconds);
    case LIMIT_REPLY:
      return g_error_new (VC_ERROR, VC_ERROR_TIMEOUT,
          "No whole reply from %s within %u seconds (generation-timeout).",
          host, seconds);
    default:
      return g_error_new (VC_ERROR, VC_ERROR_TIMEOUT,
          "Nothing came from %s for %u seconds (idle-timeout).", host, seconds);
  }
}

static gboolean
on_timer (gpointer data)
{
  VcHttp *http = data;
  Limit limit = LIMIT_CONNECT;
  gint64 deadline = next_deadline (http, &limit);
  g_autoptr (GError) error = NULL;

  if (deadline > g_get_monotonic_time ()) {
    g_source_set_ready_time (
        http->timer, deadline == G_MAXINT64 ? -1 : deadline);
    return G_SOURCE_CONTINUE;
  }
  error = limit_error (http, limit);
  finish (http, error, http->connected_us == 0);
  return G_SOURCE_REMOVE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static void
update_timer (VcHttp *http)
{
  static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };
  Limit limit;
  gint64 deadline = next_deadline (http, &limit);

  if (http->timer == NULL) {
    http->timer = g_source_new (&timer_funcs, sizeof (GSource));
    g_source_set_callback (http->timer, on_timer, http, NULL);
    g_source_attach (http->timer, g_main_context_get_thread_default ());
  }
  g_source_set_ready_time (http->timer, deadline == G_MAXINT64 ? -1 : deadline);
}

static void
on_starting (SoupMessage *message, VcHttp *http)
{
  if (http->finished || http->connected_us != 0)
    return;
  http->connected_us = http->active_us = g_get_monotonic_time ();
  update_timer (http);
  if (http->callbacks->connected != NULL)
    http->callbacks->connected (message, http->user_data);
}

static void
on_wrote_headers (SoupMessage *message, VcHttp *http)
{
  http->sent = TRUE;
  if (!http->finished && http->callbacks->sent != NULL)
    http->callbacks->sent (http->user_data);
}

/* What libsoup would read by itself, to its end if it has one, is stopped: the
 * body of a 401 that nobody will answer, and of a 421, after which it would send
 * the same again. */
static void
on_got_headers (SoupMessage *message, VcHttp *http)
{
  guint status = soup_message_get_status (message);
  g_autoptr (GError) error = NULL;

  if (status == SOUP_STATUS_UNAUTHORIZED)
    soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  if (status != SOUP_STATUS_MISDIRECTED_REQUEST || http->finished)
    return;

  http->callbacks->head (message, http->user_data);
  if (http->finished)
    return;
  error = g_error_new (VC_ERROR, VC_ERROR_REFUSED,
      "The server answered %u: it does not serve %s.", status, host_of (http));
  finish (http, error, FALSE);
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
    gssize n = g_pollable_input_stream_read_nonblocking (
        G_POLLABLE_INPUT_STREAM (http->stream), space, room, NULL, &error);

    if (n > 0) {
      http->active_us = g_get_monotonic_time ();
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
  count_under_way (-1);
  if (http->finished) {
    /* Nobody waits for this any more. */
    if (http->stream != NULL)
      g_input_stream_close (http->stream, http->cancellable, NULL);
  } else if (http->stream == NULL) {
    fail (http, error);
  } else {
    http->active_us = g_get_monotonic_time ();
    /* A tunnel that the proxy refused answers without a start. */
    if (http->connected_us == 0)
      http->connected_us = http->active_us;
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
  http->message = g_object_ref (message);
  http->cancellable = g_cancellable_new ();
  http->accept_any_certificate = accept_any_certificate;
  http->limits = *limits;
  http->callbacks = callbacks;
  http->user_data = user_data;
  http->started_us = g_get_monotonic_time ();

  g_signal_connect (message, "starting", G_CALLBACK (on_starting), http);
  g_signal_connect (
      message, "wrote-headers", G_CALLBACK (on_wrote_headers), http);
  g_signal_connect (message, "got-headers", G_CALLBACK (on_got_headers), http);
  g_signal_connect (
      message, "accept-certificate", G_CALLBACK (on_accept_certificate), http);
  update_timer (http);
  count_under_way (1);
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
vc_http_limit_idle (VcHttp *http, guint seconds)
{
  http->limits.reply_s = 0;
  http->limits.idle_s = seconds;
  update_timer (http);
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
  while (GPOINTER_TO_INT (g_private_get (&n_under_way)) > 0 && !is_over)
    g_main_context_iteration (context, TRUE);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_source_destroy (deadline);
}
