/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "webstatus.h"

#include "webremote.h"
#include "webreply.h"

#define PREFIX "visioncraft_web_"

/* Else who sends nobody to a server that is not ready would never see that it
 * is again. */
#define FAILURE_COUNTS_US (300 * G_USEC_PER_SEC)

struct _WebStatus
{
  WebQueue *queue;
  WebLog *log;
  gboolean draining;

  guint64 n_done, n_canceled;
  GHashTable *n_failed;   /* kind, static, to number */
  double seconds;         /* all that were done took, as the source says */
  const char *last_fault; /* NULL: the last one was done, or there was none */
  gint64 last_us;
};

WebStatus *
web_status_new (WebQueue *queue, WebLog *log)
{
  WebStatus *status = g_new0 (WebStatus, 1);

  status->queue = queue;
  status->log = log;
  status->n_failed = g_hash_table_new (g_str_hash, g_str_equal);
  return status;
}

void
web_status_free (WebStatus *status)
{
  g_hash_table_unref (status->n_failed);
  g_free (status);
}

void
web_status_drain (WebStatus *status)
{
  status->draining = TRUE;
}

/* --- Outcomes --- */

/* The next one may be another. */
static gboolean
is_visitors_fault (const char *kind)
{
  static const char *const kinds[] = { "parameter", "too-large", NULL };

  return g_strv_contains (kinds, kind);
}

static void
note_failure (WebStatus *status, const char *kind)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (status->n_failed, kind)) + 1;

  g_hash_table_insert (status->n_failed, (char *) kind, GUINT_TO_POINTER (n));
  if (is_visitors_fault (kind))
    return;
  status->last_fault = kind;
  status->last_us = g_get_monotonic_time ();
}

static void
on_changed (WebJob *job, gpointer data)
{
  WebStatus *status = data;

  switch (web_job_get_state (job)) {
    case WEB_JOB_DONE:
      status->n_done++;
      status->seconds += web_job_get_seconds (job);
      status->last_fault = NULL;
      break;
    case WEB_JOB_FAILED:
      note_failure (status, web_job_get_fault (job)->kind);
      break;
    case WEB_JOB_CANCELED:
      status->n_canceled++;
      break;
    default:
      return;
  }
  g_signal_handlers_disconnect_by_data (job, status);
}

void
web_status_watch (WebStatus *status, WebJob *job)
{
  g_signal_connect (job, "changed", G_CALLBACK (on_changed), status);
}

/* --- Replies --- */

/* NULL: it is ready. */
static const char *
find_reason (WebStatus *status)
{
  if (status->draining)
    return "draining";
  if (status->last_fault != NULL
      && g_get_monotonic_time () - status->last_us < FAILURE_COUNTS_US)
    return status->last_fault;
  return NULL;
}

static void
add (GString *text, const char *name, const char *type, const char *help)
{
  g_string_append_printf (text,
      "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name,
      type);
}

static void
add_generations (WebStatus *status, GString *text)
{
  GHashTableIter iter;
  gpointer kind, n;

  add (text, "generations_total", "counter", "Generations by how they ended.");
  g_string_append_printf (text,
      PREFIX "generations_total{outcome=\"done\"} %" G_GUINT64_FORMAT
             "\n" PREFIX
             "generations_total{outcome=\"canceled\"} %" G_GUINT64_FORMAT "\n",
      status->n_done, status->n_canceled);
  g_hash_table_iter_init (&iter, status->n_failed);
  while (g_hash_table_iter_next (&iter, &kind, &n))
    g_string_append_printf (text,
        PREFIX "generations_total{outcome=\"failed\",kind=\"%s\"} %u\n",
        (const char *) kind, GPOINTER_TO_UINT (n));
  add (text, "generation_seconds_total", "counter",
      "What the service took for those that were done.");
  g_string_append_printf (
      text, PREFIX "generation_seconds_total %.3f\n", status->seconds);
}

static void
add_requests (WebStatus *status, GString *text)
{
  add (text, "requests_total", "counter", "Requests by class of status.");
  for (guint i = 0; i <= 5; i++)
    g_string_append_printf (text,
        PREFIX "requests_total{code=\"%s\"} %" G_GUINT64_FORMAT "\n",
        (const char *[]){ "left", "1xx", "2xx", "3xx", "4xx", "5xx" }[i],
        web_log_get_n_ended (status->log, i));
  add (text, "requests_open", "gauge", "Requests that are being answered.");
  g_string_append_printf (
      text, PREFIX "requests_open %u\n", web_log_get_n_open (status->log));
}

static void
add_queue (WebStatus *status, GString *text)
{
  add (text, "queue_running", "gauge", "Pipelines that run.");
  g_string_append_printf (text, PREFIX "queue_running %u\n",
      web_queue_get_n_running (status->queue));
  add (text, "queue_waiting", "gauge", "Requests that wait for one.");
  g_string_append_printf (text, PREFIX "queue_waiting %u\n",
      web_queue_get_n_waiting (status->queue));
  add (text, "ready", "gauge", "What /readyz says.");
  g_string_append_printf (
      text, PREFIX "ready %d\n", find_reason (status) == NULL);
}

static void
get_metrics (WebStatus *status, SoupServerMessage *message)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GBytes) bytes = NULL;

  add_generations (status, text);
  add_queue (status, text);
  add_requests (status, text);
  bytes = g_string_free_to_bytes (text);
  web_reply_bytes (message, "text/plain; version=0.0.4; charset=utf-8",
      WEB_CACHE_NEVER, bytes);
}

static void
reply_line (SoupServerMessage *message, guint code, const char *word)
{
  char *line = g_strconcat (word, "\n", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (line, strlen (line));

  web_reply_bytes (
      message, "text/plain; charset=utf-8", WEB_CACHE_NEVER, bytes);
  soup_server_message_set_status (message, code, NULL);
}

gboolean
web_status_is_public (const char *path)
{
  return g_str_equal (path, "/healthz") || g_str_equal (path, "/readyz");
}

gboolean
web_status_get (WebStatus *status, SoupServerMessage *message, const char *path)
{
  const char *reason = find_reason (status);

  if (g_str_equal (path, "/healthz"))
    reply_line (message, SOUP_STATUS_OK, "ok");
  else if (g_str_equal (path, "/readyz"))
    reply_line (message,
        reason == NULL ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE,
        reason == NULL ? "ok" : reason);
  else if (!g_str_equal (path, "/metrics"))
    return FALSE;
  else if (web_remote_is_here (message))
    get_metrics (status, message);
  else
    web_reply_fault (
        message, web_fault_new (SOUP_STATUS_FORBIDDEN, "forbidden"));
  return TRUE;
}
