/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvccontext.h"
#include "gstvisioncraftgifsrc.h"
#include "sourceharness.h"

#include <gst/check/gstcheck.h>
#include <libsoup/soup.h>

/* An application's SoupSession is used where it hands one in: it counts the
 * requests that pass it. */

static void
count_request (SoupSession *session, SoupMessage *message, guint *count)
{
  g_atomic_int_inc ((gint *) count);
}

static SoupSession *
counting_session (guint *count)
{
  SoupSession *session = soup_session_new ();

  g_signal_connect (
      session, "request-queued", G_CALLBACK (count_request), count);
  return session;
}

static GstContext *
session_context (gpointer session, gboolean persistent)
{
  GstContext *context = gst_context_new (GST_VC_CONTEXT_SESSION, persistent);

  gst_structure_set (gst_context_writable_structure (context),
      GST_VC_CONTEXT_SESSION_FIELD, G_TYPE_OBJECT, session, NULL);
  return context;
}

static void
wait_generated (GstHarness *h)
{
  for (;;) {
    g_autoptr (GstMessage) message = source_harness_wait_message (
        h, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

    fail_unless (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR,
        "an error: %" GST_PTR_FORMAT, message);
    if (gst_message_has_name (message, "visioncraft-generated"))
      return;
  }
}

static void
run (GstHarness *h)
{
  gst_harness_play (h);
  wait_generated (h);
}

GST_START_TEST (test_a_session_set_on_the_element_is_used)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  guint n_requests = 0;
  g_autoptr (SoupSession) session = counting_session (&n_requests);
  g_autoptr (GstContext) context = session_context (session, TRUE);

  gst_element_set_context (h->element, context);
  run (h);
  fail_unless_equals_int (g_atomic_int_get ((gint *) &n_requests), 2);
  assert_n_posts (server, 1);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_a_session_set_on_the_pipeline_is_used)
{
  g_autoptr (MockServer) server = source_server_new ();
  guint n_requests = 0;
  g_autoptr (SoupSession) session = counting_session (&n_requests);
  g_autoptr (GstContext) context = session_context (session, TRUE);
  GstElement *pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GstElement *source = gst_element_factory_make ("visioncraftgifsrc", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (source, "prompt", "a fox", "token", TEST_TOKEN, "api-url",
      mock_server_get_url (server), NULL);
  /* Before the element is there. */
  gst_element_set_context (pipeline, context);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  fail_unless (gst_element_link (source, sink));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, TEST_DEADLINE_MS * GST_MSECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless (message != NULL, "neither an end nor an error");
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_EOS);
  fail_unless_equals_int (g_atomic_int_get ((gint *) &n_requests), 2);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}
GST_END_TEST;

static GstBusSyncReply
answer_need_context (GstBus *bus, GstMessage *message, gpointer context)
{
  const char *type;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_NEED_CONTEXT
      && gst_message_parse_context_type (message, &type)
      && g_str_equal (type, GST_VC_CONTEXT_SESSION))
    gst_element_set_context (GST_ELEMENT (GST_MESSAGE_SRC (message)), context);
  return GST_BUS_PASS;
}

GST_START_TEST (test_an_application_that_is_asked_hands_one_in)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  guint n_requests = 0;
  g_autoptr (SoupSession) session = counting_session (&n_requests);
  g_autoptr (GstContext) context = session_context (session, FALSE);
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);

  gst_bus_set_sync_handler (bus, answer_need_context, context, NULL);
  run (h);
  fail_unless_equals_int (g_atomic_int_get ((gint *) &n_requests), 2);
  source_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_a_context_that_is_not_persistent_ends_in_null)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  guint n_requests = 0;
  g_autoptr (SoupSession) session = counting_session (&n_requests);
  g_autoptr (GstContext) context = session_context (session, FALSE);

  gst_element_set_context (h->element, context);
  run (h);
  gst_element_set_state (h->element, GST_STATE_NULL);
  run (h);
  fail_unless_equals_int (g_atomic_int_get ((gint *) &n_requests), 2);
  assert_n_posts (server, 2);
  source_harness_free (h);
}
GST_END_TEST;

/* No session at all, or something else. */
GST_START_TEST (test_a_context_without_a_session_is_said_so)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  g_autoptr (GCancellable) other = g_cancellable_new ();
  g_autoptr (GstContext) context = __i__ == 0
      ? gst_context_new (GST_VC_CONTEXT_SESSION, TRUE)
      : session_context (other, TRUE);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) warning = NULL;

  gst_element_set_context (h->element, context);
  run (h);
  gst_element_set_state (h->element, GST_STATE_READY);
  gst_element_set_state (h->element, GST_STATE_PAUSED);
  message = source_harness_wait_message (h, GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &warning, NULL);
  fail_unless (strstr (warning->message, GST_VC_CONTEXT_SESSION) != NULL);
  source_harness_free (h);
}
GST_END_TEST;

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean gone;
} Finalized;

static void
on_finalized (gpointer data, GObject *where_it_was)
{
  Finalized *finalized = data;

  g_mutex_lock (&finalized->lock);
  finalized->gone = TRUE;
  g_cond_signal (&finalized->cond);
  g_mutex_unlock (&finalized->lock);
}

/* The network thread may be the last to let go. */
static void
assert_finalized (Finalized *finalized)
{
  gint64 deadline =
      g_get_monotonic_time () + TEST_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;

  g_mutex_lock (&finalized->lock);
  while (!finalized->gone)
    fail_unless (
        g_cond_wait_until (&finalized->cond, &finalized->lock, deadline),
        "somebody keeps the session");
  g_mutex_unlock (&finalized->lock);
}

/* It can be used further, and nobody keeps it. */
GST_START_TEST (test_the_session_stays_the_application_s)
{
  g_autoptr (MockServer) server = source_server_new ();
  GstHarness *h = source_harness_new (server);
  guint n_requests = 0;
  g_autoptr (SoupSession) session = counting_session (&n_requests);
  g_autoptr (GstContext) context = session_context (session, TRUE);
  g_autofree char *uri =
      g_strconcat (mock_server_get_url (server), "/image/samplers", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GBytes) reply = NULL;
  Finalized finalized = { .gone = FALSE };
  g_autoptr (GError) error = NULL;

  gst_element_set_context (h->element, context);
  run (h);
  source_harness_free (h);
  reply = soup_session_send_and_read (session, message, NULL, &error);
  g_assert_no_error (error);
  fail_unless_equals_int (soup_message_get_status (message), 200);

  g_object_weak_ref (G_OBJECT (session), on_finalized, &finalized);
  gst_context_replace (&context, NULL);
  g_clear_object (&session);
  assert_finalized (&finalized);
}
GST_END_TEST;

static const char *const stock_plugins[] = { "coreelements", NULL };

static Suite *
visioncraftgifsrc_context_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-context", &tc);

  source_load_plugins (stock_plugins);

  tcase_add_test (tc, test_a_session_set_on_the_element_is_used);
  tcase_add_test (tc, test_a_session_set_on_the_pipeline_is_used);
  tcase_add_test (tc, test_an_application_that_is_asked_hands_one_in);
  tcase_add_test (tc, test_a_context_that_is_not_persistent_ends_in_null);
  tcase_add_loop_test (tc, test_a_context_without_a_session_is_said_so, 0, 2);
  tcase_add_test (tc, test_the_session_stays_the_application_s);
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_context);
