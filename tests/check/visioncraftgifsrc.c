/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "sourceharness.h"

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>
#include <json-glib/json-glib.h>

/* Far below what a wait for the server takes, far above what a busy machine adds.
 * How short it is, the benchmarks say. */
#define STATE_LIMIT_MS 1000

/* --- Helpers --- */

static JsonObject *
posted_json (MockServer *server, JsonParser *parser)
{
  g_autoptr (GBytes) body = mock_server_ref_post_body (server, -1);
  gsize size;
  const char *text = g_bytes_get_data (body, &size);

  fail_unless (json_parser_load_from_data (parser, text, size, NULL));
  return json_node_get_object (json_parser_get_root (parser));
}

/* For runs after the first: a harness's EOS is final. */
static void
run_to_generated (GstHarness *h)
{
  gst_harness_play (h);
  gst_message_unref (
      source_harness_wait_element_message (h, "visioncraft-generated"));
}

static char *
write_token_file (const char *content)
{
  char *path = NULL;
  int fd = g_file_open_tmp ("visioncraft-test-XXXXXX", &path, NULL);

  fail_unless (fd >= 0);
  close (fd);
  fail_unless (g_file_set_contents (path, content, -1, NULL));
  fail_unless_equals_int (g_chmod (path, 0600), 0);
  return path;
}

static gint64
milliseconds_to_state (GstElement *element, GstState state)
{
  gint64 start = g_get_monotonic_time ();

  gst_element_set_state (element, state);
  return (g_get_monotonic_time () - start) / 1000;
}

/* --- Properties --- */

GST_START_TEST (test_properties_have_the_service_s_ranges_and_defaults)
{
  g_autoptr (GstElement) src =
      gst_element_factory_make ("visioncraftgifsrc", NULL);
  GObjectClass *klass = G_OBJECT_GET_CLASS (src);
  GParamSpecInt *cfg_scale =
      G_PARAM_SPEC_INT (g_object_class_find_property (klass, "cfg-scale"));
  GParamSpecInt *steps =
      G_PARAM_SPEC_INT (g_object_class_find_property (klass, "steps"));
  g_autofree char *sampler = NULL;
  g_autofree char *api_url = NULL;
  g_autofree char *negative = NULL;

  gst_object_ref_sink (src);
  g_object_get (src, "sampler", &sampler, "api-url", &api_url,
      "negative-prompt", &negative, NULL);
  fail_unless_equals_int (cfg_scale->minimum, 0);
  fail_unless_equals_int (cfg_scale->maximum, 20);
  fail_unless_equals_int (cfg_scale->default_value, 10);
  fail_unless_equals_int (steps->minimum, 1);
  fail_unless_equals_int (steps->maximum, 50);
  fail_unless_equals_int (steps->default_value, 30);
  fail_unless_equals_string (sampler, "Euler");
  fail_unless_equals_string (api_url, "https://visioncraft.top");
  fail_unless (negative == NULL);
}
GST_END_TEST;

GST_START_TEST (test_every_value_set_comes_back_except_secrets)
{
  g_autoptr (GstElement) src =
      gst_element_factory_make ("visioncraftgifsrc", NULL);
  guint n;
  g_autofree GParamSpec **specs =
      g_object_class_list_properties (G_OBJECT_GET_CLASS (src), &n);

  gst_object_ref_sink (src);
  for (guint i = 0; i < n; i++) {
    GValue set = G_VALUE_INIT, got = G_VALUE_INIT;
    static const char *const secrets[] = { "token", "proxy-pw", "authorization",
      NULL };
    gboolean secret = g_strv_contains (secrets, specs[i]->name);

    if (specs[i]->owner_type != GST_TYPE_VISIONCRAFT_GIF_SRC
        || !(specs[i]->flags & G_PARAM_WRITABLE))
      continue;
    fail_unless_equals_int (!(specs[i]->flags & G_PARAM_READABLE), secret);
    fail_unless (specs[i]->flags & GST_PARAM_MUTABLE_READY);
    if (secret)
      continue;

    g_value_init (&set, specs[i]->value_type);
    if (G_VALUE_HOLDS_STRING (&set))
      g_value_set_string (&set, "http://x.example");
    else if (G_VALUE_HOLDS_INT (&set))
      g_value_set_int (&set, 7);
    else if (G_VALUE_HOLDS_UINT (&set))
      g_value_set_uint (&set, 7);
    else if (G_VALUE_HOLDS_UINT64 (&set))
      g_value_set_uint64 (&set, 7);
    else if (G_VALUE_HOLDS_DOUBLE (&set))
      g_value_set_double (&set, 7.5);
    else if (G_VALUE_HOLDS_BOOLEAN (&set))
      g_value_set_boolean (&set,
          !g_value_get_boolean (g_param_spec_get_default_value (specs[i])));
    g_object_set_property (G_OBJECT (src), specs[i]->name, &set);
    g_object_get_property (G_OBJECT (src), specs[i]->name, &got);
    fail_unless (g_param_values_cmp (specs[i], &set, &got) == 0,
        "%s does not come back", specs[i]->name);
    g_value_unset (&set);
    g_value_unset (&got);
  }
}
GST_END_TEST;

