/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcjob-private.h"
#include "vctransport.h"
#include "vcwire.h"

#include <string.h>

/* The second half of a job: the GIF is fetched. Costs nothing, so it is
 * repeated freely; what is held is kept and the rest asked for (RFC 9110 §14.2
 * Range with §13.1.5 If-Range). A server that sends everything again is read
 * from the start, and what is held is compared instead of stored. */

#define TOO_MANY_REQUESTS 429 /* RFC 6585 §4; libsoup has no name for it */
#define REDIRECTS_MAX 5
#define SCRATCH_SIZE (64 * 1024)
#define ERROR_BODY_MAX (64 * 1024)
/* Tries count anew after this much progress: a long download may break more
 * often than a short one. */
#define PROGRESS_BYTES (64 * 1024)

static void send_get (VcJob *job);
static void try_again (VcJob *job);

static guint64
held (VcJob *job)
{
  return vc_body_get_size (job->body, NULL);
}

static void
give_up (VcJob *job, VcErrorCode code, const char *sentence)
{
  g_autoptr (GError) error = g_error_new_literal (VC_ERROR, code, sentence);

  vc_job_finish_billed (job, error);
}

/* Tries once more, or ends the job with @error. */
static void
retry_or_fail (VcJob *job, const GError *error)
{
  if (held (job) >= job->download.held_at_start + PROGRESS_BYTES
      && !job->download.restarted)
    job->tries_left = job->request->retries;
  if (!vc_job_retry (job, job->retry_after_s, try_again))
    vc_job_finish_billed (job, error);
}

/* --- The head --- */

static gboolean
is_encoded (SoupMessageHeaders *headers)
{
  return soup_message_headers_get_one (headers, "Content-Encoding") != NULL;
}

/* 416 to a range that begins where the body ends says so: "bytes * / N". */
static gboolean
is_whole_already (VcJob *job, SoupMessage *message)
{
  const char *range = soup_message_headers_get_one (
      soup_message_get_response_headers (message), "Content-Range");
  guint64 total;

  return range != NULL && g_str_has_prefix (range, "bytes */")
      && g_ascii_string_to_unsigned (
          range + strlen ("bytes */"), 10, 0, G_MAXUINT64, &total, NULL)
      && total == held (job);
}

/* Drops what is held for another GIF at the same address. FALSE where it is too
 * late: the job has ended. */
static gboolean
start_over (VcJob *job)
{
  if (vc_body_restart (job->body)) {
    job->download.restarted = TRUE;
    job->download.ended_at = 0;
    return TRUE;
  }
  give_up (job, VC_ERROR_CHANGED,
      "The GIF at the service changed while it was being downloaded, and its "
      "beginning had been passed on already.");
  return FALSE;
}

/* 200: the body from its first byte on. */
static void
begin_whole (VcJob *job, SoupMessage *message)
{
  VcDownload *download = &job->download;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint64 length = vc_job_body_length (message);
  g_autoptr (GError) error = NULL;

  if (held (job) > 0 && vc_validator_differs (&download->validator, headers)
      && !start_over (job))
    return;
  vc_validator_set (&download->validator, headers);
  /* Ranges count the bytes as they are sent; what is held was decoded. */
  download->whole = download->whole || is_encoded (headers);
  download->skip = held (job);
  if (!vc_body_expect (job->body, length, &error))
    vc_job_finish_billed (job, error);
}

/* 206: the rest of what is held. */
static void
begin_rest (VcJob *job, SoupMessage *message)
{
  VcDownload *download = &job->download;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  goffset start, end, length = -1;
  gboolean fits =
      soup_message_headers_get_content_range (headers, &start, &end, &length)
      && start >= 0 && (guint64) start == held (job) && !is_encoded (headers);
  guint64 total;
  g_autoptr (GError) error = NULL;

  vc_body_get_size (job->body, &total);
  if (vc_validator_differs (&download->validator, headers)
      || (length > 0 && total > 0 && (guint64) length != total)) {
    if (start_over (job))
      try_again (job);
    return;
  }
  if (!fits) {
    /* Not what was asked for: ask for all of it. */
    error = g_error_new (VC_ERROR, VC_ERROR_REPLY,
        "The server answered 206 without the range that was asked for.");
    download->whole = TRUE;
    retry_or_fail (job, error);
    return;
  }
  if (length > 0 && !vc_body_expect (job->body, length, &error))
    vc_job_finish_billed (job, error);
}

