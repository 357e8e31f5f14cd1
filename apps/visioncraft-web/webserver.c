/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webserver.h"

#include "webapi.h"
#include "webguard.h"
#include "weblistener.h"
#include "weblog.h"
#include "weblogin.h"
#include "webpage.h"
#include "webreply.h"
#include "webshare.h"
#include "website.h"

#define LOGIN WEB_API_PATH "login"

/* Of one client. A browser has six connections to one server, or, through a
 * proxy that speaks HTTP/2, as many requests as it likes. */
#define REQUESTS_AT_ONCE_MAX 64

/* A service manager waits for 90 seconds. */
#define DRAIN_US (80 * G_USEC_PER_SEC)
#define DRAIN_CHECK_MS 100

struct _WebServer
{
  const WebOptions *options;
  WebSite *site;
  WebLogin *login;
  WebShare *share;
  SoupServer *soup;
  WebLog *log;
  WebApi *api;
  WebListener *listener;

  /* While it drains. */
  gint64 drain_until_us; /* 0: it does not */
  guint drain_id;
  void (*drained) (gpointer data);
  gpointer drained_data;
};

/* --- Requests --- */

static void
fail (SoupServerMessage *message, guint status, const char *kind)
{
  web_reply_fault (message, web_fault_new (status, kind));
}

static void
answer_login (WebServer *server, SoupServerMessage *message)
{
  const char *method = soup_server_message_get_method (message);

  if (method == SOUP_METHOD_POST)
    web_login_begin (server->login, message);
  else if (method == SOUP_METHOD_DELETE)
    web_login_end (server->login, message);
  else
    fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "malformed");
}

static void
answer (WebServer *server, SoupServerMessage *message, const char *path)
{
  const char *method = soup_server_message_get_method (message);

  if (g_str_equal (path, LOGIN))
    answer_login (server, message);
  else if (g_str_has_prefix (path, WEB_API_PATH))
    web_api_answer (server->api, message, path);
  else if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD)
    fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "malformed");
  else if (!web_status_get (web_api_get_status (server->api), message, path)
      && !web_page_get (server->site, message, path))
    fail (message, SOUP_STATUS_NOT_FOUND, "gone");
}

/* The page itself is no secret, and has to ask for the password. */
static gboolean
needs_login (const char *path)
{
  return g_str_has_prefix (path, WEB_API_PATH) && !g_str_equal (path, LOGIN);
}

static WebFault *
check_head (WebServer *server, SoupServerMessage *message, const char *path)
{
  WebFault *fault;

  if (!web_share_take (server->share, message))
    return web_fault_new (WEB_STATUS_TOO_MANY_REQUESTS, "share");
  fault = web_guard_check (
      message, web_status_is_public (path) ? NULL : server->site);
  if (fault == NULL && needs_login (path)
      && !web_login_knows (server->login, message))
    fault = web_fault_new (SOUP_STATUS_UNAUTHORIZED, "login");
  return fault;
}

static void
on_request_headers (SoupServer *soup, SoupServerMessage *message,
    const char *path, GHashTable *query, gpointer data)
{
  WebServer *server = data;
  WebFault *fault;

  web_reply_prepare (message);
  fault =
      check_head (server, message, web_site_strip_path (server->site, path));
  if (fault != NULL)
    web_guard_refuse (message, fault);
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path,
    GHashTable *query, gpointer data)
{
  WebServer *server = data;

  answer (server, message, web_site_strip_path (server->site, path));
}

static gboolean
start_listening (WebServer *server, GError **error)
{
  const WebOptions *options = server->options;
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new (options->access.address, options->port);

  server->site = web_site_new (options->public_url,
      g_inet_address_get_is_loopback (options->access.address), error);
  if (server->site == NULL)
    return FALSE;
  server->login = web_login_new (options->access.password, server->site);
  server->listener = web_listener_new (server->soup, address, error);
  return server->listener != NULL;
}

WebServer *
web_server_new (const WebOptions *options, Samplers *samplers, GError **error)
{
  g_autoptr (WebServer) server = g_new0 (WebServer, 1);

  server->options = options;
  server->share = web_share_new (REQUESTS_AT_ONCE_MAX);
  server->soup = soup_server_new (NULL, NULL);
  server->log = web_log_new (server->soup);
  soup_server_add_early_handler (
      server->soup, NULL, on_request_headers, server, NULL);
  soup_server_add_handler (server->soup, NULL, on_request, server, NULL);
  server->api = web_api_new (options, samplers, server->log, error);
  return server->api != NULL && start_listening (server, error)
      ? g_steal_pointer (&server)
      : NULL;
}

/* --- Its end --- */

static gboolean
on_drain_check (gpointer data)
{
  WebServer *server = data;

  if (g_get_monotonic_time () < server->drain_until_us
      && (web_api_is_working (server->api)
          || web_log_get_n_open (server->log) > 0))
    return G_SOURCE_CONTINUE;
  server->drain_id = 0;
  server->drained (server->drained_data);
  return G_SOURCE_REMOVE;
}

void
web_server_drain (
    WebServer *server, void (*drained) (gpointer data), gpointer data)
{
  server->drain_until_us = g_get_monotonic_time () + DRAIN_US;
  server->drained = drained;
  server->drained_data = data;
  server->drain_id = g_timeout_add (DRAIN_CHECK_MS, on_drain_check, server);
  web_api_drain (server->api);
}

void
web_server_free (WebServer *server)
{
  g_clear_pointer (&server->listener, web_listener_free);
  /* The connections next: replies hold places in the queue. */
  soup_server_disconnect (server->soup);
  g_clear_handle_id (&server->drain_id, g_source_remove);
  web_log_free (server->log);
  g_object_unref (server->soup);
  web_api_free (server->api);
  g_clear_pointer (&server->login, web_login_free);
  g_clear_pointer (&server->site, web_site_free);
  web_share_free (server->share);
  g_free (server);
}

char *
web_server_make_url (WebServer *server)
{
  g_autoptr (GInetSocketAddress) address =
      web_listener_get_address (server->listener);
  g_autofree char *text =
      g_inet_address_to_string (g_inet_socket_address_get_address (address));

  return g_strdup_printf (
      strchr (text, ':') != NULL ? "http://[%s]:%u/" : "http://%s:%u/", text,
      g_inet_socket_address_get_port (address));
}
