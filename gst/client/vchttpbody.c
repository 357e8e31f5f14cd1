/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcguard.h"
#include "vchttp-private.h"

/* The reading of a body, in turns. */

/* One turn of the main loop reads no longer than this for one exchange: others
 * wait for theirs. */
#define READS_PER_TURN 16

static gboolean
on_readable (GObject *stream, gpointer data)
{
  VcHttp *http = data;

  /* The source is over; the next turn makes its own: what it must wait on
   * depends on what libsoup has buffered. */
  vc_clear_source (&http->reader);
  vc_http_read (http);
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
      vc_http_finish (http, error, FALSE);
      return;
    }
    if (n > 0) {
      vc_watch_received (&http->watch, n, g_get_monotonic_time ());
      if (!http->callbacks->body (n, http->user_data))
        return;
    } else if (n == 0) {
      vc_http_finish (http, NULL, FALSE);
      return;
    } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      schedule_read (http, FALSE);
      http->callbacks->pause (http->user_data);
      return;
    } else {
      vc_http_fail (http, error);
      return;
    }
  }
  schedule_read (http, TRUE);
  http->callbacks->pause (http->user_data);
}

void
vc_http_read (VcHttp *http)
{
  vc_http_ref (http);
  read_available (http);
  vc_http_unref (http);
}
