/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netrun.h"

#include <gst/check/gstcheck.h>

#define BILLED "may have been billed"
#define ONE_PER_SECOND \
  "detail-text status=403 message=" \
  "'Free users can generate 1 GIF per 1 seconds'"

/* --- The generation: repeated only where it was surely not processed --- */

static const NetRow generations[] = {
  { "429 times=1", NULL, GIF, 2, 1 },
  { "429 times=3", "retries=3", GIF, 4, 1 },
  { "503 times=1 retry-after=0", NULL, GIF, 2, 1 },
  { ONE_PER_SECOND " times=1", "retry-backoff-max=2", GIF, 2, 1 },
  { ONE_PER_SECOND " times=1 status=200", "retry-backoff-max=2", GIF, 2, 1 },
  { "429", "retries=0", RESOURCE (BUSY), 1, 0, "reply", 429 },
  { "429", "retries=5", RESOURCE (BUSY), 6, 0, "reply", 429 },
  { "503 retry-after=0", "retries=2", RESOURCE (BUSY), 3, 0, "reply", 503 },

  /* A wait that is longer than the settings allow: no second request. */
  { "429 retry-after=7", "retries=2", RESOURCE (BUSY), 1, 0, "reply", 429,
      .words = "wait 7 seconds, longer than retry-backoff-max",
      .retry_after = 7 },
  { "429 retry-after='7, 0'", "retries=2", RESOURCE (BUSY), 1, 0, "reply", 429,
      .words = "wait 7 seconds", .retry_after = 7 },
  { "503 retry-after=5", "retries=2", RESOURCE (BUSY), 1, 0, "reply", 503,
      .words = "wait 5 seconds", .retry_after = 5 },
  { "rate-limit", "retries=2", RESOURCE (BUSY), 1, 0, "reply", 403,
      .words = "wait 60 seconds", .retry_after = 60 },
  { "rate-limit-200", "retries=2", RESOURCE (BUSY), 1, 0, "reply", 200,
      .words = "wait 120 seconds", .retry_after = 120 },

  /* A gateway had passed it on, for all that is known. */
  { "503 times=1", "retries=3", RESOURCE (BUSY), 1, 0, "reply", 503,
      .words = BILLED },
  { "503 times=1 retry-after=soon", "retries=3", RESOURCE (BUSY), 1, 0, "reply",
      503, .words = BILLED },
  { "503 times=1 body=text", "retries=3", RESOURCE (BUSY), 1, 0, "reply", 503,
      .words = BILLED },

  /* The head went out: whatever happens then is final. */
  { "500 times=1", NULL, RESOURCE (FAILED), 1, 0, "reply", 500,
      .words = BILLED },
  { "502 times=1", "retries=3", RESOURCE (FAILED), 1, 0, "reply", 502,
      .words = BILLED },
  { "504 times=1", "retries=3", RESOURCE (READ), 1, 0, "reply", 504,
      .words = BILLED },
  { "409 times=1", "retries=3", RESOURCE (BUSY), 1, 0, "reply", 409 },
  { "reset-before times=1", "retries=3", RESOURCE (READ), 1, 0, "generate", 0,
      .words = BILLED },
  { "close-before times=1", "retries=3", RESOURCE (READ), 1, 0, "generate", 0,
      .words = BILLED },
  { "reset-headers times=1", "retries=3", RESOURCE (READ), 1, 0, "generate", 0,
      .words = BILLED },
  { "close-headers times=1", "retries=3", STREAM (FORMAT), 1, 0, "generate", 0,
      .words = BILLED },
  { "reset-body on=post after=10 times=1", "retries=3", RESOURCE (READ), 1, 0,
      "reply", 200, .words = BILLED },
  { "close-body on=post after=10 times=1", "retries=3", RESOURCE (READ), 1, 0,
      "reply", 200, .words = BILLED },
  { "chunked-cut on=post times=1", "retries=3", STREAM (FORMAT), 1, 0, "reply",
      200, .or_read = TRUE, .words = BILLED },
  /* A GIF in the reply itself cannot be asked for again either. */
  { "raw-gif fault:reset-body on=post after=1000", "retries=3", RESOURCE (READ),
      1, 0, "download", 200, 1, .words = BILLED },
  { "raw-gif fault:close-body on=post after=1000", "retries=3", RESOURCE (READ),
      1, 0, "download", 200, 1, .words = BILLED },
};