GST_START_TEST (test_properties_are_fixed_while_it_runs)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  int steps;

  source_harness_run_to_eos (h);
  g_object_set (h->element, "steps", 49, NULL);
  g_object_get (h->element, "steps", &steps, NULL);
  fail_unless_equals_int (steps, 30);

  gst_element_set_state (h->element, GST_STATE_READY);
  g_object_set (h->element, "steps", 49, NULL);
  g_object_get (h->element, "steps", &steps, NULL);
  fail_unless_equals_int (steps, 49);
  source_harness_free (h);
}
GST_END_TEST;

/* --- The request --- */

GST_START_TEST (test_the_six_members_go_out_as_set)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (JsonParser) parser = json_parser_new ();
  const char *prompt = "((a \"fox\")) in\nthe [snow] \\ 🦊";
  JsonObject *json;

  g_object_set (h->element, "prompt", prompt, "negative-prompt", "blurry",
      "sampler", "DPM++ 2M Karras", "cfg-scale", 0, "steps", 50, NULL);
  source_harness_run_to_eos (h);

  json = posted_json (server, parser);
  fail_unless_equals_int (json_object_get_size (json), 6);
  fail_unless_equals_string (
      json_object_get_string_member (json, "prompt"), prompt);
  fail_unless_equals_string (
      json_object_get_string_member (json, "negative_prompt"), "blurry");
  fail_unless_equals_string (
      json_object_get_string_member (json, "sampler"), "DPM++ 2M Karras");
  fail_unless_equals_string (
      json_object_get_string_member (json, "token"), TEST_TOKEN);
  fail_unless_equals_int (json_object_get_int_member (json, "cfg_scale"), 0);
  fail_unless_equals_int (json_object_get_int_member (json, "steps"), 50);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_an_unset_negative_prompt_is_left_out)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *json;

  source_harness_run_to_eos (h);
  json = posted_json (server, parser);
  fail_unless_equals_int (json_object_get_size (json), 5);
  fail_if (json_object_has_member (json, "negative_prompt"));
  source_harness_free (h);
}
GST_END_TEST;

static void
assert_token_sent (MockServer *server, GstHarness *h, const char *token)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  run_to_generated (h);
  fail_unless_equals_string (
      json_object_get_string_member (posted_json (server, parser), "token"),
      token);
  gst_element_set_state (h->element, GST_STATE_NULL);
}

GST_START_TEST (test_the_token_comes_from_property_then_file_then_environment)
{
  g_autoptr (MockServer) server = source_server_new ();
  g_autofree char *path = write_token_file ("from-file\n");
  GstHarness *h = source_harness_new (server);

  g_setenv ("VISIONCRAFT_TOKEN", "from-environment", TRUE);
  g_object_set (h->element, "token", "from-property", "token-file", path, NULL);
  assert_token_sent (server, h, "from-property");
  g_object_set (h->element, "token", NULL, NULL);
  assert_token_sent (server, h, "from-file");
  g_object_set (h->element, "token-file", NULL, NULL);
  assert_token_sent (server, h, "from-environment");
  g_unsetenv ("VISIONCRAFT_TOKEN");

  source_harness_free (h);
  g_unlink (path);
}
GST_END_TEST;

GST_START_TEST (test_the_environment_s_address_serves_while_api_url_is_unset)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (NULL);

  g_setenv ("VISIONCRAFT_API_URL", mock_server_get_url (server), TRUE);
  source_harness_run_to_eos (h);
  g_unsetenv ("VISIONCRAFT_API_URL");
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

/* What has to be there before anything is sent. */
static const struct
{
  const char *property;
  const char *names; /* in the error's text */
} needed[] = {
  { "prompt", "prompt" },
  { "token", "VISIONCRAFT_TOKEN" },
  { "sampler", "sampler" },
};

