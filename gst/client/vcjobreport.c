/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcjob-private.h"
#include "vcredact.h"
#include "vctext.h"
#include "vcwire.h"

#include <string.h>

/* What is known of a job, and how it gets known. */

const char *
vc_phase_name (VcPhase phase)
{
  static const char *const names[] = {
    [VC_PHASE_SETTINGS] = "settings",
    [VC_PHASE_CONNECT] = "connect",
    [VC_PHASE_GENERATE] = "generate",
    [VC_PHASE_REPLY] = "reply",
    [VC_PHASE_DOWNLOAD] = "download",
    [VC_PHASE_DONE] = "done",
  };

  return names[phase];
}

static double
seconds_since (gint64 start_us, gint64 end_us)
{
  return (end_us - start_us) / (double) G_USEC_PER_SEC;
}

void
vc_job_get_report (VcJob *job, VcReport *ret_report)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&job->lock);

  *ret_report = job->report;
  ret_report->server_message = g_strdup (job->report.server_message);
  ret_report->location = g_strdup (job->report.location);
  ret_report->host = g_strdup (job->report.host);
  ret_report->headers = g_strdupv (job->report.headers);
  if (ret_report->images != NULL)
    g_ptr_array_ref (ret_report->images);
  ret_report->waited_s = seconds_since (job->started_us,
      job->ended_us != 0 ? job->ended_us : g_get_monotonic_time ());
  ret_report->bytes = vc_body_get_size (job->body, &ret_report->total);
}

void
vc_report_clear (VcReport *report)
{
  g_clear_pointer (&report->server_message, g_free);
  g_clear_pointer (&report->location, g_free);
  g_clear_pointer (&report->host, g_free);
  g_clear_pointer (&report->images, g_ptr_array_unref);
  g_clear_pointer (&report->headers, g_strfreev);
}

void
vc_job_set_phase (VcJob *job, VcPhase phase)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&job->lock);
  gint64 now = g_get_monotonic_time ();
  double seconds = seconds_since (job->phase_us, now);

  switch (job->report.phase) {
    case VC_PHASE_CONNECT:
      job->report.connect_s += seconds;
      break;
    case VC_PHASE_GENERATE:
    case VC_PHASE_REPLY:
      job->report.generate_s += seconds;
      break;
    case VC_PHASE_DOWNLOAD:
      job->report.download_s += seconds;
      break;
    default:
      break;
  }
  job->report.phase = phase;
  job->phase_us = now;
}

/* The longest wait that a head asks for; -1: it asks for none. */
static int
find_wait (SoupMessageHeaders *headers)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  SoupMessageHeadersIter iter;
  const char *name, *value;
  int longest_s = -1;

  soup_message_headers_iter_init (&iter, headers);
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    if (g_ascii_strcasecmp (name, "Retry-After") == 0)
      longest_s = MAX (longest_s, vc_wire_retry_after (value, now));
  }
  return longest_s;
}

void
vc_job_note_head (VcJob *job, SoupMessage *message)
{
  int wait_s = find_wait (soup_message_get_response_headers (message));

  job->is_from_proxy = soup_message_get_status (message)
          == SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED
      || vc_http_is_from_proxy (job->http);
  job->is_read_by_proxy = vc_http_is_read_by_proxy (job->http);
  job->has_retry_after = wait_s >= 0;
  job->retry_after_s = 0;
  g_mutex_lock (&job->lock);
  job->report.status = soup_message_get_status (message);
  g_mutex_unlock (&job->lock);
  vc_job_note_wait (job, MAX (wait_s, 0));
}

gboolean
vc_job_is_refused_by_proxy (VcJob *job, gboolean is_page)
{
  guint status = job->report.status;

  /* The service says in JSON who may not come in. */
  return job->is_from_proxy
      || (job->is_read_by_proxy && is_page
          && (status == SOUP_STATUS_UNAUTHORIZED
              || status == SOUP_STATUS_FORBIDDEN));
}

GError *
vc_job_proxy_error (VcJob *job, GUri *uri, const char *text)
{
  g_autofree char *quote =
      text != NULL ? g_strdup_printf (": \"%s\"", text) : g_strdup ("");

  return g_error_new (VC_ERROR, VC_ERROR_PROXY,
      "The proxy on the way to %s answered %u%s.", g_uri_get_host (uri),
      job->report.status, quote);
}

void
vc_job_note_wait (VcJob *job, guint wait_s)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&job->lock);

  job->retry_after_s = MAX (job->retry_after_s, wait_s);
  job->report.retry_after_s = job->retry_after_s;
}

