/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcaddress.h"
#include "vcjob-private.h"
#include "vctransport.h"
#include "vcwire.h"

#include <string.h>

/* The second half of a job: the GIF is fetched. Costs nothing, so it is
 * repeated freely; what is held is kept and the rest asked for (RFC 9110 §14.2
 * Range with §13.1.5 If-Range). A server that sends everything again is read
 * from the start, and what is held is compared instead of stored. */

#define TOO_EARLY 425         /* RFC 8470 §5.2; libsoup has no name for it */
#define TOO_MANY_REQUESTS 429 /* RFC 6585 §4 */
#define REDIRECTS_MAX 5
#define SCRATCH_SIZE (64 * 1024)
#define ERROR_BODY_MAX (64 * 1024)
/* Tries count anew after this much progress: a long download may break more
 * often than a short one. */
#define PROGRESS_BYTES (64 * 1024)

static void send_get (VcJob *job);
static void try_again (VcJob *job);
static void end_error_body (VcJob *job);

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

/* https does not work where the address says http. */
static void
leave_https (VcJob *job, const GError *error)
{
  g_autoptr (GError) whole = NULL;

  if (job->request->insecure_download) {
    job->download.in_clear_text = TRUE;
    try_again (job);
    return;
  }
  whole = g_error_new (VC_ERROR, error->code,
      "Its address is http, which others can read and change, and https at the "
      "same place does not work: %s insecure-download=true fetches it all the "
      "same.",
      error->message);
  vc_job_finish_billed (job, whole);
}

/* Tries once more where that may help, or ends the job with @error. */
static void
retry_or_fail (VcJob *job, const GError *error, gboolean patient)
{
  if (job->download.is_upgraded && held (job) == 0) {
    leave_https (job, error);
    return;
  }
  if (held (job) >= job->download.held_at_start + PROGRESS_BYTES
      && !job->download.restarted)
    job->tries_left = job->request->retries;
  if (!vc_job_retry (job, patient, try_again))
    vc_job_finish_billed (job, error);
}

static void
fail_try (VcJob *job, const GError *error)
{
  if (job->download.is_upgraded && held (job) == 0)
    leave_https (job, error);
  else
    vc_job_finish_billed (job, error);
}

/* --- The head --- */

static gboolean
is_encoded (SoupMessageHeaders *headers)
{
  return soup_message_headers_get_one (headers, "Content-Encoding") != NULL;
}

/* 416 to a range that begins where the body ends says so: "bytes * / N". Where
 * more was announced before, one of both is wrong: the GIF's own end tells. */
static gboolean
is_whole_already (VcJob *job, SoupMessage *message)
{
  const char *range = soup_message_headers_get_one (
      soup_message_get_response_headers (message), "Content-Range");
  guint64 total, announced, size = vc_body_get_size (job->body, &announced);

  return range != NULL && g_str_has_prefix (range, "bytes */")
      && g_ascii_string_to_unsigned (
          range + strlen ("bytes */"), 10, 0, G_MAXUINT64, &total, NULL)
      && total == size && (announced == 0 || vc_body_has_gif_end (job->body));
}

/* Drops what is held for another GIF at the same address. FALSE where it is too
 * late: the job has ended. */
static gboolean
start_over (VcJob *job)
{
  if (vc_body_restart (job->body)) {
    job->download.restarted = TRUE;
    return TRUE;
  }
  give_up (job, VC_ERROR_CHANGED,
      "The GIF at the service changed while it was being downloaded, and its "
      "beginning had been passed on already.");
  return FALSE;
}

/* Whether @length, which another try announced, is that of another file. A GIF
 * that has its end is whole, whatever was announced before. */
static gboolean
is_other_length (VcJob *job, guint64 length)
{
  guint64 announced;

  vc_body_get_size (job->body, &announced);
  return length > 0 && announced > 0 && length != announced
      && !vc_body_has_gif_end (job->body);
}

