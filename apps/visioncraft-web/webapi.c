/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webapi.h"

#include "ratelimit.h"
#include "webdownload.h"
#include "webgallery.h"
#include "webremote.h"
#include "webreply.h"
#include "webstream.h"

#define GENERATIONS WEB_API_PATH "generations"
#define OPTIONS WEB_API_PATH "options"

/* Posters that may wait for one another. */
#define POSTERS_WAITING_MAX 1000

struct _WebApi
{
  const WebOptions *options;
  Samplers *samplers;
  WebService service;
  RateLimit *limit;
  WebQueue *queue, *posters;
  WebStore *store; /* NULL: only in memory */
  WebGallery *gallery;
  WebStatus *status;
  gboolean draining;
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
get_options (WebApi *api, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const char *const *names = samplers_get (api->samplers);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "samplers");
  json_builder_begin_array (builder);
  for (guint i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "samplers_current");
  json_builder_add_boolean_value (
      builder, samplers_are_current (api->samplers));
  add_range (builder, "cfg_scale", WEB_CFG_SCALE_MIN, WEB_CFG_SCALE_MAX,
      WEB_CFG_SCALE_DEFAULT);
  add_range (builder, "steps", WEB_STEPS_MIN, WEB_STEPS_MAX, WEB_STEPS_DEFAULT);
  json_builder_set_member_name (builder, "max_prompt");
  json_builder_add_int_value (builder, api->options->max_prompt);
  json_builder_end_object (builder);
  web_reply_json (message, SOUP_STATUS_OK, builder);
  /* For the next one who asks. */
  samplers_refresh (api->samplers, NULL, NULL);
}

/* --- Generations --- */

static void
get_generations (WebApi *api, SoupServerMessage *message)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "generations");
  web_gallery_add_to (api->gallery, builder);
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
check_rate (WebApi *api, SoupServerMessage *message)
{
  guint wait_s;
  WebFault *fault;

  if (rate_limit_allow (api->limit, web_remote_get_key (message),
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
check_queue (WebApi *api, SoupServerMessage *message)
{
  return web_queue_has_share (api->queue, get_owner (message))
      ? NULL
      : web_fault_new (WEB_STATUS_TOO_MANY_REQUESTS, "share");
}

static void
post_generation (WebApi *api, SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (
      soup_server_message_get_request_body (message));
  WebFault *fault = NULL;
  g_autoptr (WebJob) job = NULL;
  WebPrompt *prompt = web_prompt_parse (
      body, api->options->max_prompt, samplers_get (api->samplers), &fault);

  if (fault == NULL && api->draining)
    fault = web_fault_new (SOUP_STATUS_SERVICE_UNAVAILABLE, "ending");
  if (fault == NULL)
    fault = check_queue (api, message);
  if (fault == NULL)
    fault = check_rate (api, message);
  if (fault != NULL) {
    g_clear_pointer (&prompt, web_prompt_free);
    web_reply_fault (message, fault);
    return;
  }
  job = web_job_new (&api->service, api->queue, get_owner (message), prompt);
  if (job == NULL) {
    fail (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "queue-full");
    return;
  }
  web_status_watch (api->status, job);
  web_gallery_add (api->gallery, job);
  reply_job (message, SOUP_STATUS_CREATED, job);
}

/* --- One generation --- */

static void
get_state (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  reply_job (message, SOUP_STATUS_OK, job);
}

static void
get_events (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  web_stream_events (message, job);
}

static void
get_gif (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  web_download_gif (message, job);
}

static void
get_mp4 (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  web_download_converted (
      message, job, WEB_FORMAT_MP4, api->queue, get_owner (message));
}

static void
get_webm (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  web_download_converted (
      message, job, WEB_FORMAT_WEBM, api->queue, get_owner (message));
}

/* Whole, so that players can jump about in it, once it is whole. */
static void
get_video (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  g_autoptr (GBytes) bytes = NULL;

  if (!web_job_is_finished (job)) {
    web_stream_video (message, job);
    return;
  }
  if (web_job_get_state (job) != WEB_JOB_DONE) {
    fail (message, SOUP_STATUS_GONE, "gone");
    return;
  }
  bytes = web_job_ref_whole_video (job);
  if (bytes != NULL)
    web_reply_bytes (message, "video/mp4", WEB_CACHE_FOREVER, bytes);
  else
    get_mp4 (api, message, job);
}

/* Small, and wanted by the dozen: they do not wait for generations. */
static void
get_poster (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  web_download_converted (
      message, job, WEB_FORMAT_JPEG, api->posters, get_owner (message));
}

static void
delete_generation (WebApi *api, SoupServerMessage *message, WebJob *job)
{
  if (web_job_is_finished (job))
    web_gallery_remove (api->gallery, job);
  else
    web_job_cancel (job);
  soup_server_message_set_status (message, SOUP_STATUS_NO_CONTENT, NULL);
}

static const struct
{
  const char *method, *what; /* below the id; "": the id itself */
  gboolean done_only;
  void (*answer) (WebApi *api, SoupServerMessage *message, WebJob *job);
} routes[] = {
  { "GET", "", FALSE, get_state },
  { "DELETE", "", FALSE, delete_generation },
  { "GET", "events", FALSE, get_events },
  { "GET", "video", FALSE, get_video },
  { "GET", "poster", TRUE, get_poster },
  { "GET", "gif", TRUE, get_gif },
  { "GET", "mp4", TRUE, get_mp4 },
  { "GET", "webm", TRUE, get_webm },
};

/* @path is what follows GENERATIONS "/". */
static void
answer_generation (WebApi *api, SoupServerMessage *message, const char *method,
    const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 2);
  const char *what = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
  WebJob *job =
      parts[0] != NULL ? web_gallery_lookup (api->gallery, parts[0]) : NULL;
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
      routes[i].answer (api, message, job);
    return;
  }
  if (known)
    fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "malformed");
  else
    fail (message, SOUP_STATUS_NOT_FOUND, "gone");
}