void
vc_job_note_location (VcJob *job, GUri *uri)
{
  g_autofree char *address =
      g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_FRAGMENT);
  char *location = address != NULL ? vc_redact (address, job->secrets) : NULL;
  /* What is left of an address without its secrets may be none. */
  char *host = g_uri_get_host (uri) != NULL
      ? vc_text_quote (g_uri_get_host (uri), -1, job->secrets)
      : NULL;

  g_mutex_lock (&job->lock);
  g_free (job->report.location);
  g_free (job->report.host);
  job->report.location = location;
  job->report.host = host;
  g_mutex_unlock (&job->lock);
}

void
vc_job_note_cached (VcJob *job, GPtrArray *images)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&job->lock);

  job->report.cached = TRUE;
  job->report.images = images;
}

void
vc_job_note_server_message (VcJob *job, const char *message)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&job->lock);

  g_free (job->report.server_message);
  job->report.server_message = g_strdup (message);
}

void
vc_job_note_try (VcJob *job, gboolean first)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&job->lock);

  job->report.attempts = first ? 1 : job->report.attempts + 1;
  if (!first)
    job->report.retries++;
  /* What the try before met is no property of this one. */
  job->report.status = job->report.retry_after_s = 0;
  g_clear_pointer (&job->report.server_message, g_free);
}

/* Fields that say something of the file or of what happened on the way. What
 * else a server makes up goes no further: GStreamer keeps each name for ever. */
static const char *const posted_headers[] = { "Accept-Ranges", "Age",
  "Cache-Control", "CF-Cache-Status", "CF-Ray", "Content-Disposition",
  "Content-Encoding", "Content-Language", "Content-Length", "Content-Location",
  "Content-Range", "Content-Type", "Date", "ETag", "Expires", "Last-Modified",
  "Server", "Transfer-Encoding", "Vary", "Via", "X-Cache", "X-Request-Id" };

/* How often each may come, and the bytes of its value. */
#define HEADER_TIMES 4
#define HEADER_SIZE 1024

/* Where @name stands in posted_headers; their number: nowhere. */
static guint
find_posted_header (const char *name)
{
  guint i = 0;

  while (i < G_N_ELEMENTS (posted_headers)
      && g_ascii_strcasecmp (posted_headers[i], name) != 0)
    i++;
  return i;
}

/* The values as they may be shown, each behind its name. None, where a secret
 * was spread over several. */
static char **
redact_values (VcJob *job, GPtrArray *names, GPtrArray *lines)
{
  g_autofree char *text = NULL, *redacted = NULL;
  g_auto (GStrv) values = NULL;
  GPtrArray *fields = g_ptr_array_new ();

  g_ptr_array_add (lines, NULL);
  text = g_strjoinv ("\n", (char **) lines->pdata);
  redacted = vc_redact (text, job->secrets);
  values = g_strsplit (redacted, "\n", -1);
  for (guint i = 0; g_strv_length (values) == names->len && i < names->len;
       i++) {
    gsize size = MIN (strlen (values[i]), HEADER_SIZE);

    while ((values[i][size] & 0xc0) == 0x80)
      size--; /* no half of a character */
    g_ptr_array_add (fields, g_strdup (g_ptr_array_index (names, i)));
    g_ptr_array_add (fields, g_strndup (values[i], size));
  }
  g_ptr_array_add (fields, NULL);
  return (char **) g_ptr_array_free (fields, FALSE);
}

void
vc_job_note_gif_headers (VcJob *job, SoupMessage *message)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  guint times[G_N_ELEMENTS (posted_headers)] = { 0 };
  SoupMessageHeadersIter iter;
  const char *name, *value;
  char **old, **fields;

  soup_message_headers_iter_init (
      &iter, soup_message_get_response_headers (message));
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    guint i = find_posted_header (name);

    if (i < G_N_ELEMENTS (posted_headers) && times[i]++ < HEADER_TIMES) {
      g_ptr_array_add (names, (char *) posted_headers[i]);
      g_ptr_array_add (lines, vc_text_one_line (value, -1));
    }
  }
  fields = redact_values (job, names, lines);

  g_mutex_lock (&job->lock);
  old = job->report.headers;
  job->report.headers = fields;
  g_mutex_unlock (&job->lock);

  g_strfreev (old);
  if (old == NULL)
    vc_job_emit (job, VC_JOB_HEADERS, NULL);
}
