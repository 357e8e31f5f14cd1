/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcjob-private.h"
#include "vcredact.h"
#include "vctext.h"

#include <string.h>

#define TICK_MS 1000

/* The wait before the first repeat is at most this long; it doubles with each
 * further one. */
#define BACKOFF_FIRST_US (G_USEC_PER_SEC / 2)
#define BACKOFF_DOUBLINGS_MAX 10

/* --- Life --- */

/* RFC 7617 §2: a gateway may say the password that is in its base64. */
static char *
dup_basic_password (const char *authorization)
{
  g_autofree char *bytes = NULL;
  char *colon, *password = NULL;
  gsize size;

  if (g_ascii_strncasecmp (authorization, "Basic ", 6) != 0)
    return NULL;
  bytes = (char *) g_base64_decode (authorization + 6, &size);
  colon = memchr (bytes, ':', size);
  if (colon != NULL)
    password = g_strndup (colon + 1, bytes + size - (colon + 1));
  vc_secret_clear (bytes, size);
  return password;
}

VcJob *
vc_job_new (VcRequest *request, GMainContext *context, VcJobNotify notify,
    gpointer notify_data, GDestroyNotify notify_destroy)
{
  VcJob *job = g_new0 (VcJob, 1);
  guint n = 0;

  g_atomic_ref_count_init (&job->refs);
  job->request = request;
  if (request->token != NULL)
    job->secrets[n++] = request->token;
  if (request->proxy_pw != NULL)
    job->secrets[n++] = request->proxy_pw;
  if (request->authorization != NULL) {
    job->secrets[n++] =
        request->authorization + strcspn (request->authorization, " ") + 1;
    job->password = dup_basic_password (request->authorization);
    job->secrets[n++] = job->password;
  }
  job->context = g_main_context_ref (context);
  job->body = vc_body_new (request->max_size);
  job->notify = notify;
  job->notify_data = notify_data;
  job->notify_destroy = notify_destroy;
  job->tries_left = request->retries;
  job->started_us = g_get_monotonic_time ();
  g_mutex_init (&job->lock);
  return job;
}

VcJob *
vc_job_ref (VcJob *job)
{
  g_atomic_ref_count_inc (&job->refs);
  return job;
}

static void
download_clear (VcDownload *download)
{
  g_clear_pointer (&download->address, g_uri_unref);
  g_clear_pointer (&download->uri, g_uri_unref);
  vc_validator_clear (&download->validator);
  g_clear_pointer (&download->scratch, g_free);
  g_clear_pointer (&download->error_body, g_byte_array_unref);
  memset (download, 0, sizeof (*download));
}

void
vc_job_unref (VcJob *job)
{
  if (!g_atomic_ref_count_dec (&job->refs))
    return;

  /* Whatever runs holds a reference, so nothing runs here. */
  if (job->notify_destroy != NULL)
    job->notify_destroy (job->notify_data);
  download_clear (&job->download);
  g_clear_pointer (&job->cache, vc_cache_unref);
  vc_report_clear (&job->report);
  vc_body_free (job->body);
  vc_request_free (job->request);
  vc_secret_free (job->password);
  g_clear_pointer (&job->base, g_uri_unref);
  g_clear_pointer (&job->reply, g_free);
  g_main_context_unref (job->context);
  g_mutex_clear (&job->lock);
  g_free (job);
}

VcBody *
vc_job_get_body (VcJob *job)
{
  return job->body;
}

/* --- What the halves share --- */

guint64
vc_job_body_length (SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  /* Of an encoded body, the length says how much is sent, not how much comes
   * out. */
  if (soup_message_headers_get_encoding (headers)
          != SOUP_ENCODING_CONTENT_LENGTH
      || soup_message_headers_get_one (headers, "Content-Encoding") != NULL)
    return 0;
  return soup_message_headers_get_content_length (headers);
}

GError *
vc_job_cut_error (guint64 size, guint64 total)
{
  if (total == 0)
    return g_error_new (VC_ERROR, VC_ERROR_INTERRUPTED,
        "The GIF ended after %" G_GUINT64_FORMAT " bytes without a GIF's end.",
        size);
  return g_error_new (VC_ERROR, VC_ERROR_INTERRUPTED,
      "The GIF ended after %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
      " bytes.",
      size, total);
}

gboolean
vc_job_has_whole_gif (VcJob *job)
{
  guint64 total, size = vc_body_get_size (job->body, &total);

  return total == 0 && size > 0 && vc_body_has_gif_end (job->body);
}

void
vc_job_wake_readers (gpointer job)
{
  vc_body_wake (((VcJob *) job)->body);
}

