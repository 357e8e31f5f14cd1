/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockapi.c: which request gets which reply
 */
#include "mockapi.h"
#include "mockkind.h"
#include "mockcheck.h"
#include "mockserve.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define GIF_FOLDER "/gifs/"

static MockReply *
make_json_reply (guint status, const char *text)
{
  MockReply *reply = mock_reply_new (status);

  mock_reply_set_text (reply, "application/json", text);
  return reply;
}

static MockReply *
refuse_method (const char *allowed)
{
  MockReply *reply =
      make_json_reply (405, "{\"detail\":\"Method Not Allowed\"}");

  mock_reply_set_header (reply, "Allow", allowed);
  return reply;
}

/* The address as the client will reach it: by the host it has just used. */
static char *
make_gif_address (
    MockState *state, const MockRequest *request, const MockGif *gif)
{
  const char *host = soup_message_headers_get_one (request->headers, "Host");
  gboolean tls = mock_state_get_options (state)->certificate != NULL;

  if (host == NULL || *host == '\0')
    return g_strconcat (
        mock_state_get_url (state), GIF_FOLDER, gif->name, NULL);
  return g_strconcat (
      tls ? "https://" : "http://", host, GIF_FOLDER, gif->name, NULL);
}

static MockReply *
make_images_reply (const char *address)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "images");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, address);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  return make_json_reply (200, text);
}

/* Makes the picture; NULL when giflib fails. */
static MockGif *
generate (MockState *state, const MockParameters *parameters)
{
  const MockOptions *options = mock_state_get_options (state);
  MockRecipe recipe = {
    .prompt = parameters->prompt,
    .sampler = parameters->sampler,
    .cfg_scale = parameters->cfg_scale,
    .steps = parameters->steps,
    .width = options->width,
    .height = options->height,
    .n_frames = options->n_frames,
    .transparent = options->transparent,
  };

  return mock_state_generate (
      state, &recipe, mock_fault_find_in_prompt (parameters->prompt));
}

static MockReply *
make_generated_reply (
    MockState *state, const MockRequest *request, const MockGif *gif)
{
  g_autofree char *address = NULL;
  MockReply *reply;

  if (gif == NULL)
    return make_json_reply (500, "{\"detail\":\"Internal Server Error\"}");
  address = make_gif_address (state, request, gif);
  reply = make_images_reply (address);
  reply->latency_ms = mock_state_get_options (state)->latency_ms;
  return reply;
}

/* Appends to @faults those of @text (or NULL) for request number @n. */
static gboolean
add_faults (GPtrArray *faults, const char *text, MockStage stage, guint n,
    GError **error)
{
  g_autoptr (GPtrArray) more = NULL;

  if (text == NULL)
    return TRUE;
  more = mock_fault_parse (text, TRUE, error);
  if (more == NULL)
    return FALSE;
  mock_fault_select (more, stage, n, faults);
  return TRUE;
}

/* The faults of a POST, among them those in its prompt. NULL and @error when
 * the prompt asks for one that does not exist. */
static GPtrArray *
take_post_faults (MockState *state, const char *prompt, GError **error)
{
  MockFaultBook *book = mock_state_get_faults (state);
  g_autoptr (GPtrArray) faults = mock_fault_book_take (book, MOCK_STAGE_POST);
  const char *text = prompt != NULL ? mock_fault_find_in_prompt (prompt) : NULL;
  guint n = text != NULL ? mock_fault_book_count_prompt (book, prompt) : 0;

  return add_faults (faults, text, MOCK_STAGE_POST, n, error)
      ? g_steal_pointer (&faults)
      : NULL;
}

static MockReply *
answer_post (MockState *state, const MockRequest *request)
{
  const MockOptions *options = mock_state_get_options (state);
  g_autoptr (MockReply) refusal = NULL;
  g_autoptr (MockParameters) parameters =
      mock_check_request (request, options->token, &refusal);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) faults =
      take_post_faults (state, parameters->prompt, &error);
  g_autoptr (MockGif) gif = NULL;
  MockFaultTarget target = {
    .request = request,
    .token = parameters->token != NULL ? parameters->token : "",
    .tls = options->certificate != NULL,
  };
  MockReply *reply;

  if (faults == NULL)
    return mock_order_refuse (400, error->message);
  if (mock_kind_any_replaces (faults, request)) {
    reply = mock_reply_new (200);
  } else if (refusal != NULL) {
    reply = g_steal_pointer (&refusal);
  } else {
    target.gif = gif = generate (state, parameters);
    reply = make_generated_reply (state, request, gif);
  }
  reply->hold_at = mock_state_get_hold (state, MOCK_STAGE_POST);
  mock_kind_apply (faults, &target, reply);
  return reply;
}

