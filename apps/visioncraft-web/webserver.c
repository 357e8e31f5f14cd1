/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webserver.h"

#include "ratelimit.h"
#include "webdownload.h"
#include "webgallery.h"
#include "webguard.h"
#include "weblistener.h"
#include "weblog.h"
#include "weblogin.h"
#include "webpage.h"
#include "webremote.h"
#include "webreply.h"
#include "webshare.h"
#include "website.h"
#include "webstatus.h"
#include "webstream.h"

#define API "/api/"
#define GENERATIONS API "generations"
#define LOGIN API "login"

/* Of one client. A browser has six connections to one server, or, through a
 * proxy that speaks HTTP/2, as many requests as it likes. */
#define REQUESTS_AT_ONCE_MAX 64

/* A service manager waits for 90 seconds. */
#define DRAIN_US (80 * G_USEC_PER_SEC)
#define DRAIN_CHECK_MS 100

struct _WebServer
{
  const WebOptions *options;
  Samplers *samplers;
  WebService service;
  WebSite *site;
  WebLogin *login;
  RateLimit *limit;
  WebShare *share;
  WebQueue *queue;
  WebGallery *gallery;
  SoupServer *soup;
  WebLog *log;
  WebStatus *status;
  WebListener *listener;

  /* While it drains. */
  gint64 drain_until_us; /* 0: it does not */
  guint drain_id;
  void (*drained) (gpointer data);
  gpointer drained_data;
};

static void
fail (SoupServerMessage *message, guint status, const char *kind)
{
  web_reply_fault (message, web_fault_new (status, kind));
}

/* --- Options --- */

static void
add_range (JsonBuilder *builder, const char *name, int min, int max, int value)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "min");
  json_builder_add_int_value (builder, min);
  json_builder_set_member_name (builder, "max");
  json_builder_add_int_value (builder, max);
  json_builder_set_member_name (builder, "default");
  json_builder_add_int_value (builder, value);
  json_builder_end_object (builder);
}

static void
get_options (WebServer *server, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const *names = samplers_get (server->samplers);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "samplers");
  json_builder_begin_array (builder);
  for (guint i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "samplers_current");
  json_builder_add_boolean_value (
      builder, samplers_are_current (server->samplers));
  add_range (builder, "cfg_scale", WEB_CFG_SCALE_MIN, WEB_CFG_SCALE_MAX,
      WEB_CFG_SCALE_DEFAULT);
  add_range (builder, "steps", WEB_STEPS_MIN, WEB_STEPS_MAX, WEB_STEPS_DEFAULT);
  json_builder_set_member_name (builder, "max_prompt");
  json_builder_add_int_value (builder, server->options->max_prompt);
  json_builder_end_object (builder);
  web_reply_json (message, SOUP_STATUS_OK, builder);
  /* For the next one who asks. */
  samplers_refresh (server->samplers, NULL, NULL);
}

/* --- Generations --- */

static void
get_generations (WebServer *server, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "generations");
  web_gallery_add_to (server->gallery, builder);
  json_builder_end_object (builder);
  web_reply_json (message, SOUP_STATUS_OK, builder);
}

static void
reply_job (SoupServerMessage *message, guint status, WebJob *job)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  web_job_add_to (job, builder);
  json_builder_end_object (builder);
  web_reply_json (message, status, builder);
}

static WebFault *
check_rate (WebServer *server, SoupServerMessage *message)
{
  guint wait_s;
  WebFault *fault;

  if (rate_limit_allow (server->limit, web_remote_get_key (message),
          g_get_monotonic_time (), &wait_s))
    return NULL;
  fault = web_fault_new (WEB_STATUS_TOO_MANY_REQUESTS, "rate");
  fault->retry_after_s = wait_s;
  return fault;
}

/* The name under which @message takes places in the queue: those who sit at
 * this machine may have all. */
static const char *
get_owner (SoupServerMessage *message)
{
  return web_remote_is_here (message) ? NULL : web_remote_get_key (message);
}

static WebFault *
check_queue (WebServer *server, SoupServerMessage *message)
{
  return web_queue_has_share (server->queue, get_owner (message))
      ? NULL
      : web_fault_new (WEB_STATUS_TOO_MANY_REQUESTS, "share");
}

static void
post_generation (WebServer *server, SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  WebFault *fault = NULL;
  g_autoptr (WebJob) job = NULL;
  WebPrompt *prompt = web_prompt_parse (body, server->options->max_prompt,
      samplers_get (server->samplers), &fault);

  if (fault == NULL && server->drain_until_us != 0)
    fault = web_fault_new (SOUP_STATUS_SERVICE_UNAVAILABLE, "ending");
  if (fault == NULL)
    fault = check_queue (server, message);
  if (fault == NULL)
    fault = check_rate (server, message);
  if (fault != NULL) {
    g_clear_pointer (&prompt, web_prompt_free);
    web_reply_fault (message, fault);
    return;
  }
  job = web_job_new (
      &server->service, server->queue, get_owner (message), prompt);
  if (job == NULL) {
    fail (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "queue-full");
    return;
  }
  web_status_watch (server->status, job);
  web_gallery_add (server->gallery, job);
  reply_job (message, SOUP_STATUS_CREATED, job);
}

/* --- One generation --- */

static void
get_state (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  reply_job (message, SOUP_STATUS_OK, job);
}

