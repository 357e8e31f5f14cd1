/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "mockhole.h"
#include "netrun.h"

#include <gst/check/gstcheck.h>

#define BILLED "may have been billed"

/* --- Time --- */

static const NetRow times[] = {
  { "silence", "generation-timeout=1 retries=3", RESOURCE (READ), 1, 0,
      "generate", 0, .words = "(generation-timeout). The generation " BILLED },
  { "json-drip", "generation-timeout=1 retries=3", RESOURCE (READ), 1, 0,
      "reply", 200, .words = "generation-timeout" },
  { "hold-body on=post after=5", "generation-timeout=1", RESOURCE (READ), 1, 0,
      "reply", 200, .words = "generation-timeout" },
  { "silence on=get", "idle-timeout=1 retries=0", RESOURCE (READ), 1, 1,
      "download", 0, .words = "idle-timeout" },
  { "silence on=get times=1", "idle-timeout=1", GIF, 1, 2 },
  { "hold-body times=1", "idle-timeout=1", GIF, 1, 2 },
  { "hold-body", "idle-timeout=1 retries=0", RESOURCE (READ), 1, 1, "download",
      200, .words = "idle-timeout" },
  /* All of it is there. */
  { "no-length fault:hold-body after=9999999", "idle-timeout=1", GIF, 1, 1 },
  { "raw-gif fault:hold-body on=post after=2000", "idle-timeout=1",
      RESOURCE (READ), 1, 0, "download", 200, 1, .words = "idle-timeout" },
  { "drip rate=1000", "low-speed-limit=5000 low-speed-time=1 retries=0",
      RESOURCE (READ), 1, 1, "download", 200, .words = "low-speed-limit" },
  { "drip rate=1000 times=1", "low-speed-limit=5000 low-speed-time=1", GIF, 1,
      2 },
  { "drip rate=1000", "low-speed-limit=0 low-speed-time=1 download-timeout=2",
      RESOURCE (READ), 1, 1, "download", 200, .words = "(download-timeout)" },
  /* Slow is not idle; and the generation has another limit than the download. */
  { "drip rate=15000", "idle-timeout=1 generation-timeout=1", GIF, 1, 1 },
  { "ok latency-ms=1200", "generation-timeout=0 idle-timeout=1", GIF, 1, 1 },
};

GST_START_TEST (test_a_limit_of_time_ends_the_wait_and_is_named)
{
  net_run_row (&times[__i__]);
}
GST_END_TEST;

GST_START_TEST (test_connect_timeout_ends_a_black_hole_and_is_tried_again)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MockHole) hole = mock_hole_new (&error);
  const NetRow row = { NULL, NULL, RESOURCE (READ), 0, 0, "connect", 0, 2,
    .words = "(connect-timeout)" };
  GstHarness *h = source_harness_new (NULL);

  g_assert_no_error (error);
  net_set (h->element, NET_SETTINGS " connect-timeout=1");
  g_object_set (h->element, "api-url", mock_hole_get_url (hole), NULL);
  net_run_harness (h, NULL, &row);
  net_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_connect_timeout_ends_a_silent_handshake)
{
  g_autoptr (MockServer) server = net_server_new ("accept-silence", NULL);
  g_autofree char *https = g_strdup_printf (
      "https%s", mock_server_get_url (server) + strlen ("http"));
  const NetRow row = { NULL, NULL, RESOURCE (READ), 0, 0, "connect", 0, 1,
    .words = "(connect-timeout)" };
  GstHarness *h = source_harness_new (NULL);

  net_set (h->element, "retries=0 connect-timeout=1");
  g_object_set (h->element, "api-url", https, NULL);
  net_run_harness (h, server, &row);
  net_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_a_refused_connection_is_tried_again_and_sends_nothing)
{
  const NetRow row = { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 2,
    .words = "refused" };
  GstHarness *h = source_harness_new (NULL);

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "api-url", "http://127.0.0.1:1", NULL);
  net_run_harness (h, NULL, &row);
  net_harness_free (h);
}
GST_END_TEST;

/* --- Size --- */

static const NetRow sizes[] = {
  { NULL, "max-size=1000", RESOURCE (NO_SPACE_LEFT), 1, 1, "download", 200,
      .words = "1000 bytes that max-size allows" },
  { "chunked", "max-size=1000", RESOURCE (NO_SPACE_LEFT), 1, 1, "download", 200,
      .words = "max-size" },
  { "no-length", "max-size=1000", RESOURCE (NO_SPACE_LEFT), 1, 1, "download",
      200 },
  { "gzip", "max-size=1000", RESOURCE (NO_SPACE_LEFT), 1, 1, "download", 200 },
  { "endless", "max-size=5000000", RESOURCE (NO_SPACE_LEFT), 1, 1, "download",
      200 },
  { "length-huge", NULL, RESOURCE (NO_SPACE_LEFT), 1, 1, "download", 200,
      .words = "268435456 bytes" },
  { "raw-gif", "max-size=1000", RESOURCE (NO_SPACE_LEFT), 1, 0, "download", 200,
      1, .words = BILLED },
  { "raw-gif fault:chunked on=post", "max-size=1000", RESOURCE (NO_SPACE_LEFT),
      1, 0, "download", 200, 1 },
  { NULL, "max-size=0", GIF, 1, 1 },
};

GST_START_TEST (test_a_larger_gif_than_allowed_is_an_error)
{
  net_run_row (&sizes[__i__]);
}
GST_END_TEST;

GST_START_TEST (test_no_byte_over_max_size_is_pushed)
{
  g_autoptr (MockServer) server = net_server_new ("chunked", NULL);
  GstHarness *h = source_harness_new (server);
  gsize pushed = 0;
  GstBuffer *buffer;

  net_set (h->element, "max-size=5000");
  gst_harness_play (h);
  g_free (
      assert_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
  gst_element_set_state (h->element, GST_STATE_NULL);
  while ((buffer = gst_harness_try_pull (h)) != NULL) {
    pushed += gst_buffer_get_size (buffer);
    gst_buffer_unref (buffer);
  }
  fail_unless (pushed <= 5000, "%" G_GSIZE_FORMAT " bytes", pushed);
  assert_n_posts (server, 1);
  net_harness_free (h);
}
GST_END_TEST;

#define add_rows(tcase, test, rows) \
  tcase_add_loop_test (tcase, test, 0, G_N_ELEMENTS (rows))

static Suite *
visioncraftgifsrc_net_limits_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-limits", &tc);

  add_rows (tc, test_a_limit_of_time_ends_the_wait_and_is_named, times);
  tcase_add_test (
      tc, test_connect_timeout_ends_a_black_hole_and_is_tried_again);
  tcase_add_test (tc, test_connect_timeout_ends_a_silent_handshake);
  tcase_add_test (
      tc, test_a_refused_connection_is_tried_again_and_sends_nothing);
  add_rows (tc, test_a_larger_gif_than_allowed_is_an_error, sizes);
  tcase_add_test (tc, test_no_byte_over_max_size_is_pushed);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_limits);