/* --- Events and the end --- */

void
vc_job_emit (VcJob *job, VcJobEvent event, const GError *error)
{
  if (job->notify != NULL && !g_atomic_int_get (&job->cancelled))
    job->notify (job, event, error, job->notify_data);
}

void
vc_job_send (VcJob *job, SoupMessage *message, const VcHttpLimits *limits,
    const VcHttpCallbacks *callbacks)
{
  job->http = vc_http_send (
      job->session, message, !job->request->ssl_strict, limits, callbacks, job);
}

void
vc_job_drop_http (VcJob *job)
{
  g_clear_pointer (&job->http, vc_http_abandon);
}

gboolean
vc_job_is_running (VcJob *job)
{
  return job->ticker != NULL && !g_atomic_int_get (&job->cancelled);
}

void
vc_job_end_transfer (VcJob *job)
{
  vc_job_drop_http (job);
  vc_clear_source (&job->download_end);
}

void
vc_job_forget_download (VcJob *job)
{
  vc_job_end_transfer (job);
  download_clear (&job->download);
}

/* Whatever could call back is over; drops the reference that the running job
 * held. */
static void
wind_down (VcJob *job)
{
  vc_job_end_transfer (job);
  vc_clear_source (&job->backoff);
  g_clear_pointer (&job->session, vc_sessions_leave);
  g_clear_pointer (&job->cache, vc_cache_unref);
  if (job->ticker == NULL)
    return;
  vc_clear_source (&job->ticker);
  vc_job_unref (job);
}

static void
finish (VcJob *job, const GError *error)
{
  /* The phase stays where it failed. */
  vc_job_set_phase (job, error != NULL ? job->report.phase : VC_PHASE_DONE);
  g_mutex_lock (&job->lock);
  job->ended_us = g_get_monotonic_time ();
  g_mutex_unlock (&job->lock);

  /* The event first: a reader that sees the end finds everybody told. */
  vc_job_ref (job);
  if (error == NULL) {
    vc_body_wake (job->body);
    vc_job_emit (job, VC_JOB_DONE, NULL);
  } else {
    vc_job_emit (job, VC_JOB_FAILED, error);
  }
  vc_body_finish (job->body, error);
  wind_down (job);
  vc_job_unref (job);
}

/* The last door for text: whoever put a secret or a control character into it,
 * it goes no further. */
static void
fail (VcJob *job, const GError *error, gboolean billed)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *line = NULL;
  g_autofree char *redacted = NULL;
  g_autoptr (GError) whole = NULL;

  if (job->keeper != NULL && job->keeper->failed (job, error))
    return;
  if (job->download.uri != NULL) {
    const char *host = g_uri_get_host (job->download.uri);
    g_autofree char *quote =
        host != NULL ? vc_text_quote (host, -1, NULL) : NULL;

    g_string_append_printf (text, "The download%s%s failed. ",
        quote != NULL ? " from " : "", quote != NULL ? quote : "");
  }
  g_string_append (text, error->message);
  if (job->wait_is_too_long)
    g_string_append_printf (text,
        " The server asks to wait %u seconds, longer than retry-backoff-max "
        "allows.",
        job->retry_after_s);
  if (job->is_from_cache)
    g_string_append (text,
        " An earlier run paid for it; another variation asks for another one.");
  else if (billed)
    g_string_append (text, " The generation may have been billed.");
  if (billed) {
    g_mutex_lock (&job->lock);
    job->report.billed = TRUE;
    g_mutex_unlock (&job->lock);
  }

  line = vc_text_one_line (text->str, -1);
  redacted = vc_redact (line, job->secrets);
  whole = g_error_new_literal (error->domain, error->code, redacted);
  finish (job, whole);
}

void
vc_job_finish (VcJob *job, const GError *error)
{
  if (error != NULL)
    fail (job, error, FALSE);
  else if (job->keeper != NULL)
    job->keeper->whole (job);
  else
    finish (job, NULL);
}

void
vc_job_finish_billed (VcJob *job, const GError *error)
{
  fail (job, error, TRUE);
}

static gboolean
on_cancel (gpointer data)
{
  wind_down (data);
  return G_SOURCE_REMOVE;
}

static void
invoke (VcJob *job, GSourceFunc function)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  /* Not g_main_context_invoke(): it would run here and now while nobody owns
   * the context. */
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (
      source, function, vc_job_ref (job), (GDestroyNotify) vc_job_unref);
  g_source_attach (source, job->context);
}

void
vc_job_cancel (VcJob *job)
{
  g_atomic_int_set (&job->cancelled, TRUE);
  vc_body_cancel (job->body);
  invoke (job, on_cancel);
}