/* All bytes are there. */
static void
end_whole (VcJob *job)
{
  g_autoptr (GError) error = NULL;

  if (vc_body_check_end (job->body, &error))
    vc_job_finish (job, NULL);
  else
    vc_job_finish_billed (job, error);
}

static void
follow_redirect (VcJob *job, SoupMessage *message)
{
  VcDownload *download = &job->download;
  const char *location = soup_message_headers_get_one (
      soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) target = location != NULL
      ? g_uri_parse_relative (
          download->uri, location, SOUP_HTTP_URI_FLAGS, NULL)
      : NULL;

  if (target == NULL) {
    give_up (job, VC_ERROR_REDIRECT,
        "The GIF's address redirects, but not to an address.");
    return;
  }
  if (++download->redirects > REDIRECTS_MAX) {
    give_up (job, VC_ERROR_REDIRECT,
        "The GIF's address redirects more than 5 times.");
    return;
  }
  vc_job_drop_http (job);
  g_uri_unref (download->uri);
  download->uri = g_steal_pointer (&target);
  send_get (job);
}

static gboolean
is_redirect (guint status)
{
  return status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND
      || status == SOUP_STATUS_SEE_OTHER
      || status == SOUP_STATUS_TEMPORARY_REDIRECT
      || status == SOUP_STATUS_PERMANENT_REDIRECT;
}

static void
on_head (SoupMessage *message, gpointer data)
{
  VcJob *job = data;
  VcDownload *download = &job->download;
  VcHttp *http = job->http;
  guint status = soup_message_get_status (message);

  vc_job_note_head (job, message);
  if (is_redirect (status)) {
    follow_redirect (job, message);
    return;
  }

  if (status == SOUP_STATUS_OK) {
    begin_whole (job, message);
  } else if (status == SOUP_STATUS_PARTIAL_CONTENT) {
    begin_rest (job, message);
  } else if (status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE
      && held (job) > 0 && !download->whole) {
    if (is_whole_already (job, message)) {
      end_whole (job);
      return;
    }
    download->whole = TRUE;
    try_again (job);
    return;
  } else {
    download->error_body = g_byte_array_new ();
    return;
  }
  /* Only while this exchange goes on; each of the above may have ended it. */
  if (job->http == http)
    vc_job_note_gif_headers (job, message);
}

/* --- The body --- */

static guint8 *
on_space (gsize *ret_size, gpointer data)
{
  VcJob *job = data;
  VcDownload *download = &job->download;

  if (download->error_body == NULL && download->skip == 0)
    return vc_body_reserve (job->body, ret_size);

  if (download->scratch == NULL)
    download->scratch = g_malloc (SCRATCH_SIZE);
  *ret_size = SCRATCH_SIZE;
  if (download->error_body == NULL)
    *ret_size = MIN (download->skip, SCRATCH_SIZE);
  return download->scratch;
}

static gboolean
on_body (gsize size, gpointer data)
{
  VcJob *job = data;
  VcDownload *download = &job->download;
  g_autoptr (GError) error = NULL;

  if (download->error_body != NULL) {
    if (download->error_body->len < ERROR_BODY_MAX)
      g_byte_array_append (download->error_body, download->scratch, size);
    return TRUE;
  }
  if (download->skip > 0) {
    if (vc_body_equals (
            job->body, held (job) - download->skip, download->scratch, size)) {
      download->skip -= size;
      return TRUE;
    }
    if (start_over (job))
      try_again (job);
    return FALSE;
  }
  if (vc_body_commit (job->body, size, &error))
    return TRUE;
  vc_job_finish_billed (job, error);
  return FALSE;
}

/* --- The end --- */

/* An answer that is no GIF is whole. */
static void
end_error_body (VcJob *job)
{
  guint status = job->report.status;
  g_autoptr (GBytes) body =
      g_byte_array_free_to_bytes (g_steal_pointer (&job->download.error_body));
  g_autoptr (GError) error = NULL;
  VcReply reply;

  if (vc_wire_read_reply (
          body, status, job->download.uri, job->secrets, &reply, &error)
      || status < 300) {
    g_clear_error (&error);
    error = g_error_new (VC_ERROR,
        status < 300 ? VC_ERROR_REPLY : vc_error_code_from_status (status),
        "The server answered %u instead of the GIF.", status);
  }
  vc_job_note_server_message (job, reply.server_message);
  job->retry_after_s = MAX (job->retry_after_s, reply.retry_after_s);
  vc_reply_clear (&reply);

  if (status == SOUP_STATUS_REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS
      || status >= 500)
    retry_or_fail (job, error);
  else
    vc_job_finish_billed (job, error);
}

