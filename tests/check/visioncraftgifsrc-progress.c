/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "sourceharness.h"

#include <gst/check/gstcheck.h>

/* What is posted about how far a generation is. */

typedef struct
{
  GstProgressType type;
  char *code, *text;
  const GstStructure *structure; /* of @message */
  GstMessage *message;
} Progress;

static void
progress_clear (Progress *progress)
{
  g_clear_pointer (&progress->code, g_free);
  g_clear_pointer (&progress->text, g_free);
  g_clear_pointer (&progress->message, gst_message_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Progress, progress_clear)

static void
parse_progress (GstMessage *message, Progress *ret_progress)
{
  ret_progress->message = message;
  ret_progress->structure = gst_message_get_structure (message);
  gst_message_parse_progress (
      message, &ret_progress->type, &ret_progress->code, &ret_progress->text);
}

static void
wait_progress (GstHarness *h, Progress *ret_progress)
{
  parse_progress (
      source_harness_wait_message (h, GST_MESSAGE_PROGRESS), ret_progress);
}

/* Waits for the end of the run's progress, which must be @type, and lets the
 * CONTINUEs pass. */
static void
assert_terminal (GstHarness *h, GstProgressType type)
{
  gboolean ended = FALSE;

  while (!ended) {
    g_auto (Progress) progress = { 0 };

    wait_progress (h, &progress);
    ended = progress.type != GST_PROGRESS_TYPE_CONTINUE;
    if (!ended)
      continue;
    fail_unless_equals_int (progress.type, type);
    fail_unless_equals_string (progress.code, "generate");
  }
}

static void
assert_start (GstHarness *h)
{
  g_auto (Progress) progress = { 0 };

  wait_progress (h, &progress);
  fail_unless_equals_int (progress.type, GST_PROGRESS_TYPE_START);
  fail_unless_equals_string (progress.code, "generate");
}

/* After everything has ended: nothing more was said. */
static void
assert_no_more (GstHarness *h)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (h->element, GST_STATE_READY);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_PROGRESS);
  fail_unless (message == NULL, "one more: %" GST_PTR_FORMAT, message);
}

GST_START_TEST (test_a_good_run_ends_with_complete_and_nothing_else)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  source_harness_run_to_eos (h);
  assert_start (h);
  assert_terminal (h, GST_PROGRESS_TYPE_COMPLETE);
  assert_no_more (h);
  source_harness_free (h);
}
GST_END_TEST;

/* About once a second; the time is the element's own word. */
GST_START_TEST (test_a_silent_generation_posts_the_seconds)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  double before = 0;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  gst_harness_play (h);
  assert_start (h);
  for (guint i = 1; i <= 2; i++) {
    g_auto (Progress) progress = { 0 };
    double seconds;

    wait_progress (h, &progress);
    fail_unless_equals_int (progress.type, GST_PROGRESS_TYPE_CONTINUE);
    fail_unless_equals_string (progress.code, "generate");
    fail_unless (
        gst_structure_get_double (progress.structure, "seconds", &seconds));
    fail_unless (seconds > before && seconds >= i * 0.9,
        "number %u has %f s, after %f s", i, seconds, before);
    before = seconds;
  }
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_the_download_posts_bytes_and_percent)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  gboolean halfway = FALSE;

  mock_server_hold (server, MOCK_STAGE_GET, 1000);
  gst_harness_play (h);
  assert_start (h);
  while (!halfway) {
    g_auto (Progress) progress = { 0 };
    guint64 bytes, total;
    int percent;

    wait_progress (h, &progress);
    fail_unless_equals_int (progress.type, GST_PROGRESS_TYPE_CONTINUE);
    if (!g_str_equal (progress.code, "download"))
      continue;
    fail_unless (gst_structure_get (progress.structure, "bytes", G_TYPE_UINT64,
        &bytes, "total", G_TYPE_UINT64, &total, "percent", G_TYPE_INT, &percent,
        NULL));
    fail_unless_equals_uint64 (percent, bytes * 100 / total);
    halfway = bytes == 1000;
  }
  mock_server_release (server);
  assert_terminal (h, GST_PROGRESS_TYPE_COMPLETE);
  source_harness_free (h);
}
GST_END_TEST;

/* Each ends a run in another way. */
static const struct
{
  const char *fault;
  GstProgressType end;
} ends[] = {
  { "422", GST_PROGRESS_TYPE_ERROR },
  { "500", GST_PROGRESS_TYPE_ERROR },
  { "410 on=get", GST_PROGRESS_TYPE_ERROR },
  { "reset-body after=1000 times=9", GST_PROGRESS_TYPE_ERROR },
  { "429 times=1", GST_PROGRESS_TYPE_COMPLETE },
  { "reset-body after=1000 times=1", GST_PROGRESS_TYPE_COMPLETE },
};