/* --- The work --- */

typedef struct
{
  VcJob *job;
  void (*again) (VcJob *);
} Retry;

static gboolean
on_backoff (gpointer data)
{
  Retry *retry = data;
  VcJob *job = retry->job;
  void (*again) (VcJob *) = retry->again;

  vc_clear_source (&job->backoff);
  if (!g_atomic_int_get (&job->cancelled))
    again (job);
  return G_SOURCE_REMOVE;
}

/* How long to wait before try number @attempt (1 is the first repeat):
 * exponential, a random part of it unless @patient, never more than
 * retry-backoff-max. */
static gint64
backoff_us (const VcRequest *request, guint attempt, gboolean patient)
{
  gint64 longest = request->retry_backoff_max * G_USEC_PER_SEC;
  guint doublings = MIN (attempt - 1, BACKOFF_DOUBLINGS_MAX);
  gint64 ceiling = MIN ((gint64) BACKOFF_FIRST_US << doublings, longest);

  return patient ? ceiling : g_random_double () * ceiling;
}

gboolean
vc_job_retry (VcJob *job, gboolean patient, void (*again) (VcJob *))
{
  gint64 wait_us;
  Retry *retry;

  if (job->tries_left == 0)
    return FALSE;
  job->wait_is_too_long = job->retry_after_s > job->request->retry_backoff_max;
  if (job->wait_is_too_long)
    return FALSE;
  job->tries_left--;
  wait_us = MAX ((gint64) job->retry_after_s * G_USEC_PER_SEC,
      backoff_us (
          job->request, job->request->retries - job->tries_left, patient));
  job->retry_after_s = 0;

  retry = g_new0 (Retry, 1);
  retry->job = job;
  retry->again = again;
  vc_job_drop_http (job);
  vc_job_end_wait (job);
  job->backoff = g_timeout_source_new (wait_us / 1000);
  g_source_set_callback (job->backoff, on_backoff, retry, g_free);
  g_source_attach (job->backoff, job->context);
  return TRUE;
}

void
vc_job_end_wait (VcJob *job)
{
  vc_clear_source (&job->backoff);
}

void
vc_job_wait (VcJob *job, guint wait_ms, GSourceFunc function)
{
  vc_job_end_wait (job);
  job->backoff = g_timeout_source_new (wait_ms);
  g_source_set_callback (job->backoff, function, job, NULL);
  g_source_attach (job->backoff, job->context);
}

/* --- The download's limits --- */

static gboolean
on_download_end (gpointer data)
{
  VcJob *job = data;
  g_autoptr (GError) error = g_error_new (VC_ERROR, VC_ERROR_TIMEOUT,
      "The GIF was not there within %u seconds (download-timeout).",
      job->request->download_timeout);

  vc_job_finish_billed (job, error);
  return G_SOURCE_REMOVE;
}

VcHttpLimits
vc_job_download_limits (VcJob *job)
{
  const VcRequest *request = job->request;

  if (job->download_end == NULL && request->download_timeout > 0) {
    job->download_end =
        g_timeout_source_new_seconds (request->download_timeout);
    g_source_set_callback (job->download_end, on_download_end, job, NULL);
    g_source_attach (job->download_end, job->context);
  }
  return (VcHttpLimits){
    .connect_s = request->connect_timeout,
    .idle_s = request->idle_timeout,
    .low_speed = request->low_speed_limit,
    .low_speed_s = request->low_speed_limit > 0 ? request->low_speed_time : 0,
  };
}

void
vc_job_limit_download (VcJob *job)
{
  const VcHttpLimits limits = vc_job_download_limits (job);

  vc_http_set_limits (job->http, &limits);
}

static gboolean
on_tick (gpointer data)
{
  vc_job_emit (data, VC_JOB_TICK, NULL);
  return G_SOURCE_CONTINUE;
}

gboolean
vc_job_begin (VcJob *job, VcSessions *sessions)
{
  g_autoptr (GError) error = NULL;

  if (g_atomic_int_get (&job->cancelled))
    return FALSE;

  /* The ticker stands for the running job: it exists as long as the job runs,
   * and holds its reference. */
  vc_job_ref (job);
  job->ticker = g_timeout_source_new (TICK_MS);
  g_source_set_callback (job->ticker, on_tick, job, NULL);
  g_source_attach (job->ticker, job->context);
  job->phase_us = g_get_monotonic_time ();

  job->session = vc_sessions_enter (sessions, job->request, &error);
  if (job->session == NULL)
    vc_job_finish (job, error);
  return job->session != NULL;
}
