/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vchttp-private.h"
#include "vcguard.h"

/* What libsoup has read comes back to us within a few turns of the loop. If it
 * does not, libsoup reads something to its end by itself. */
#define LATE_CANCEL_MS 10
#define LATE_CANCEL_TURNS 10

/* Exchanges of this thread that libsoup still has: of VcHttp, borrowed. */
static GPrivate exchanges = G_PRIVATE_INIT ((GDestroyNotify) g_ptr_array_unref);

GPtrArray *
vc_http_under_way (void)
{
  if (g_private_get (&exchanges) == NULL)
    g_private_set (&exchanges, g_ptr_array_new ());
  return g_private_get (&exchanges);
}

VcHttp *
vc_http_ref (VcHttp *http)
{
  g_ref_count_inc (&http->refs);
  return http;
}

void
vc_http_unref (VcHttp *http)
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

void
vc_clear_source (GSource **source)
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
  g_source_set_callback (source, on_late_cancel, vc_http_ref (http),
      (GDestroyNotify) vc_http_unref);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* That moment has come. */
void
vc_http_end_head_due (VcHttp *http)
{
  http->head_due = FALSE;
  if (http->late_turns_left > 0)
    g_cancellable_cancel (http->cancellable);
}

/* Ends everything of @http that could call back. @whole: the body is at its
 * end, so the connection can serve again. */
void
vc_http_shut (VcHttp *http, gboolean whole)
{
  http->finished = TRUE;
  vc_clear_source (&http->timer);
  vc_clear_source (&http->reader);
  if (!whole)
    cancel (http);
  /* Neither waits: there is nothing left to skip, or skipping is cancelled. */
  if (http->stream != NULL)
    g_input_stream_close (http->stream, http->cancellable, NULL);
}

void
vc_http_finish (VcHttp *http, const GError *error, gboolean again)
{
  vc_http_shut (http, error == NULL);
  http->callbacks->done (error, again, http->user_data);
}

void
vc_http_fail (VcHttp *http, const GError *cause)
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
  vc_http_finish (http, error,
      !http->sent && http->tls_errors == 0 && vc_error_is_transient (cause));
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
  vc_http_finish (http, error, !http->connected);
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

void
vc_http_note_connected (VcHttp *http)
{
  http->connected = TRUE;
  vc_watch_connected (&http->watch, g_get_monotonic_time ());
  set_timer (http);
}

static void
on_head (GObject *session, GAsyncResult *result, gpointer data)
{
  VcHttp *http = data;
  g_autoptr (GError) error = NULL;

  http->stream =
      soup_session_send_finish (SOUP_SESSION (session), result, &error);
  g_ptr_array_remove_fast (vc_http_under_way (), http);
  vc_http_end_head_due (http);
  if (http->finished) {
    /* Nobody waits for this any more. */
    if (http->stream != NULL)
      g_input_stream_close (http->stream, http->cancellable, NULL);
  } else if (http->stream == NULL) {
    vc_http_fail (http, http->lost != NULL ? http->lost : error);
  } else {
    /* A tunnel that the proxy refused answers without a start. */
    if (!http->connected) {
      http->is_from_proxy = TRUE;
      vc_http_note_connected (http);
    }
    vc_watch_received (&http->watch, 0, g_get_monotonic_time ());
    set_timer (http);
    http->callbacks->head (http->message, http->user_data);
    if (!http->finished)
      vc_http_read (http);
  }
  vc_http_unref (http);
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
  vc_http_follow (http, session);
  start_timer (http);
  g_ptr_array_add (vc_http_under_way (), http);
  soup_session_send_async (session, message, G_PRIORITY_DEFAULT,
      http->cancellable, on_head, vc_http_ref (http));
  return http;
}

void
vc_http_abandon (VcHttp *http)
{
  if (!http->finished)
    vc_http_shut (http, FALSE);
  vc_http_unref (http);
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
  while (vc_http_under_way ()->len > 0 && !is_over)
    g_main_context_iteration (context, TRUE);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_source_destroy (deadline);
}
