/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sourceharness.h"

#include "gstanimgifdec.h"
#include "gstvisioncraftgifsrc.h"

/* The elements that tests have made. */
static GQueue elements = G_QUEUE_INIT; /* of GWeakRef */

/* A test that failed leaves its element running, and at the end of the process
 * everything would wait for it. */
static void
stop_elements (void)
{
  GWeakRef *weak;

  while ((weak = g_queue_pop_head (&elements)) != NULL) {
    g_autoptr (GstElement) element = g_weak_ref_get (weak);

    if (element != NULL)
      gst_element_set_state (element, GST_STATE_NULL);
    g_weak_ref_clear (weak);
    g_free (weak);
  }
}

Suite *
source_suite_new (const char *name, TCase **ret_case)
{
  Suite *suite = suite_create (name);

  g_unsetenv ("VISIONCRAFT_TOKEN");
  g_unsetenv ("VISIONCRAFT_API_URL");
  g_unsetenv ("VISIONCRAFT_CACHE_DIR");
  GST_ELEMENT_REGISTER (visioncraftgifsrc, NULL);
  GST_ELEMENT_REGISTER (animgifdec, NULL);
  *ret_case = tcase_create ("general");
  tcase_add_checked_fixture (*ret_case, NULL, stop_elements);
  suite_add_tcase (suite, *ret_case);
  return suite;
}

MockServer *
source_server_new (void)
{
  const MockOptions options = { .width = 64, .height = 48, .n_frames = 4 };
  GError *error = NULL;
  MockServer *server = mock_server_new (&options, &error);

  g_assert_no_error (error);
  return server;
}

void
source_load_plugins (const char *const *names)
{
  for (; *names != NULL; names++) {
    g_autofree char *path =
        g_strdup_printf (PLUGINS_DIR "/libgst%s.so", *names);
    g_autoptr (GError) error = NULL;
    g_autoptr (GstPlugin) plugin = gst_plugin_load_file (path, &error);

    /* Outside of a test: GstCheck's assertions do not work here. */
    if (plugin == NULL)
      g_error ("%s", error->message);
  }
}

GstHarness *
source_harness_new (MockServer *server)
{
  GstHarness *h = gst_harness_new ("visioncraftgifsrc");
  g_autoptr (GstBus) bus = gst_bus_new ();
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, h->element);
  g_queue_push_tail (&elements, weak);
  gst_element_set_bus (h->element, bus);
  g_object_set (h->element, "prompt", "a fox", "token", TEST_TOKEN, NULL);
  if (server != NULL)
    g_object_set (h->element, "api-url", mock_server_get_url (server), NULL);
  return h;
}

void
source_harness_free (GstHarness *h)
{
  g_autoptr (GstElement) element = gst_object_ref (h->element);
  g_autoptr (GstBus) bus = gst_element_get_bus (element);

  gst_harness_teardown (h);
  /* A message that is being posted now would hold its element, and that the
   * bus with the message. */
  gst_element_set_bus (element, NULL);
  gst_bus_set_flushing (bus, TRUE);
}

GstMessage *
source_harness_wait_message (GstHarness *h, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);
  GstMessage *message =
      gst_bus_timed_pop_filtered (bus, TEST_DEADLINE_MS * GST_MSECOND, types);

  fail_unless (message != NULL, "no message of type %s",
      gst_message_type_get_name (types));
  return message;
}

GstMessage *
source_harness_wait_element_message (GstHarness *h, const char *name)
{
  for (;;) {
    g_autoptr (GstMessage) message =
        source_harness_wait_message (h, GST_MESSAGE_ELEMENT);

    if (gst_message_has_name (message, name))
      return g_steal_pointer (&message);
  }
}

GBytes *
source_harness_pull_all (GstHarness *h)
{
  GByteArray *all = g_byte_array_new ();
  gboolean ended = FALSE;

  while (!ended) {
    GstBuffer *buffer = gst_harness_pull_until_eos (h, &buffer) ? buffer : NULL;
    GstMapInfo map;

    ended = buffer == NULL;
    if (ended)
      break;
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), all->len);
    g_byte_array_append (all, map.data, map.size);
    fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (buffer), all->len);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  return g_byte_array_free_to_bytes (all);
}

void
source_harness_play_until_held (GstHarness *h, MockServer *server)
{
  gst_harness_play (h);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TEST_DEADLINE_MS));
}

void
source_harness_run_to_eos (GstHarness *h)
{
  gst_harness_play (h);
  g_bytes_unref (source_harness_pull_all (h));
}

void
assert_bytes_equal (GBytes *a, GBytes *b)
{
  fail_unless_equals_uint64 (g_bytes_get_size (a), g_bytes_get_size (b));
  fail_unless (g_bytes_equal (a, b), "the bytes differ");
}

void
assert_n_posts (MockServer *server, guint n)
{
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_POST_RECEIVED), n);
}

char *
assert_error (GstHarness *h, GQuark domain, int code)
{
  g_autoptr (GstMessage) message =
      source_harness_wait_message (h, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  fail_unless (error->domain == domain && error->code == code,
      "another error: %s %d: %s", g_quark_to_string (error->domain),
      error->code, error->message);
  return g_strdup (error->message);
}

void
assert_no_error (GstHarness *h)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  fail_unless (message == NULL, "an error: %" GST_PTR_FORMAT, message);
}

void
pipeline_run_to_eos (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, TEST_DEADLINE_MS * GST_MSECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "neither an end nor an error");
  fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS,
      "an error: %" GST_PTR_FORMAT, message);
}
