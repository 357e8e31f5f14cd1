/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcimages.h"
#include "vcjob-private.h"
#include "vcredact.h"
#include "vctext.h"
#include "vctransport.h"
#include "vcwire.h"

#include <string.h>

/* The first half of a job: the prompt goes out once, the reply comes in. A
 * generation costs money, so the request is repeated only where it was surely
 * not processed: not sent to its end, or refused with 429 or 503. */

#define TOO_MANY_REQUESTS 429 /* RFC 6585 §4; libsoup has no name for it */
#define ERROR_BODY_MAX (64 * 1024)
#define DEFAULT_ENDPOINT "generate-gif"
#define READ_SIZE (16 * 1024)

/* A reply that is whole, and of which the connection does not say so, is taken
 * when nothing more has come for so long. */
#define QUIET_MS 1000

static void try_again (VcJob *job);

/* The last moment before the token goes out: whatever resolver or proxy chose
 * the way, in clear text it leads to this machine only. */
static void
on_connected (SoupMessage *message, gpointer data)
{
  VcJob *job = data;
  g_autoptr (GError) error = NULL;

  vc_job_set_phase (job, VC_PHASE_GENERATE);
  if (!vc_request_wants_loopback (job->request)
      || vc_request_is_loopback (soup_message_get_remote_address (message)))
    return;
  error = g_error_new_literal (VC_ERROR, VC_ERROR_SETTING,
      "The token would leave this machine readable for everyone, through a "
      "proxy or to where the host's name leads: nothing was sent. Use an "
      "https:// api-url.");
  vc_job_finish (job, error);
}

static void
on_sent (gpointer data)
{
  VcJob *job = data;

  g_mutex_lock (&job->lock);
  job->report.requests++;
  g_mutex_unlock (&job->lock);
}

static void read_reply (VcJob *job);

static gboolean
is_good (guint status)
{
  return status == SOUP_STATUS_OK || status == SOUP_STATUS_CREATED;
}

/* The reply is the GIF itself: from here on this exchange is the download. */
static void
begin_gif (VcJob *job, SoupMessage *message)
{
  job->reply_is_gif = TRUE;
  vc_job_set_phase (job, VC_PHASE_DOWNLOAD);
  vc_job_limit_download (job);
  vc_job_emit (job, VC_JOB_GENERATED, NULL);
  vc_job_note_gif_headers (job, message);
}

static void
on_head (SoupMessage *message, gpointer data)
{
  VcJob *job = data;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint status = soup_message_get_status (message);
  g_autoptr (GError) error = NULL;

  vc_job_set_phase (job, VC_PHASE_REPLY);
  vc_job_note_head (job, message);

  if (status >= 300 && status < 400 && !job->is_from_proxy) {
    const char *location = soup_message_headers_get_one (headers, "Location");
    g_autofree char *quote =
        location != NULL ? vc_text_quote (location, -1, job->secrets) : NULL;

    error = g_error_new (VC_ERROR, VC_ERROR_REDIRECT,
        "The service answered %u and points to %s: requests are not "
        "redirected.",
        status, quote != NULL ? quote : "nowhere");
    vc_job_finish (job, error);
    return;
  }

  g_clear_pointer (&job->reply, g_free);
  job->reply_size = job->reply_room = 0;
  job->reply_length = vc_job_body_length (message);
  if (is_good (status)
      && g_strcmp0 (
             soup_message_headers_get_content_type (headers, NULL), "image/gif")
          == 0) {
    begin_gif (job, message);
    if (!vc_body_expect (job->body, vc_job_body_length (message), &error))
      vc_job_finish_billed (job, error);
  }
}

static guint8 *
on_space (gsize *ret_size, gpointer data)
{
  VcJob *job = data;

  if (job->reply_is_gif)
    return vc_body_reserve (job->body, ret_size);

  if (job->reply_room - job->reply_size < VC_BODY_ROOM_MIN) {
    gsize room = MAX (job->reply_room * 2, READ_SIZE);
    guint8 *grown = g_try_realloc (job->reply, room);

    if (grown == NULL)
      return NULL;
    job->reply = grown;
    job->reply_room = room;
  }
  *ret_size = job->reply_room - job->reply_size;
  return job->reply + job->reply_size;
}

static gboolean
take (VcJob *job, gsize size, GError **error)
{
  if (job->reply_is_gif)
    return vc_body_commit (job->body, size, error);

  job->reply_size += size;
  if (is_good (job->report.status)
      && vc_body_is_gif (job->reply, job->reply_size)) {
    begin_gif (job, vc_http_get_message (job->http));
    return vc_body_append (job->body, job->reply, job->reply_size, error);
  }
  if (job->reply_size <= VC_REPLY_MAX
      || (job->reply_size <= VC_REPLY_GIF_MAX
          && vc_images_may_hold_gif (job->reply, job->reply_size)))
    return TRUE;
  g_set_error (error, VC_ERROR, VC_ERROR_REPLY,
      "The service's reply is longer than the %d bytes that one can have.",
      VC_REPLY_MAX);
  return FALSE;
}

