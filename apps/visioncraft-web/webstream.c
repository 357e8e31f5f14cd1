/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webstream.h"

#include "webclient.h"
#include "webreply.h"

/* Keeps proxies, and the page, from thinking that the connection is dead. */
#define HEARTBEAT_S 15
static const char heartbeat[] = "event: heartbeat\ndata:1\n\n";

typedef struct
{
  SoupServerMessage *message; /* borrowed from the client's watch */
  WebJob *job;
  gboolean complete; /* the last byte is on its way */

  gulong changed_id; /* events */
  guint heartbeat_id;

  guint video_id; /* video */
  gsize offset;
  gboolean starved; /* libsoup has all that there was */
} Stream;

static void
stream_gone (gpointer data)
{
  Stream *stream = data;

  if (stream->changed_id != 0)
    g_signal_handler_disconnect (stream->job, stream->changed_id);
  if (stream->video_id != 0)
    web_blob_remove_listener (
        web_job_get_video (stream->job), stream->video_id);
  g_clear_handle_id (&stream->heartbeat_id, g_source_remove);
  web_job_unwatch (stream->job);
  g_object_unref (stream->job);
  g_free (stream);
}

static Stream *
stream_new (SoupServerMessage *message, WebJob *job, const char *type)
{
  Stream *stream = g_new0 (Stream, 1);
  SoupMessageHeaders *headers =
      soup_server_message_get_response_headers (message);

  stream->message = message;
  stream->job = g_object_ref (job);
  web_job_watch (job);
  soup_message_headers_replace (headers, "Content-Type", type);
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  /* nginx would keep it back. */
  soup_message_headers_replace (headers, "X-Accel-Buffering", "no");
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (
      soup_server_message_get_response_body (message), FALSE);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  web_client_watch (message, stream_gone, stream);
  return stream;
}

static SoupMessageBody *
get_body (Stream *stream)
{
  return soup_server_message_get_response_body (stream->message);
}

static void
complete (Stream *stream)
{
  stream->complete = TRUE;
  soup_message_body_complete (get_body (stream));
}

/* --- Events --- */

static void
send_state (Stream *stream)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *json = NULL;
  char *event;

  json_builder_begin_object (builder);
  web_job_add_to (stream->job, builder);
  json_builder_end_object (builder);
  json = web_reply_make_json (builder);
  event = g_strdup_printf ("data: %s\n\n", json);
  soup_message_body_append_take (
      get_body (stream), (guchar *) event, strlen (event));
  if (web_job_is_finished (stream->job))
    complete (stream);
}

static void
on_changed (WebJob *job, gpointer data)
{
  Stream *stream = data;

  if (stream->complete)
    return;
  send_state (stream);
  soup_server_message_unpause (stream->message);
}

static gboolean
on_heartbeat (gpointer data)
{
  Stream *stream = data;

  if (!stream->complete) {
    soup_message_body_append (
        get_body (stream), SOUP_MEMORY_STATIC, heartbeat, strlen (heartbeat));
    soup_server_message_unpause (stream->message);
  }
  return G_SOURCE_CONTINUE;
}

void
web_stream_events (SoupServerMessage *message, WebJob *job)
{
  Stream *stream = stream_new (message, job, "text/event-stream");

  soup_message_body_append (
      get_body (stream), SOUP_MEMORY_STATIC, "retry: 1000\n\n", 13);
  send_state (stream);
  stream->changed_id =
      g_signal_connect (job, "changed", G_CALLBACK (on_changed), stream);
  stream->heartbeat_id =
      g_timeout_add_seconds (HEARTBEAT_S, on_heartbeat, stream);
}

/* --- Video --- */

/* Gives libsoup one piece, the next when that is out: a slow client costs no
 * memory of its own. */
static void
send_piece (Stream *stream)
{
  WebBlob *video = web_job_get_video (stream->job);
  /* Asked before the bytes: what is finished has no more of them. */
  gboolean finished = web_blob_is_finished (video);
  g_autoptr (GBytes) bytes = web_blob_read (video, stream->offset);

  stream->starved = bytes == NULL;
  if (bytes != NULL) {
    stream->offset += g_bytes_get_size (bytes);
    soup_message_body_append_bytes (get_body (stream), bytes);
  } else if (finished) {
    complete (stream);
  }
}

static void
on_wrote_chunk (SoupServerMessage *message, gpointer data)
{
  Stream *stream = data;

  if (!stream->complete)
    send_piece (stream);
}

static void
on_video (WebBlob *video, gpointer data)
{
  Stream *stream = data;

  if (stream->complete || !stream->starved)
    return;
  send_piece (stream);
  if (!stream->starved || stream->complete)
    soup_server_message_unpause (stream->message);
}

void
web_stream_video (SoupServerMessage *message, WebJob *job)
{
  Stream *stream = stream_new (message, job, "video/mp4");

  send_piece (stream);
  stream->video_id =
      web_blob_add_listener (web_job_get_video (job), on_video, stream);
  g_signal_connect (
      message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), stream);
}