GST_START_TEST (test_a_generation_is_never_paid_twice)
{
  net_run_row (&generations[__i__]);
}
GST_END_TEST;

/* --- The download: repeated freely, and resumed --- */

static const NetRow downloads[] = {
  { "500 on=get times=1", NULL, GIF, 1, 2 },
  { "502 on=get times=1", NULL, GIF, 1, 2 },
  { "503 on=get times=1", NULL, GIF, 1, 2 },
  { "408 on=get times=1", NULL, GIF, 1, 2 },
  { "429 on=get times=1", NULL, GIF, 1, 2 },
  { "reset-before on=get times=1", NULL, GIF, 1, 2 },
  { "close-before on=get times=1", NULL, GIF, 1, 2 },
  { "reset-headers on=get times=1", NULL, GIF, 1, 2 },
  { "close-headers on=get times=1", NULL, GIF, 1, 2 },
  { "close-headers after=1 on=get times=1", NULL, GIF, 1, 2 },
  /* A store shows a new file a little later everywhere. */
  { "404 on=get times=1", NULL, GIF, 1, 2 },
  { "403 on=get times=1", NULL, GIF, 1, 2 },
  { "425 on=get times=1", NULL, GIF, 1, 2 },
  { "202 on=get times=1", NULL, GIF, 1, 2 },
  { "404 on=get times=3", "retries=3", GIF, 1, 4 },
  { "reset-body times=1", NULL, GIF, 1, 2 },
  { "close-body times=1", NULL, GIF, 1, 2 },
  { "reset-body after=1 times=1", NULL, GIF, 1, 2 },
  { "reset-body times=3", "retries=3", GIF, 1, 4 },
  { "length-long times=1", NULL, GIF, 1, 2 },
  { "chunked-cut times=1", NULL, GIF, 1, 2 },
  { "length-long times=1", "keep-alive=false", GIF, 1, 2 },
  { "close-body times=1", "keep-alive=false", GIF, 1, 2 },

  /* Bodies that need nothing. */
  { "chunked", "retries=0", GIF, 1, 1 },
  { "no-length", "retries=0", GIF, 1, 1 },
  { "gzip", NULL, GIF, 1, 1 },
  { "drip rate=2000000", NULL, GIF, 1, 1 },
  { "cookie", NULL, GIF, 1, 1 },

  /* Where resuming is not to be had: from the start, and skipped. */
  { "range-ignored fault:reset-body times=1", NULL, GIF, 1, 2 },
  { "etag-weak fault:reset-body times=1", NULL, GIF, 1, 2 },
  { "etag-none fault:reset-body times=1", NULL, GIF, 1, 2 },
  { "validators-weak fault:reset-body times=1", NULL, GIF, 1, 2 },
  { "validators-none fault:reset-body times=1", NULL, GIF, 1, 2 },
  { "gzip fault:reset-body times=1", NULL, GIF, 1, 2 },
  { "range-refused fault:reset-body times=1", NULL, GIF, 1, 3 },
  { "range-cut fault:reset-body times=1", NULL, GIF, 1, 3 },
  { "range-wrong fault:reset-body times=1", "retries=2", GIF, 1, 3 },

  /* In vain. */
  { "500 on=get", "retries=2", RESOURCE (FAILED), 1, 3, "download", 500,
      .words = BILLED },
  { "503 on=get retry-after=9", NULL, RESOURCE (BUSY), 1, 1, "download", 503,
      .words = "wait 9 seconds", .retry_after = 9 },
  { "404 on=get", "retries=2", RESOURCE (NOT_FOUND), 1, 3, "download", 404,
      .words = "The download from 127.0.0.1 failed." },
  { "202 on=get", NULL, STREAM (FORMAT), 1, 2, "download", 202 },
  /* Too few bytes to be a GIF's beginning are no other file's. */
  { "no-length fault:close-body after=3 times=1", NULL, GIF, 1, 2 },
  { "chunked fault:close-body after=0 times=1", NULL, GIF, 1, 2 },
  /* The length is known from the range, and the trailers need room. */
  { "chunked fault:reset-body after=1000 times=1", NULL, GIF, 1, 2 },
  { "401 on=get", "retries=2", RESOURCE (NOT_AUTHORIZED), 1, 1, "download",
      401 },
  { "410 on=get", "retries=2", RESOURCE (NOT_FOUND), 1, 1, "download", 410 },
  /* One more: a kept connection that ends before any answer is replaced. */
  { "reset-before on=get", "retries=2", RESOURCE (READ), 1, 4, "download", 0, 3,
      .words = BILLED },
  { "reset-body after=0", "retries=2", RESOURCE (READ), 1, 3, "download", 200 },
  { "close-body after=10", "retries=2", RESOURCE (READ), 1, 3, "download", 206,
      .words = "of" },
  { "close-body after=10", "retries=2 keep-alive=false", RESOURCE (READ), 1, 3,
      "download", 206, .words = "ended after 30 of" },
  /* Newer versions of libsoup tell of it themselves. */
  { "chunked-cut", "retries=0", RESOURCE (READ), 1, 1, "download", 200 },
  /* However often it ends at the same place. */
  { "gif-truncated fault:no-length", "retries=0", RESOURCE (READ), 1, 1,
      "download", 200, .words = "without a GIF's end" },
  { "gif-truncated fault:no-length", "retries=1", RESOURCE (READ), 1, 2,
      "download", 206, .words = "The GIF ended after" },
  { "gif-truncated fault:chunked", "retries=3", RESOURCE (READ), 1, 4,
      "download", 206, .words = "The GIF ended after" },
  { "gif-truncated fault:no-length fault:range-ignored", "retries=2",
      RESOURCE (READ), 1, 3, "download", 200, .words = "without a GIF's end" },
};