GST_START_TEST (test_a_missing_setting_is_named_before_any_request)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autofree char *text = NULL;

  g_object_set (h->element, needed[__i__].property, NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  text = assert_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  fail_unless (strstr (text, needed[__i__].names) != NULL, "%s", text);
  assert_no_error (h);
  fail_unless_equals_int (mock_server_count (server, MOCK_EVENT_CONNECTION), 0);
  source_harness_free (h);
}
GST_END_TEST;

/* --- The bytes --- */

GST_START_TEST (test_the_bytes_are_the_server_s_from_magic_to_eos)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) got = NULL;
  g_autoptr (GBytes) sent = NULL;

  gst_harness_play (h);
  got = source_harness_pull_all (h);
  sent = mock_server_ref_gif (server, -1);
  assert_bytes_equal (got, sent);
  fail_unless (g_str_has_prefix (g_bytes_get_data (got, NULL), "GIF89a"));
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_bytes_that_drip_in_make_the_same_gif)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  guint8 gif[700];
  g_autoptr (GBytes) sent = NULL;
  g_autoptr (GBytes) got = NULL;

  memcpy (gif, "GIF89a", 6);
  for (guint i = 6; i < sizeof (gif); i++)
    gif[i] = i * 31;
  sent = g_bytes_new (gif, sizeof (gif));
  mock_server_set_gif (server, sent);
  mock_server_push_fault (server, "drip rate=1000");
  gst_harness_play (h);
  got = source_harness_pull_all (h);
  assert_bytes_equal (got, sent);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_a_large_body_arrives_whole)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  gsize size = 5 * 1024 * 1024 + 17;
  guint8 *data = g_malloc (size);
  g_autoptr (GBytes) sent = NULL;
  g_autoptr (GBytes) got = NULL;

  for (gsize i = 0; i < size; i++)
    data[i] = (i * 2654435761u) >> 24;
  memcpy (data, "GIF87a", 6);
  sent = g_bytes_new_take (data, size);
  mock_server_set_gif (server, sent);
  gst_harness_play (h);
  got = source_harness_pull_all (h);
  assert_bytes_equal (got, sent);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_the_first_bytes_leave_before_the_last_have_come)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  GstBuffer *buffer;

  mock_server_hold (server, MOCK_STAGE_GET, 100);
  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  fail_unless (buffer != NULL);
  fail_unless (gst_buffer_get_size (buffer) <= 100);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_GET_ANSWERED), 0);
  gst_buffer_unref (buffer);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_buffers_are_read_only_views)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  GstBuffer *buffer;

  gst_harness_play (h);
  buffer = gst_harness_pull (h);
  fail_unless_equals_int (gst_buffer_n_memory (buffer), 1);
  fail_unless (GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (buffer, 0)));
  gst_buffer_unref (buffer);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_stream_start_caps_and_segment_go_first_in_this_order)
{
  static const GstEventType order[] = { GST_EVENT_STREAM_START, GST_EVENT_CAPS,
    GST_EVENT_SEGMENT };
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstCaps) caps = NULL;
  const GstSegment *segment;

  source_harness_run_to_eos (h);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    g_autoptr (GstEvent) event = gst_harness_pull_event (h);

    fail_unless_equals_int (GST_EVENT_TYPE (event), order[i]);
    if (order[i] == GST_EVENT_SEGMENT) {
      gst_event_parse_segment (event, &segment);
      fail_unless_equals_int (segment->format, GST_FORMAT_BYTES);
    }
  }
  caps = gst_pad_get_current_caps (h->sinkpad);
  fail_unless (
      gst_structure_has_name (gst_caps_get_structure (caps, 0), "image/gif"));
  source_harness_free (h);
}
GST_END_TEST;

/* decodebin3 exposes a stream with its caps, and wants to see bytes then. */
GST_START_TEST (test_no_caps_are_announced_before_there_are_bytes)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (h, server);
  fail_if (gst_pad_has_current_caps (h->sinkpad));
  mock_server_release (server);
  gst_buffer_unref (gst_harness_pull (h));
  fail_unless (gst_pad_has_current_caps (h->sinkpad));
  source_harness_free (h);
  assert_n_posts (server, 1);
}
GST_END_TEST;