/* 200: the body from its first byte on. */
static void
begin_whole (VcJob *job, SoupMessage *message)
{
  VcDownload *download = &job->download;
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint64 length = vc_job_body_length (message);
  g_autoptr (GError) error = NULL;

  if (held (job) > 0
      && (vc_validator_differs (&download->validator, headers)
          || is_other_length (job, length))
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
    retry_or_fail (job, error, FALSE);
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
  g_autoptr (GUri) target = vc_address_follow (download->uri,
      soup_message_headers_get_one (
          soup_message_get_response_headers (message), "Location"));

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
  if (is_redirect (status) && !job->is_from_proxy) {
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
    download->scratch = g_try_malloc (SCRATCH_SIZE);
  *ret_size = SCRATCH_SIZE;
  return download->scratch;
}

/* Of @size bytes in the scratch: how many of them are those that are held, which
 * are skipped. 0 where they are others: another GIF is there. */
static gsize
skip_held (VcJob *job, gsize size)
{
  VcDownload *download = &job->download;
  gsize n = MIN (download->skip, size);

  if (!vc_body_equals (
          job->body, held (job) - download->skip, download->scratch, n))
    return 0;
  download->skip -= n;
  return n;
}

static gboolean
on_body (gsize size, gpointer data)
{
  VcJob *job = data;
  VcDownload *download = &job->download;
  gsize skipped = 0;
  gboolean good;
  g_autoptr (GError) error = NULL;

  if (download->error_body != NULL) {
    g_byte_array_append (download->error_body, download->scratch, size);
    if (download->error_body->len < ERROR_BODY_MAX)
      return TRUE;
    /* More of an error than anybody reads. */
    vc_job_drop_http (job);
    end_error_body (job);
    return FALSE;
  }
  if (download->skip > 0) {
    skipped = skip_held (job, size);
    if (skipped == 0) {
      if (start_over (job))
        try_again (job);
      return FALSE;
    }
    good = vc_body_append (
        job->body, download->scratch + skipped, size - skipped, &error);
  } else {
    good = vc_body_commit (job->body, size, &error);
  }
  if (good)
    return TRUE;
  vc_job_finish_billed (job, error);
  return FALSE;
}

/* --- The end --- */

/* Whether an address that is new may answer otherwise in a moment: stores show
 * a file a little later everywhere. */
static gboolean
may_come (guint status)
{
  return status == SOUP_STATUS_ACCEPTED || status == SOUP_STATUS_FORBIDDEN
      || status == SOUP_STATUS_NOT_FOUND || status == TOO_EARLY;
}

/* An answer that is no GIF is there, as far as it is read. */
static void
end_error_body (VcJob *job)
{
  guint status = job->report.status;
  g_autoptr (GBytes) body =
      g_byte_array_free_to_bytes (g_steal_pointer (&job->download.error_body));
  g_autoptr (GError) error = NULL;
  g_auto (VcReply) reply = { 0 };

  if (vc_wire_read_reply (
          body, status, job->download.uri, job->secrets, &reply, &error)
      || status < 300) {
    g_clear_error (&error);
    error = g_error_new (VC_ERROR,
        status < 300 ? VC_ERROR_REPLY : vc_error_code_from_status (status),
        "The server answered %u instead of the GIF.", status);
  }
  vc_job_note_server_message (job, reply.server_message);
  vc_job_note_wait (job, reply.retry_after_s);
  if (vc_job_is_refused_by_proxy (job, reply.is_page)) {
    g_clear_error (&error);
    error = vc_job_proxy_error (job, job->download.uri, reply.server_message);
  }

  if (may_come (status) && !job->is_from_proxy)
    retry_or_fail (job, error, TRUE);
  else if (status == SOUP_STATUS_REQUEST_TIMEOUT || status == TOO_MANY_REQUESTS
      || status >= 500)
    retry_or_fail (job, error, FALSE);
  else
    fail_try (job, error);
}

static void
end_gif (VcJob *job)
{
  guint64 total, size = vc_body_get_size (job->body, &total);
  g_autoptr (GError) error = NULL;

  if (total > size || job->download.skip > 0)
    error = vc_job_cut_error (size - job->download.skip, MAX (total, size));
  /* libsoup takes a chunked body that breaks off between two chunks for whole,
   * and nothing marks the end of one that ends with the connection. */
  else if (total == 0 && size >= VC_GIF_MAGIC_SIZE
      && !vc_job_has_whole_gif (job))
    error = vc_job_cut_error (size, 0);
  else if (total == 0)
    vc_body_check_end (job->body, &error);

  if (error != NULL)
    retry_or_fail (job, error, FALSE);
  else
    end_whole (job);
}

/* Whether the GIF is there, however the connection ended. */
static gboolean
has_all (VcJob *job)
{
  return job->download.skip == 0 && vc_job_has_whole_gif (job);
}

/* A head that is cut off reads as a broken one. */
static gboolean
may_pass (const GError *error)
{
  return error->code == VC_ERROR_CONNECT || error->code == VC_ERROR_INTERRUPTED
      || error->code == VC_ERROR_TIMEOUT || error->code == VC_ERROR_REPLY;
}

static void
on_done (const GError *error, gboolean again, gpointer data)
{
  VcJob *job = data;

  vc_job_drop_http (job);
  vc_body_wake (job->body);
  /* A refusal is one, however much there is of its text. */
  if (job->download.error_body != NULL)
    end_error_body (job);
  else if (error == NULL || has_all (job))
    end_gif (job);
  else if (again || may_pass (error))
    retry_or_fail (job, error, FALSE);
  else
    fail_try (job, error);
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
 * where anything before was not. An address that the service gives with http may
 * work with https; one that a server leads to on purpose is not tried. */
static gboolean
check_address (VcJob *job)
{
  VcDownload *download = &job->download;
  gboolean is_step_down = vc_address_is_http (download->uri)
      && job->request->ssl_strict && !download->in_clear_text
      && (download->was_secure || vc_address_is_https (job->base));
  g_autofree char *sentence = NULL;

  if (!vc_address_is_http (download->uri)
      && !vc_address_is_https (download->uri)) {
    sentence = g_strdup_printf (
        "The GIF's address begins with %s: and is not fetched: only https and "
        "http are.",
        g_uri_get_scheme (download->uri));
  } else if (!vc_address_has_host (download->uri)) {
    sentence = g_strdup ("The GIF's address names no host that can be asked.");
  } else if (is_step_down && download->redirects == 0) {
    GUri *http = download->uri;

    download->uri = vc_address_with_https (http);
    download->is_upgraded = TRUE;
    g_uri_unref (http);
  } else if (is_step_down && !job->request->insecure_download) {
    sentence = g_strdup (
        "The GIF's address leads from https to http and is not fetched "
        "(ssl-strict).");
  }
  download->was_secure =
      download->was_secure || vc_address_is_https (download->uri);
  if (sentence == NULL)
    return TRUE;
  give_up (job, VC_ERROR_REDIRECT, sentence);
  return FALSE;
}

static void
send_get (VcJob *job)
{
  VcDownload *download = &job->download;
  const VcHttpLimits limits = vc_job_download_limits (job);
  g_autoptr (SoupMessage) message = NULL;
  SoupMessageHeaders *headers;

  if (!check_address (job))
    return;

  vc_job_note_location (job, download->uri);
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
  download->was_secure = download->is_upgraded = FALSE;
  download->held_at_start = held (job);
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