GST_START_TEST (test_a_download_goes_on_where_it_broke)
{
  net_run_row (&downloads[__i__]);
}
GST_END_TEST;

/* Runs against @fault, which breaks off after 1,000 bytes. Returns the second
 * GET's If-Range; transfer full. */
static char *
resume (const char *fault)
{
  g_autoptr (MockServer) server = net_server_new (fault, NULL);
  const NetRow row = { NULL, NULL, GIF, 1, 2 };
  GstHarness *h = source_harness_new (server);
  g_autofree char *range = NULL;

  net_set (h->element, NET_SETTINGS);
  net_run_harness (h, server, &row);
  range = mock_server_dup_header (server, MOCK_STAGE_GET, 1, "Range");
  fail_unless_equals_string (range, "bytes=1000-");
  net_harness_free (h);
  return mock_server_dup_header (server, MOCK_STAGE_GET, 1, "If-Range");
}

GST_START_TEST (test_a_resumed_download_asks_for_the_rest_only)
{
  g_autofree char *if_range = resume ("reset-body after=1000 times=1");

  fail_unless (
      if_range != NULL && if_range[0] == '"', "If-Range: %s", if_range);
}
GST_END_TEST;

GST_START_TEST (test_without_an_etag_the_date_guards_the_resuming)
{
  g_autofree char *if_range =
      resume ("etag-none fault:reset-body after=1000 times=1");

  fail_unless (
      if_range != NULL && g_str_has_suffix (if_range, "GMT"), "%s", if_range);
}
GST_END_TEST;