static gboolean
on_body (gsize size, gpointer data)
{
  VcJob *job = data;
  g_autoptr (GError) error = NULL;

  if (take (job, size, &error)) {
    if (is_good (job->report.status) || job->reply_size < ERROR_BODY_MAX)
      return TRUE;
    /* More of an error than anybody reads. */
    vc_job_drop_http (job);
    read_reply (job);
    return FALSE;
  }
  vc_job_finish_billed (job, error);
  return FALSE;
}

/* For people: without secrets. */
static void
note_images (VcJob *job, const GPtrArray *images)
{
  GPtrArray *addresses = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < images->len; i++)
    g_ptr_array_add (
        addresses, vc_redact (g_ptr_array_index (images, i), job->secrets));
  g_mutex_lock (&job->lock);
  job->report.images = addresses;
  g_mutex_unlock (&job->lock);
}

/* Whether what was answered was surely not processed, and may go better. A 503
 * without a time comes from gateways that had passed the request on, too. */
static gboolean
may_repeat (VcJob *job, const VcReply *reply)
{
  guint status = job->report.status;

  return reply->rate_limited || status == TOO_MANY_REQUESTS
      || (status == SOUP_STATUS_SERVICE_UNAVAILABLE && job->has_retry_after)
      || (job->is_from_proxy && status >= 500);
}

/* The one fault explains the other. */
static void
explain_end (VcJob *job, gsize size, GError **error)
{
  if (!g_error_matches (*error, VC_ERROR, VC_ERROR_REPLY)
      || size >= job->reply_length)
    return;
  g_clear_error (error);
  g_set_error (error, VC_ERROR, VC_ERROR_INTERRUPTED,
      "The service's reply ended after %" G_GSIZE_FORMAT
      " of %" G_GUINT64_FORMAT " bytes.",
      size, job->reply_length);
}

static void
use_images (VcJob *job, const GPtrArray *images)
{
  g_autoptr (GUri) first =
      g_uri_parse (g_ptr_array_index (images, 0), SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GError) error = NULL;

  note_images (job, images);
  if (first != NULL) {
    if (job->keeper != NULL)
      job->keeper->address (job, g_ptr_array_index (images, 0));
    vc_job_emit (job, VC_JOB_GENERATED, NULL);
    vc_job_download (job, first);
    return;
  }
  error = g_error_new_literal (VC_ERROR, VC_ERROR_REPLY,
      "The service's reply names no address that can be read.");
  vc_job_finish_billed (job, error);
}

static void
end_gif (VcJob *job)
{
  guint64 total, size = vc_body_get_size (job->body, &total);
  g_autoptr (GError) error = NULL;

  if (total > size
      || (total == 0 && size >= VC_GIF_MAGIC_SIZE
          && !vc_job_has_whole_gif (job)))
    error = vc_job_cut_error (size, total);
  if (error != NULL || !vc_body_check_end (job->body, &error))
    vc_job_finish_billed (job, error);
  else
    vc_job_finish (job, NULL);
}

/* The reply had the GIF in it. */
static void
use_gif (VcJob *job, GBytes *gif)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (gif, &size);
  g_autoptr (GError) error = NULL;

  job->reply_is_gif = TRUE;
  vc_job_set_phase (job, VC_PHASE_DOWNLOAD);
  vc_job_emit (job, VC_JOB_GENERATED, NULL);
  if (vc_body_expect (job->body, size, &error)
      && vc_body_append (job->body, data, size, &error))
    end_gif (job);
  else
    vc_job_finish_billed (job, error);
}

static void
read_reply (VcJob *job)
{
  guint status = job->report.status;
  g_autoptr (GBytes) body =
      g_bytes_new_take (g_steal_pointer (&job->reply), job->reply_size);
  g_autoptr (GError) error = NULL;
  g_auto (VcReply) reply = { 0 };
  gboolean repeat, by_proxy;

  if (vc_wire_read_reply (
          body, status, job->base, job->secrets, &reply, &error)) {
    vc_job_note_server_message (job, reply.server_message);
    if (reply.gif != NULL)
      use_gif (job, reply.gif);
    else
      use_images (job, reply.images);
    return;
  }
  explain_end (job, g_bytes_get_size (body), &error);
  vc_job_note_server_message (job, reply.server_message);
  vc_job_note_wait (job, reply.retry_after_s);
  repeat = may_repeat (job, &reply);
  by_proxy = vc_job_is_refused_by_proxy (job, reply.is_page);
  if (by_proxy) {
    g_clear_error (&error);
    error = vc_job_proxy_error (job, job->base, reply.server_message);
  }

  if (repeat && vc_job_retry (job, FALSE, try_again))
    return;
  if (!repeat && !by_proxy && !reply.unreached
      && (status >= 500 || error->code == VC_ERROR_REPLY
          || error->code == VC_ERROR_INTERRUPTED
          || error->code == VC_ERROR_EXHAUSTED))
    vc_job_finish_billed (job, error);
  else
    vc_job_finish (job, error);
}