static MockReply *
answer_get (MockState *state, const MockRequest *request)
{
  const MockOptions *options = mock_state_get_options (state);
  g_autoptr (MockGif) gif =
      mock_state_find_gif (state, request->path + strlen (GIF_FOLDER));
  g_autoptr (GPtrArray) faults =
      mock_fault_book_take (mock_state_get_faults (state), MOCK_STAGE_GET);
  MockFaultTarget target = {
    .request = request,
    .token = "",
    .gif = gif,
    .tls = options->certificate != NULL,
  };
  MockReply *reply;

  if (gif == NULL) {
    reply = make_json_reply (404, "{\"detail\":\"Not Found\"}");
  } else {
    g_autoptr (MockServing) serving = mock_serving_new (gif);

    target.n_gets = (guint) g_atomic_int_add (&gif->n_gets, 1);
    add_faults (faults, gif->faults, MOCK_STAGE_GET, target.n_gets, NULL);
    mock_kind_serve (faults, &target, serving);
    reply = mock_serving_reply (serving, request);
    reply->rate = options->drip_rate;
  }
  reply->hold_at = mock_state_get_hold (state, MOCK_STAGE_GET);
  mock_kind_apply (faults, &target, reply);
  return reply;
}

static MockReply *
list_samplers (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  const char *const *names = mock_order_list_samplers ();

  json_builder_begin_array (builder);
  for (guint i = 0; names[i] != NULL; i++)
    json_builder_add_string_value (builder, names[i]);
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  return make_json_reply (200, text);
}

static MockReply *
tell_limits (void)
{
  return make_json_reply (200,
      "{\"Free Tier\":{\"SDXL models\":\"5 per 1 minute\","
      "\"Text2GIF\":\"3 per 1 minute\"},"
      "\"Tier 1 ($10 per month)\":{\"Text2GIF\":\"10 per 1 minute\"}}");
}

/* Releases of the service differ. */
static gboolean
is_generation (const MockRequest *request)
{
  return g_str_equal (request->path, "/generate-gif")
      || g_str_equal (request->path, "/beta/generate-gif");
}

static MockReply *
answer_other (MockState *state, const MockRequest *request, gboolean is_get)
{
  const char *const sampler_paths[] = { "/image/samplers", "/sd/samplers",
    "/samplers", NULL };

  mock_state_count (state, MOCK_EVENT_OTHER_RECEIVED);
  if (is_generation (request))
    return refuse_method ("POST");
  if (g_strv_contains (sampler_paths, request->path))
    return is_get ? list_samplers () : refuse_method ("GET, HEAD");
  if (g_str_equal (request->path, "/limits"))
    return is_get ? tell_limits () : refuse_method ("GET, HEAD");
  if (g_str_has_prefix (request->path, GIF_FOLDER))
    return refuse_method ("GET, HEAD");
  return make_json_reply (404, "{\"detail\":\"Not Found\"}");
}

MockReply *
mock_api_answer (
    MockState *state, const MockRequest *request, MockEvent *ret_answered)
{
  gboolean is_get = g_str_equal (request->method, "GET")
      || g_str_equal (request->method, "HEAD");

  if (g_str_equal (request->method, "POST") && is_generation (request)) {
    mock_state_record (state, MOCK_STAGE_POST, request->head, request->body);
    mock_state_count (state, MOCK_EVENT_POST_RECEIVED);
    *ret_answered = MOCK_EVENT_POST_ANSWERED;
    return answer_post (state, request);
  }
  if (is_get && g_str_has_prefix (request->path, GIF_FOLDER)) {
    mock_state_record (state, MOCK_STAGE_GET, request->head, NULL);
    if (soup_message_headers_get_one (request->headers, "Range") != NULL)
      mock_state_count (state, MOCK_EVENT_RANGE_RECEIVED);
    mock_state_count (state, MOCK_EVENT_GET_RECEIVED);
    *ret_answered = MOCK_EVENT_GET_ANSWERED;
    return answer_get (state, request);
  }
  *ret_answered = MOCK_N_EVENTS;
  return answer_other (state, request, is_get);
}