static gboolean
refuse_gif_caps (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_ACCEPT_CAPS) {
    gst_query_set_accept_caps_result (query, FALSE);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

GST_START_TEST (test_no_caps_are_announced_to_a_peer_that_refuses_them)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) got = NULL;
  g_autoptr (GBytes) sent = NULL;

  gst_pad_set_query_function (h->sinkpad, refuse_gif_caps);
  gst_harness_play (h);
  got = source_harness_pull_all (h);
  sent = mock_server_ref_gif (server, -1);
  assert_bytes_equal (got, sent);
  fail_if (gst_pad_has_current_caps (h->sinkpad));
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_what_is_no_gif_is_not_pushed)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) page = g_bytes_new_static ("<html>no", 8);
  g_autofree char *text = NULL;

  mock_server_set_gif (server, page);
  gst_harness_play (h);
  text = assert_error (h, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE);
  fail_unless (strstr (text, "<html>") != NULL, "%s", text);
  fail_unless (gst_harness_try_pull (h) == NULL);
  source_harness_free (h);
  assert_n_posts (server, 1);
}
GST_END_TEST;

/* --- Runs and money --- */

GST_START_TEST (test_each_run_generates_once)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  run_to_generated (h);
  assert_n_posts (server, 1);
  gst_element_set_state (h->element, GST_STATE_READY);
  run_to_generated (h);
  assert_n_posts (server, 2);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_size_and_position_are_in_bytes)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) sent = NULL;
  gint64 size = 0, position = 0;

  source_harness_run_to_eos (h);
  sent = mock_server_ref_gif (server, -1);
  fail_unless (
      gst_element_query_duration (h->element, GST_FORMAT_BYTES, &size));
  fail_unless_equals_int64 (size, g_bytes_get_size (sent));
  fail_unless (
      gst_element_query_position (h->element, GST_FORMAT_BYTES, &position));
  fail_unless_equals_int64 (position, size);
  source_harness_free (h);
}
GST_END_TEST;

/* --- Never waiting --- */

GST_START_TEST (test_paused_and_null_do_not_wait_for_a_silent_server)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  gint64 to_paused, to_null;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  to_paused = milliseconds_to_state (h->element, GST_STATE_PAUSED);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TEST_DEADLINE_MS));
  to_null = milliseconds_to_state (h->element, GST_STATE_NULL);

  fail_unless (to_paused < STATE_LIMIT_MS,
      "PAUSED took %" G_GINT64_FORMAT " ms", to_paused);
  fail_unless (
      to_null < STATE_LIMIT_MS, "NULL took %" G_GINT64_FORMAT " ms", to_null);
  assert_no_error (h);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_eos_from_the_application_ends_a_silent_generation)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) nothing = NULL;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (h, server);
  fail_unless (gst_element_send_event (h->element, gst_event_new_eos ()));
  nothing = source_harness_pull_all (h);
  fail_unless_equals_int (g_bytes_get_size (nothing), 0);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc", &tc);

  tcase_add_test (tc, test_properties_have_the_service_s_ranges_and_defaults);
  tcase_add_test (tc, test_every_value_set_comes_back_except_secrets);
  tcase_add_test (tc, test_properties_are_fixed_while_it_runs);
  tcase_add_test (tc, test_the_six_members_go_out_as_set);
  tcase_add_test (tc, test_an_unset_negative_prompt_is_left_out);
  tcase_add_test (
      tc, test_the_token_comes_from_property_then_file_then_environment);
  tcase_add_test (
      tc, test_the_environment_s_address_serves_while_api_url_is_unset);
  tcase_add_loop_test (tc, test_a_missing_setting_is_named_before_any_request,
      0, G_N_ELEMENTS (needed));
  tcase_add_test (tc, test_the_bytes_are_the_server_s_from_magic_to_eos);
  tcase_add_test (tc, test_bytes_that_drip_in_make_the_same_gif);
  tcase_add_test (tc, test_a_large_body_arrives_whole);
  tcase_add_test (tc, test_the_first_bytes_leave_before_the_last_have_come);
  tcase_add_test (tc, test_buffers_are_read_only_views);
  tcase_add_test (
      tc, test_stream_start_caps_and_segment_go_first_in_this_order);
  tcase_add_test (tc, test_no_caps_are_announced_before_there_are_bytes);
  tcase_add_test (tc, test_no_caps_are_announced_to_a_peer_that_refuses_them);
  tcase_add_test (tc, test_what_is_no_gif_is_not_pushed);
  tcase_add_test (tc, test_each_run_generates_once);
  tcase_add_test (tc, test_size_and_position_are_in_bytes);
  tcase_add_test (tc, test_paused_and_null_do_not_wait_for_a_silent_server);
  tcase_add_test (tc, test_eos_from_the_application_ends_a_silent_generation);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc);
