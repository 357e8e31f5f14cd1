/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "serviceget.h"

#include "failure.h"

#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>

#define TIMEOUT_S 5
#define REPLY_MAX (64 * 1024)

/* What outlives the request when it is freed meanwhile. */
typedef struct
{
  ServiceGet *get; /* only while the cancellable was not cancelled */
  GCancellable *cancellable;
  SoupSession *session;
  guint8 *buffer;
} Query;

struct _ServiceGet
{
  char *path;
  GCancellable *cancellable; /* NULL: it has ended */
  guint timeout_id, idle_id;
  GError *error; /* where it cannot even begin */
  ServiceGetFunc func;
  gpointer data;
};

char *
service_dup_default_url (void)
{
  const char *environment = g_getenv ("VISIONCRAFT_API_URL");
  g_autoptr (GstElement) source = NULL;
  char *url = NULL;

  if (environment != NULL && environment[0] != '\0')
    return g_strdup (environment);
  source = gst_element_factory_make ("visioncraftgifsrc", NULL);
  if (source == NULL)
    return NULL;
  gst_object_ref_sink (source);
  g_object_get (source, "api-url", &url, NULL);
  return url;
}

static void
query_free (Query *query)
{
  g_object_unref (query->cancellable);
  soup_session_abort (query->session);
  g_object_unref (query->session);
  g_free (query->buffer);
  g_free (query);
}

static void
stop (ServiceGet *get)
{
  if (get->cancellable != NULL)
    g_cancellable_cancel (get->cancellable);
  g_clear_object (&get->cancellable);
  g_clear_handle_id (&get->timeout_id, g_source_remove);
  g_clear_handle_id (&get->idle_id, g_source_remove);
}

void
service_get_free (ServiceGet *get)
{
  if (get == NULL)
    return;
  stop (get);
  g_clear_error (&get->error);
  g_free (get->path);
  g_free (get);
}

/* @get may be gone afterwards. */
static void
end (ServiceGet *get, GBytes *body, const char *problem)
{
  g_autoptr (GError) error = NULL;

  stop (get);
  if (body == NULL)
    error = g_error_new (FAILURE, FAILURE_UNAVAILABLE,
        "The service's %s cannot be read: %s.", get->path, problem);
  get->func (body, error, get->data);
}

/* --- The exchange --- */

static gboolean
was_stopped (const Query *query)
{
  return g_cancellable_is_cancelled (query->cancellable);
}

static void
on_read (GObject *source, GAsyncResult *result, gpointer data)
{
  Query *query = data;
  g_autoptr (GError) error = NULL;
  gsize n_read = 0;
  gboolean good = g_input_stream_read_all_finish (
      G_INPUT_STREAM (source), result, &n_read, &error);

  if (!was_stopped (query)) {
    g_autoptr (GBytes) body =
        good && n_read < REPLY_MAX ? g_bytes_new (query->buffer, n_read) : NULL;

    end (query->get, body, good ? "it is too long" : error->message);
  }
  query_free (query);
}

static void
on_sent (GObject *source, GAsyncResult *result, gpointer data)
{
  Query *query = data;
  g_autoptr (GError) error = NULL;
  SoupMessage *message =
      soup_session_get_async_result_message (SOUP_SESSION (source), result);
  g_autoptr (GInputStream) stream =
      soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (!was_stopped (query)) {
    g_autofree char *status = NULL;

    if (stream != NULL && soup_message_get_status (message) == SOUP_STATUS_OK) {
      g_input_stream_read_all_async (stream, query->buffer, REPLY_MAX,
          G_PRIORITY_DEFAULT, query->cancellable, on_read, query);
      return;
    }
    status = g_strdup_printf (
        "the service answered with %u", soup_message_get_status (message));
    end (query->get, NULL, stream != NULL ? status : error->message);
  }
  query_free (query);
}

/* The whole answer has to be there by now. */
static gboolean
on_timeout (gpointer data)
{
  ServiceGet *get = data;

  get->timeout_id = 0;
  end (get, NULL, "the service does not answer");
  return G_SOURCE_REMOVE;
}

static gboolean
on_idle (gpointer data)
{
  ServiceGet *get = data;

  get->idle_id = 0;
  end (get, NULL, get->error->message);
  return G_SOURCE_REMOVE;
}

/* --- Start --- */

static gboolean
take_any (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags errors, gpointer unused)
{
  return TRUE;
}

static char *
join (const char *api_url, const char *path)
{
  gsize length = strlen (api_url);

  while (length > 0 && api_url[length - 1] == '/')
    length--;
  return g_strdup_printf ("%.*s%s", (int) length, api_url, path);
}

/* One for each request: no connection stays open. NULL and @error. */
static SoupSession *
new_session (const ServiceAccess *access, GError **error)
{
  g_autoptr (SoupSession) session =
      soup_session_new_with_options ("user-agent", PACKAGE "/" VERSION, NULL);

  if (access->ca_file != NULL) {
    g_autoptr (GTlsDatabase) database =
        g_tls_file_database_new (access->ca_file, error);

    if (database == NULL)
      return NULL;
    soup_session_set_tls_database (session, database);
  }
  if (access->proxy != NULL) {
    g_autoptr (GProxyResolver) resolver =
        g_simple_proxy_resolver_new (access->proxy, NULL);

    soup_session_set_proxy_resolver (session, resolver);
  }
  return g_steal_pointer (&session);
}

static void
begin (ServiceGet *get, const ServiceAccess *access)
{
  g_autofree char *url = join (access->api_url, get->path);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, url);
  g_autoptr (SoupSession) session = NULL;
  Query *query;

  if (message == NULL)
    g_set_error_literal (&get->error, FAILURE, FAILURE_UNAVAILABLE,
        "the service's address is none of HTTP");
  else
    session = new_session (access, &get->error);
  if (session == NULL) {
    get->idle_id = g_idle_add (on_idle, get);
    return;
  }
  if (access->insecure)
    g_signal_connect (
        message, "accept-certificate", G_CALLBACK (take_any), NULL);
  query = g_new0 (Query, 1);
  query->get = get;
  query->cancellable = g_object_ref (get->cancellable);
  query->buffer = g_malloc (REPLY_MAX);
  query->session = g_steal_pointer (&session);
  soup_session_send_async (query->session, message, G_PRIORITY_DEFAULT,
      query->cancellable, on_sent, query);
}

ServiceGet *
service_get_start (const ServiceAccess *access, const char *path,
    ServiceGetFunc func, gpointer data)
{
  ServiceGet *get = g_new0 (ServiceGet, 1);

  get->path = g_strdup (path);
  get->func = func;
  get->data = data;
  get->cancellable = g_cancellable_new ();
  get->timeout_id = g_timeout_add_seconds (TIMEOUT_S, on_timeout, get);
  begin (get, access);
  return get;
}