/* --- All of it --- */

void
web_api_answer (WebApi *api, SoupServerMessage *message, const char *path)
{
  const char *method = soup_server_message_get_method (message);
  gboolean reads = method == SOUP_METHOD_GET || method == SOUP_METHOD_HEAD;

  if (g_str_has_prefix (path, GENERATIONS "/"))
    answer_generation (api, message, method, path + strlen (GENERATIONS "/"));
  else if (g_str_equal (path, GENERATIONS) && method == SOUP_METHOD_POST)
    post_generation (api, message);
  else if (!reads)
    fail (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "malformed");
  else if (g_str_equal (path, GENERATIONS))
    get_generations (api, message);
  else if (g_str_equal (path, OPTIONS))
    get_options (api, message);
  else
    fail (message, SOUP_STATUS_NOT_FOUND, "gone");
}

WebApi *
web_api_new (
    const WebOptions *options, Samplers *samplers, WebLog *log, GError **error)
{
  g_autoptr (WebStore) store = NULL;
  WebApi *api;

  if (options->gallery_dir != NULL) {
    store = web_store_new (options->gallery_dir, error);
    if (store == NULL)
      return NULL;
  }
  api = g_new0 (WebApi, 1);
  api->options = options;
  api->samplers = samplers;
  api->service = (WebService){ options->api_url, options->access.token,
    options->gallery_dir };
  api->limit = rate_limit_new (options->rate);
  api->queue = web_queue_new (options->max_jobs, options->max_queue,
      MAX (1, (options->max_jobs + options->max_queue) / 2));
  api->posters = web_queue_new (1, POSTERS_WAITING_MAX, POSTERS_WAITING_MAX);
  api->store = g_steal_pointer (&store);
  api->gallery = web_gallery_new (options->gallery, api->store);
  api->status = web_status_new (api->queue, log);
  return api;
}

void
web_api_free (WebApi *api)
{
  if (api == NULL)
    return;
  web_gallery_free (api->gallery);
  g_clear_pointer (&api->store, web_store_free);
  web_status_free (api->status);
  web_queue_free (api->queue);
  web_queue_free (api->posters);
  rate_limit_free (api->limit);
  g_free (api);
}

void
web_api_drain (WebApi *api)
{
  api->draining = TRUE;
  web_status_drain (api->status);
}

gboolean
web_api_is_working (WebApi *api)
{
  return web_gallery_is_working (api->gallery);
}

WebStatus *
web_api_get_status (WebApi *api)
{
  return api->status;
}