GST_START_TEST (test_without_a_validator_nothing_is_resumed)
{
  g_autoptr (MockServer) server = net_server_new (
      "validators-none fault:reset-body after=1000 times=1", NULL);
  const NetRow row = { NULL, NULL, GIF, 1, 2 };
  GstHarness *h = source_harness_new (server);

  net_set (h->element, NET_SETTINGS);
  net_run_harness (h, server, &row);
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_RANGE_RECEIVED), 0);
  net_harness_free (h);
}
GST_END_TEST;

/* --- Another GIF at the same address --- */

/* The bytes before the magic is whole are held back: nothing was pushed. */
static const NetRow changes[] = {
  { "etag-changed fault:reset-body after=4 times=1", NULL, GIF, 1, 2 },
  { "etag-changed fault:reset-body after=3000 times=1", NULL, RESOURCE (READ),
      1, 2, "download", 200, .words = "changed" },
};

static void
run_change (const NetRow *row)
{
  g_autoptr (MockServer) server = net_server_new (row->fault, NULL);
  GstHarness *h = source_harness_new (server);

  net_set (h->element, NET_SETTINGS);
  if (row->end == NET_GIF) {
    /* The bytes are the other GIF's, which the server does not tell. */
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GBytes) gif = NULL;

    gst_harness_play (h);
    bytes = source_harness_pull_all (h);
    gif = mock_server_ref_gif (server, -1);
    fail_unless (g_bytes_get_size (bytes) > 0);
    fail_if (g_bytes_equal (bytes, gif));
    assert_n_posts (server, row->posts);
  } else {
    net_run_harness (h, server, row);
  }
  net_harness_free (h);
}

GST_START_TEST (test_a_changed_gif_starts_over_or_fails_clearly)
{
  run_change (&changes[__i__]);
}
GST_END_TEST;

/* The second time all that there is said to be is what came the first time. */
GST_START_TEST (test_a_gif_that_was_cut_elsewhere_is_another_one)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  const NetRow row = { NULL, NULL, RESOURCE (READ), 1, 2, "download", 200,
    .words = "changed" };
  GstHarness *h = source_harness_new (server);

  mock_server_push_fault (server, "reset-body after=3000");
  mock_server_push_fault (
      server, "range-ignored fault:gif-truncated after=3000");
  net_set (h->element, NET_SETTINGS);
  net_run_harness (h, server, &row);
  net_harness_free (h);
}
GST_END_TEST;

/* --- Waits --- */

static double
run_seconds (const char *fault, const char *settings)
{
  const NetRow row = { fault, settings, GIF, 2, 1 };
  gint64 start = g_get_monotonic_time ();

  net_run_row (&row);
  return (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
}

GST_START_TEST (test_no_request_comes_before_the_wait_that_was_named)
{
  double s;

  s = run_seconds ("429 times=1 retry-after=1", "retry-backoff-max=10");
  fail_unless (s >= 1 && s < 5, "%g s", s);
  s = run_seconds ("503 times=1 retry-after-date=2", "retry-backoff-max=10");
  fail_unless (s >= 0.9 && s < 5, "%g s", s);
  s = run_seconds (ONE_PER_SECOND " times=1", "retry-backoff-max=10");
  fail_unless (s >= 1 && s < 5, "%g s", s);
}
GST_END_TEST;

#define add_rows(tcase, test, rows) \
  tcase_add_loop_test (tcase, test, 0, G_N_ELEMENTS (rows))

static Suite *
visioncraftgifsrc_net_retries_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-retries", &tc);

  add_rows (tc, test_a_generation_is_never_paid_twice, generations);
  add_rows (tc, test_a_download_goes_on_where_it_broke, downloads);
  tcase_add_test (tc, test_a_resumed_download_asks_for_the_rest_only);
  tcase_add_test (tc, test_without_an_etag_the_date_guards_the_resuming);
  tcase_add_test (tc, test_without_a_validator_nothing_is_resumed);
  add_rows (tc, test_a_changed_gif_starts_over_or_fails_clearly, changes);
  tcase_add_test (tc, test_a_gif_that_was_cut_elsewhere_is_another_one);
  tcase_add_test (tc, test_no_request_comes_before_the_wait_that_was_named);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_retries);