static void
get_events (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  web_stream_events (message, job);
}

/* Whole, so that players can jump about in it, once it is whole. */
static void
get_video (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!web_job_is_finished (job)) {
    web_stream_video (message, job);
  } else if (web_job_get_state (job) == WEB_JOB_DONE) {
    bytes = web_blob_flatten (web_job_get_video (job));
    web_reply_bytes (message, "video/mp4", WEB_CACHE_FOREVER, bytes);
  } else {
    fail (message, SOUP_STATUS_GONE, "gone");
  }
}

static void
get_gif (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  web_download_gif (message, job);
}

static void
get_mp4 (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  web_download_converted (
      message, job, WEB_FORMAT_MP4, server->queue, get_owner (message));
}

static void
get_webm (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  web_download_converted (
      message, job, WEB_FORMAT_WEBM, server->queue, get_owner (message));
}

static void
delete_generation (WebServer *server, SoupServerMessage *message, WebJob *job)
{
  if (web_job_get_state (job) == WEB_JOB_DONE) {
    fail (message, SOUP_STATUS_CONFLICT, "finished");
    return;
  }
  web_job_cancel (job);
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

static const struct
{
  const char *method, *what; /* below the id; "": the id itself */
  gboolean done_only;
  void (*answer) (WebServer *server, SoupServerMessage *message, WebJob *job);
} routes[] = {
  { "GET", "", FALSE, get_state },
  { "DELETE", "", FALSE, delete_generation },
  { "GET", "events", FALSE, get_events },
  { "GET", "video", FALSE, get_video },
  { "GET", "gif", TRUE, get_gif },
  { "GET", "mp4", TRUE, get_mp4 },
  { "GET", "webm", TRUE, get_webm },
};

/* @path is what follows GENERATIONS "/". */
static void
answer_generation (WebServer *server, SoupServerMessage *message,
    const char *method, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 2);
  const char *what = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
  WebJob *job =
      parts[0] != NULL ? web_gallery_lookup (server->gallery, parts[0]) : NULL;
  gboolean known = FALSE;

  if (job == NULL) {
    fail (message, SOUP_STATUS_NOT_FOUND, "gone");
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!g_str_equal (what, routes[i].what))
      continue;
    known = TRUE;
    if (!g_str_equal (method, routes[i].method))
      continue;
    if (routes[i].done_only && web_job_get_state (job) != WEB_JOB_DONE)
      fail (message, SOUP_STATUS_CONFLICT, "unfinished");
    else
      routes[i].answer (server, message, job);
    return;
  }
  if (known)
    fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "malformed");
  else
    fail (message, SOUP_STATUS_NOT_FOUND, "gone");
}

/* --- Requests --- */

static void
answer (WebServer *server, SoupServerMessage *message, const char *path)
{
  const char *method = soup_server_message_get_method (message);

  if (g_str_has_prefix (path, GENERATIONS "/")) {
    answer_generation (
        server, message, method, path + strlen (GENERATIONS "/"));
    return;
  }
  if (g_str_equal (path, GENERATIONS) && method == SOUP_METHOD_POST) {
    post_generation (server, message);
    return;
  }
  if (g_str_equal (path, LOGIN) && method == SOUP_METHOD_POST) {
    web_login_begin (server->login, message);
    return;
  }
  if (g_str_equal (path, LOGIN) && method == SOUP_METHOD_DELETE) {
    web_login_end (server->login, message);
    return;
  }
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD) {
    fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "malformed");
    return;
  }
  if (g_str_equal (path, GENERATIONS))
    get_generations (server, message);
  else if (g_str_equal (path, API "options"))
    get_options (server, message);
  else if (!web_status_get (server->status, message, path)
      && !web_page_get (server->site, message, path))
    fail (message, SOUP_STATUS_NOT_FOUND, "gone");
}

/* The page itself is no secret, and has to ask for the password. */
static gboolean
needs_login (const char *path)
{
  return g_str_has_prefix (path, API) && !g_str_equal (path, LOGIN);
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
  server->samplers = samplers;
  server->service.api_url = options->api_url;
  server->service.token = options->access.token;
  server->limit = rate_limit_new (options->rate);
  server->share = web_share_new (REQUESTS_AT_ONCE_MAX);
  server->queue = web_queue_new (options->max_jobs, options->max_queue,
      MAX (1, (options->max_jobs + options->max_queue) / 2));
  server->gallery = web_gallery_new (options->gallery);
  server->soup = soup_server_new (NULL, NULL);
  server->log = web_log_new (server->soup);
  server->status = web_status_new (server->queue, server->log);
  soup_server_add_early_handler (
      server->soup, NULL, on_request_headers, server, NULL);
  soup_server_add_handler (server->soup, NULL, on_request, server, NULL);
  return start_listening (server, error) ? g_steal_pointer (&server) : NULL;
}

/* --- Its end --- */

static gboolean
on_drain_check (gpointer data)
{
  WebServer *server = data;

  if (g_get_monotonic_time () < server->drain_until_us
      && (web_gallery_is_working (server->gallery)
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
  web_status_drain (server->status);
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
  web_gallery_free (server->gallery);
  web_status_free (server->status);
  web_queue_free (server->queue);
  g_clear_pointer (&server->login, web_login_free);
  g_clear_pointer (&server->site, web_site_free);
  web_share_free (server->share);
  rate_limit_free (server->limit);
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