/* Whether a body of unknown length is at its end, as far as can be told:
 * libsoup takes a chunked one that breaks off between two chunks for whole.
 * Another try that ends at the same place settles it. */
static gboolean
is_believable_end (VcJob *job, guint64 size)
{
  gboolean again = job->download.ended_at == size;

  job->download.ended_at = size;
  return again || size < VC_GIF_MAGIC_SIZE || vc_body_ends_like_gif (job->body);
}

static void
end_gif (VcJob *job)
{
  guint64 total, size = vc_body_get_size (job->body, &total);
  g_autoptr (GError) error = NULL;

  if (total > size || job->download.skip > 0)
    error = vc_job_cut_error (size - job->download.skip, MAX (total, size));
  else if (total == 0 && !is_believable_end (job, size))
    error = vc_job_cut_error (size, 0);

  if (error != NULL)
    retry_or_fail (job, error);
  else
    end_whole (job);
}

static gboolean
may_pass (const GError *error)
{
  return error->code == VC_ERROR_CONNECT || error->code == VC_ERROR_INTERRUPTED
      || error->code == VC_ERROR_TIMEOUT;
}

static void
on_done (const GError *error, gboolean again, gpointer data)
{
  VcJob *job = data;

  vc_job_drop_http (job);
  vc_body_wake (job->body);
  if (error == NULL && job->download.error_body != NULL)
    end_error_body (job);
  else if (error == NULL)
    end_gif (job);
  else if (again || may_pass (error))
    retry_or_fail (job, error);
  else
    vc_job_finish_billed (job, error);
}

static const VcHttpCallbacks get_callbacks = {
  .head = on_head,
  .space = on_space,
  .body = on_body,
  .pause = vc_job_wake_readers,
  .done = on_done,
};

/* --- The request --- */

/* Where the bytes may come from: no other scheme, and nothing in clear text
 * where all before was not. */
static gboolean
check_address (VcJob *job)
{
  VcDownload *download = &job->download;
  const char *scheme = g_uri_get_scheme (download->uri);
  const char *host = g_uri_get_host (download->uri);
  gboolean https = g_str_equal (scheme, "https");
  gboolean secure = g_str_equal (g_uri_get_scheme (job->base), "https");
  g_autofree char *sentence = NULL;

  if ((!https && !g_str_equal (scheme, "http")) || host == NULL
      || host[0] == '\0') {
    sentence = g_strdup_printf (
        "The GIF's address begins with %s: and is not fetched: only https and "
        "http are.",
        scheme);
  } else if (!https && secure && job->request->ssl_strict) {
    sentence = g_strdup_printf (
        "The GIF's address leads from https to http, at %s, and is not "
        "fetched (ssl-strict).",
        host);
  }
  if (sentence == NULL)
    return TRUE;
  give_up (job, VC_ERROR_REDIRECT, sentence);
  return FALSE;
}

static void
send_get (VcJob *job)
{
  VcDownload *download = &job->download;
  const VcHttpLimits limits = {
    .connect_s = job->request->connect_timeout,
    .idle_s = job->request->idle_timeout,
  };
  g_autoptr (SoupMessage) message = NULL;
  SoupMessageHeaders *headers;

  if (!check_address (job))
    return;

  message =
      vc_transport_message_new (job->request, SOUP_METHOD_GET, download->uri);
  headers = soup_message_get_request_headers (message);
  /* Ranges count the bytes as they are sent: they must be the GIF's. */
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (held (job) > 0 && !download->whole)
    vc_validator_ask_range (&download->validator, headers, held (job));
  vc_job_send (job, message, &limits, &get_callbacks);
}

/* Begins a try at the address that the service gave. */
static void
send_first (VcJob *job)
{
  VcDownload *download = &job->download;

  vc_job_drop_http (job);
  g_clear_pointer (&download->error_body, g_byte_array_unref);
  g_clear_pointer (&download->uri, g_uri_unref);
  download->uri = g_uri_ref (download->address);
  download->redirects = 0;
  download->skip = 0;
  download->held_at_start = held (job);
  job->retry_after_s = 0;
  send_get (job);
}

static void
try_again (VcJob *job)
{
  vc_job_note_try (job, FALSE);
  send_first (job);
}

void
vc_job_download (VcJob *job, GUri *address)
{
  job->download.address = g_uri_ref (address);
  job->tries_left = job->request->retries;
  vc_job_set_phase (job, VC_PHASE_DOWNLOAD);
  vc_job_note_try (job, TRUE);
  send_first (job);
}