/* Whether what has come is all that is needed, however the connection ends: the
 * image is paid. */
static gboolean
is_whole (VcJob *job)
{
  g_autoptr (GBytes) body = NULL;
  g_auto (VcReply) reply = { 0 };

  if (job->reply_is_gif)
    return vc_job_has_whole_gif (job);
  body = g_bytes_new_static (job->reply, job->reply_size);
  return job->reply_size > 0 && is_good (job->report.status)
      && vc_wire_read_reply (
          body, job->report.status, job->base, job->secrets, &reply, NULL);
}

static void
end_reply (VcJob *job)
{
  vc_job_drop_http (job);
  if (job->reply_is_gif)
    end_gif (job);
  else
    read_reply (job);
}

static gboolean
on_quiet (gpointer data)
{
  if (is_whole (data))
    end_reply (data);
  return G_SOURCE_REMOVE;
}

static void
on_pause (gpointer data)
{
  vc_job_wake_readers (data);
  vc_job_wait (data, QUIET_MS, on_quiet);
}

/* Whether the head that came is that of a refusal: it is one, however much there
 * is of its text. */
static gboolean
is_refused (VcJob *job)
{
  return job->report.status != 0 && !is_good (job->report.status);
}

static void
on_done (const GError *error, gboolean again, gpointer data)
{
  VcJob *job = data;
  gboolean sent = vc_http_was_sent (job->http);

  vc_job_end_wait (job);
  if (error == NULL || is_refused (job) || is_whole (job)) {
    end_reply (job);
    return;
  }
  vc_job_drop_http (job);
  if (again && vc_job_retry (job, FALSE, try_again))
    return;
  if (sent)
    vc_job_finish_billed (job, error);
  else
    vc_job_finish (job, error);
}

static const VcHttpCallbacks post_callbacks = {
  .connected = on_connected,
  .sent = on_sent,
  .head = on_head,
  .space = on_space,
  .body = on_body,
  .pause = on_pause,
  .done = on_done,
};

/* Where the prompt goes. An api-url that ends with the endpoint has it already.
 */
static GUri *
find_endpoint (const VcRequest *request)
{
  const char *endpoint =
      request->endpoint != NULL ? request->endpoint : DEFAULT_ENDPOINT;
  g_autofree char *api_url = g_strdup (request->api_url);
  g_autofree char *tail = g_strconcat ("/", endpoint, NULL);
  g_autofree char *address = NULL;
  gsize length = strlen (api_url);

  while (length > 0 && api_url[length - 1] == '/')
    api_url[--length] = '\0';
  if (g_str_has_suffix (api_url, tail))
    address = g_steal_pointer (&api_url);
  else
    address = g_strconcat (api_url, tail, NULL);
  return g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
}

/* The proxy wants its password: libsoup sends again, but has read the body. */
static void
on_restarted (SoupMessage *message, GBytes *body)
{
  soup_message_set_request_body_from_bytes (message, "application/json", body);
}

static void
unref_body (gpointer body, GClosure *closure)
{
  g_bytes_unref (body);
}

static SoupMessage *
request_message (VcJob *job)
{
  const VcRequest *request = job->request;
  g_autoptr (GBytes) body = vc_wire_request (request);
  SoupMessage *message =
      vc_transport_message_new (request, SOUP_METHOD_POST, job->base);

  /* A kept connection that the server closes at this moment cannot be told from
   * a request that was processed. */
  soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION);
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  g_signal_connect_data (message, "restarted", G_CALLBACK (on_restarted),
      g_bytes_ref (body), unref_body, 0);
  return message;
}

static void
send_post (VcJob *job)
{
  const VcHttpLimits limits = {
    .connect_s = job->request->connect_timeout,
    .reply_s = job->request->generation_timeout,
  };
  g_autoptr (SoupMessage) message = request_message (job);

  vc_job_set_phase (job, VC_PHASE_CONNECT);
  vc_job_send (job, message, &limits, &post_callbacks);
}

static void
try_again (VcJob *job)
{
  vc_job_note_try (job, FALSE);
  send_post (job);
}

void
vc_job_find_base (VcJob *job)
{
  if (job->base == NULL)
    job->base = find_endpoint (job->request);
}

void
vc_job_generate (VcJob *job)
{
  vc_job_find_base (job);
  job->tries_left = job->request->retries;
  vc_job_note_try (job, TRUE);
  send_post (job);
}
