/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "serviceget.h"

#include "failure.h"

#include <gst/gst.h>
#include <string.h>
#include <vchttp.h>

#define TIMEOUT_S 5
#define REPLY_MAX (64 * 1024)

struct _ServiceGet
{
  char *path;
  SoupSession *session;
  VcHttp *http; /* NULL: it has ended, or could not begin */
  guint8 buffer[REPLY_MAX];
  gsize size;
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
stop (ServiceGet *get)
{
  g_clear_pointer (&get->http, vc_http_abandon);
  g_clear_handle_id (&get->timeout_id, g_source_remove);
  g_clear_handle_id (&get->idle_id, g_source_remove);
}

void
service_get_free (ServiceGet *get)
{
  if (get == NULL)
    return;
  stop (get);
  g_clear_object (&get->session);
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

static void
on_head (SoupMessage *message, gpointer data)
{
  g_autofree char *status = g_strdup_printf (
      "the service answered with %u", soup_message_get_status (message));

  if (soup_message_get_status (message) != SOUP_STATUS_OK)
    end (data, NULL, status);
}

static guint8 *
on_space (gsize *ret_size, gpointer data)
{
  ServiceGet *get = data;

  *ret_size = REPLY_MAX - get->size;
  return get->buffer + get->size;
}

static gboolean
on_body (gsize size, gpointer data)
{
  ServiceGet *get = data;

  get->size += size;
  /* There is always room for two bytes. */
  if (get->size < REPLY_MAX - 1)
    return TRUE;
  end (get, NULL, "it is too long");
  return FALSE;
}

static void
on_pause (gpointer data)
{
}

static void
on_done (const GError *error, gboolean again, gpointer data)
{
  ServiceGet *get = data;
  g_autoptr (GBytes) body =
      error == NULL ? g_bytes_new (get->buffer, get->size) : NULL;
  g_autofree char *problem = error != NULL
      ? g_strndup (error->message, strlen (error->message) - 1)
      : NULL; /* without its full stop */

  end (get, body, problem);
}

static const VcHttpCallbacks callbacks = {
  .head = on_head,
  .space = on_space,
  .body = on_body,
  .pause = on_pause,
  .done = on_done,
};

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
  static const VcHttpLimits none = { 0 }; /* there is one for all */
  g_autofree char *url = join (access->api_url, get->path);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, url);

  if (message == NULL)
    g_set_error_literal (&get->error, FAILURE, FAILURE_UNAVAILABLE,
        "the service's address is none of HTTP");
  else
    get->session = new_session (access, &get->error);
  if (get->session == NULL)
    get->idle_id = g_idle_add (on_idle, get);
  else
    get->http = vc_http_send (
        get->session, message, access->insecure, &none, &callbacks, get);
}

ServiceGet *
service_get_start (const ServiceAccess *access, const char *path,
    ServiceGetFunc func, gpointer data)
{
  ServiceGet *get = g_new0 (ServiceGet, 1);

  get->path = g_strdup (path);
  get->func = func;
  get->data = data;
  get->timeout_id = g_timeout_add_seconds (TIMEOUT_S, on_timeout, get);
  begin (get, access);
  return get;
}