GST_START_TEST (test_every_end_is_posted_once)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  mock_server_push_fault (server, ends[__i__].fault);
  g_object_set (h->element, "retries", 1, "retry-backoff-max", 0.0, NULL);
  gst_harness_play (h);
  assert_start (h);
  assert_terminal (h, ends[__i__].end);
  assert_no_more (h);
  source_harness_free (h);
}
GST_END_TEST;

/* The error message first: who ends at progress ERROR has seen it. */
GST_START_TEST (test_the_error_message_goes_before_progress_error)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstMessage) error = NULL;
  g_auto (Progress) progress = { 0 };

  mock_server_push_fault (server, "422");
  gst_harness_play (h);
  assert_start (h);
  error =
      source_harness_wait_message (h, GST_MESSAGE_ERROR | GST_MESSAGE_PROGRESS);
  fail_unless_equals_int (GST_MESSAGE_TYPE (error), GST_MESSAGE_ERROR);
  wait_progress (h, &progress);
  fail_unless_equals_int (progress.type, GST_PROGRESS_TYPE_ERROR);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_stopping_cancels)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  mock_server_hold (server, __i__ == 0 ? MOCK_STAGE_POST : MOCK_STAGE_GET, 0);
  source_harness_play_until_held (h, server);
  gst_element_set_state (h->element, GST_STATE_READY);
  assert_start (h);
  assert_terminal (h, GST_PROGRESS_TYPE_CANCELED);
  assert_no_more (h);
  source_harness_free (h);
}
GST_END_TEST;

/* gst-launch-1.0 -e waits for EOS and for the progress to end. */
GST_START_TEST (test_eos_from_the_application_cancels)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  gst_harness_play (h);
  assert_start (h);
  fail_unless (gst_element_send_event (h->element, gst_event_new_eos ()));
  assert_terminal (h, GST_PROGRESS_TYPE_CANCELED);
  mock_server_release (server);
  assert_no_more (h);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_a_run_that_cannot_start_has_no_progress)
{
  GstHarness *h = source_harness_new (NULL);
  g_autofree char *text = NULL;

  g_object_set (h->element, "prompt", NULL, NULL);
  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  text = assert_error (h, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
  assert_no_more (h);
  source_harness_free (h);
}
GST_END_TEST;

/* The second run's progress is its own, even where the first was cut off. */
GST_START_TEST (test_each_run_has_its_own_progress)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  gst_harness_play (h);
  gst_element_set_state (h->element, GST_STATE_READY);
  assert_start (h);
  assert_terminal (h, GST_PROGRESS_TYPE_CANCELED);

  mock_server_release (server);
  gst_harness_play (h);
  assert_start (h);
  assert_terminal (h, GST_PROGRESS_TYPE_COMPLETE);
  assert_no_more (h);
  source_harness_free (h);
}
GST_END_TEST;

/* --- The other messages --- */

GST_START_TEST (test_the_addresses_are_posted_when_it_is_generated)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GBytes) gif = NULL;
  const GValue *images;
  const GstStructure *structure;
  guint64 size;
  double seconds;

  gst_harness_play (h);
  message = source_harness_wait_element_message (h, "visioncraft-generated");
  structure = gst_message_get_structure (message);
  gif = mock_server_ref_gif (server, -1);
  fail_unless (gst_structure_get (structure, "size", G_TYPE_UINT64, &size,
      "seconds", G_TYPE_DOUBLE, &seconds, NULL));
  fail_unless_equals_uint64 (size, g_bytes_get_size (gif));
  fail_unless (seconds > 0);
  images = gst_structure_get_value (structure, "images");
  fail_unless (GST_VALUE_HOLDS_ARRAY (images));
  fail_unless_equals_int (gst_value_array_get_size (images), 1);
  fail_unless (g_str_has_prefix (
      g_value_get_string (gst_value_array_get_value (images, 0)),
      mock_server_get_url (server)));
  source_harness_free (h);
}
GST_END_TEST;

/* What was paid, and does not come: the address is known before the download,
 * and named again when it fails. */
