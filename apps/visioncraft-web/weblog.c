/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "weblog.h"

#include "webremote.h"

#include <string.h>

#define KEY "web-log"
#define PATH_CHARS_MAX 200
#define ID_CHARS 32
#define ID_CHARS_SHOWN 8
#define N_CLASSES 6

struct _WebLog
{
  SoupServer *soup;
  guint n_open;
  guint64 n_ended[N_CLASSES];
};

/* Of one request. */
typedef struct
{
  gint64 since_us;
  guint64 n_bytes;
} Request;

static void
on_wrote (SoupServerMessage *message, guint size, gpointer data)
{
  ((Request *) data)->n_bytes += size;
}

static void
on_started (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  WebLog *log = data;
  Request *request = g_new0 (Request, 1);

  request->since_us = g_get_monotonic_time ();
  g_object_set_data_full (G_OBJECT (message), KEY, request, g_free);
  g_signal_connect (message, "wrote-body-data", G_CALLBACK (on_wrote), request);
  log->n_open++;
}

/* A name is enough to see what is behind it. */
static char *
make_path (SoupServerMessage *message)
{
  GUri *uri = soup_server_message_get_uri (message);
  g_auto (GStrv) parts = NULL;
  g_autofree char *path = NULL;

  if (uri == NULL)
    return g_strdup ("-");
  path = g_uri_escape_string (g_uri_get_path (uri), "/", FALSE);
  parts = g_strsplit (path, "/", 0);
  for (guint i = 0; parts[i] != NULL; i++) {
    if (strlen (parts[i]) == ID_CHARS)
      parts[i][ID_CHARS_SHOWN] = '\0';
  }
  g_free (path);
  path = g_strjoinv ("/", parts);
  return g_strndup (path, PATH_CHARS_MAX);
}

static void
note_end (WebLog *log, SoupServerMessage *message, guint status)
{
  Request *request = g_object_steal_data (G_OBJECT (message), KEY);
  g_autofree char *client = web_remote_dup_address (message);
  g_autofree char *path = make_path (message);
  g_autofree char *code = g_strdup_printf ("%u", status);
  const char *method = soup_server_message_get_method (message);

  if (request == NULL)
    return;
  g_signal_handlers_disconnect_by_data (message, request);
  log->n_open--;
  log->n_ended[MIN (status / 100, N_CLASSES - 1)]++;
  g_printerr ("%s \"%s %s\" %s %" G_GUINT64_FORMAT " %.3f\n", client,
      method != NULL ? method : "-", path, status != 0 ? code : "-",
      request->n_bytes,
      (double) (g_get_monotonic_time () - request->since_us) / G_USEC_PER_SEC);
  g_free (request);
}

static void
on_finished (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  note_end (data, message, soup_server_message_get_status (message));
}

static void
on_aborted (SoupServer *soup, SoupServerMessage *message, gpointer data)
{
  note_end (data, message, 0);
}

WebLog *
web_log_new (SoupServer *soup)
{
  WebLog *log = g_new0 (WebLog, 1);

  log->soup = soup;
  g_signal_connect (soup, "request-started", G_CALLBACK (on_started), log);
  g_signal_connect (soup, "request-finished", G_CALLBACK (on_finished), log);
  g_signal_connect (soup, "request-aborted", G_CALLBACK (on_aborted), log);
  return log;
}

void
web_log_free (WebLog *log)
{
  g_signal_handlers_disconnect_by_data (log->soup, log);
  g_free (log);
}

guint
web_log_get_n_open (WebLog *log)
{
  return log->n_open;
}

guint64
web_log_get_n_ended (WebLog *log, guint hundred)
{
  return log->n_ended[hundred];
}