GST_START_TEST (test_a_download_that_fails_names_the_address)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstMessage) reply = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const GstStructure *details;
  const GValue *images;
  const char *address;

  mock_server_push_fault (server, "410 on=get times=99");
  gst_harness_play (h);
  reply = source_harness_wait_element_message (h, "visioncraft-reply");
  images =
      gst_structure_get_value (gst_message_get_structure (reply), "images");
  address = g_value_get_string (gst_value_array_get_value (images, 0));
  fail_unless (g_str_has_prefix (address, mock_server_get_url (server)));

  message = source_harness_wait_message (h, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  fail_unless (
      g_str_has_prefix (error->message, "The download from 127.0.0.1 failed."),
      "%s", error->message);
  fail_unless_equals_string (
      gst_structure_get_string (details, "host"), "127.0.0.1");
  fail_unless_equals_string (
      gst_structure_get_string (details, "location"), address);
  source_harness_free (h);
  assert_n_posts (server, 1);
}
GST_END_TEST;

/* A server chooses the host: no line and no escape sequence of its making gets
 * out. */
GST_START_TEST (test_a_host_is_one_line_of_text)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  const GstStructure *details;
  const char *host;

  g_object_set (h->element, "retries", 0, NULL);
  mock_server_push_fault (
      server, "address address=http://a%0a%1b%c2%9b31m%e2%80%aeb.invalid/x");
  gst_harness_play (h);
  message = source_harness_wait_message (h, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  for (const char *c = error->message; *c != '\0'; c++)
    fail_if (g_ascii_iscntrl (*c), "%s", error->message);
  host = gst_structure_get_string (details, "host");
  fail_if (host != NULL && strpbrk (host, "\n\033") != NULL);
  source_harness_free (h);
  assert_n_posts (server, 1);
}
GST_END_TEST;

GST_START_TEST (test_stats_are_there_during_and_after_the_run)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GBytes) gif = NULL;
  g_autoptr (GstStructure) before = NULL;
  g_autoptr (GstStructure) during = NULL;
  g_autoptr (GstStructure) after = NULL;
  guint requests, retries, status;
  guint64 bytes;
  double generate;

  g_object_get (h->element, "stats", &before, NULL);
  fail_unless (gst_structure_get_uint (before, "requests", &requests));
  fail_unless_equals_int (requests, 0);

  mock_server_push_fault (server, "429 retry-after=0 times=1");
  g_object_set (h->element, "retry-backoff-max", 0.0, NULL);
  mock_server_hold (server, MOCK_STAGE_GET, 0);
  gst_harness_play (h);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_GENERATED, 1, TEST_DEADLINE_MS));
  g_object_get (h->element, "stats", &during, NULL);
  fail_unless (gst_structure_get_uint (during, "requests", &requests));
  fail_unless_equals_int (requests, 2);

  mock_server_release (server);
  gst_message_unref (
      source_harness_wait_element_message (h, "visioncraft-generated"));
  gif = mock_server_ref_gif (server, -1);
  gst_element_set_state (h->element, GST_STATE_NULL);
  g_object_get (h->element, "stats", &after, NULL);
  fail_unless (gst_structure_get (after, "requests", G_TYPE_UINT, &requests,
      "retries", G_TYPE_UINT, &retries, "http-status-code", G_TYPE_UINT,
      &status, "bytes", G_TYPE_UINT64, &bytes, "generate-seconds",
      G_TYPE_DOUBLE, &generate, NULL));
  fail_unless_equals_int (requests, 2);
  fail_unless_equals_int (retries, 1);
  fail_unless_equals_int (status, 200);
  fail_unless_equals_uint64 (bytes, g_bytes_get_size (gif));
  fail_unless (generate > 0);
  source_harness_free (h);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_progress_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-progress", &tc);

  tcase_add_test (tc, test_a_good_run_ends_with_complete_and_nothing_else);
  tcase_add_test (tc, test_a_silent_generation_posts_the_seconds);
  tcase_add_test (tc, test_the_download_posts_bytes_and_percent);
  tcase_add_loop_test (
      tc, test_every_end_is_posted_once, 0, G_N_ELEMENTS (ends));
  tcase_add_test (tc, test_the_error_message_goes_before_progress_error);
  tcase_add_loop_test (tc, test_stopping_cancels, 0, 2);
  tcase_add_test (tc, test_eos_from_the_application_cancels);
  tcase_add_test (tc, test_a_run_that_cannot_start_has_no_progress);
  tcase_add_test (tc, test_each_run_has_its_own_progress);
  tcase_add_test (tc, test_the_addresses_are_posted_when_it_is_generated);
  tcase_add_test (tc, test_a_download_that_fails_names_the_address);
  tcase_add_test (tc, test_a_host_is_one_line_of_text);
  tcase_add_test (tc, test_stats_are_there_during_and_after_the_run);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_progress);
