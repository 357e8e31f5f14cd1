/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "mockhole.h"
#include "netresolver.h"
#include "netrun.h"

#include <string.h>

#include <gst/check/gstcheck.h>

#define NULL_LIMIT_MS 100
/* A busy machine lets a thread wait; anything of ours that waited would do so for
 * seconds, and each time. */
#define SCHEDULER_MS 900
#define THREAD_NAME "visioncraft-net"

/* --- Waiting for what only polling can tell --- */

typedef gboolean (*Predicate) (gpointer data);

static void
wait_until (Predicate predicate, gpointer data, const char *what)
{
  gint64 deadline =
      g_get_monotonic_time () + TEST_DEADLINE_MS * G_TIME_SPAN_MILLISECOND;

  while (!predicate (data)) {
    fail_unless (g_get_monotonic_time () < deadline, "never came: %s", what);
    g_thread_yield ();
  }
}

static guint
count_network_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;
  guint n = 0;

  fail_unless (tasks != NULL);
  while ((id = g_dir_read_name (tasks)) != NULL) {
    g_autofree char *path =
        g_build_filename ("/proc/self/task", id, "comm", NULL);
    g_autofree char *name = NULL;

    if (g_file_get_contents (path, &name, NULL, NULL)
        && g_str_has_prefix (name, THREAD_NAME))
      n++;
  }
  return n;
}

static gboolean
no_network_thread (gpointer data)
{
  return count_network_threads () == 0;
}

/* A thread that another has just made still has that one's name. */
static gboolean
one_network_thread (gpointer data)
{
  return count_network_threads () == 1;
}

static gboolean
is_in_backoff (gpointer data)
{
  g_autoptr (GstStructure) stats = NULL;
  guint status = 0;

  g_object_get (data, "stats", &stats, NULL);
  gst_structure_get_uint (stats, "http-status-code", &status);
  return status == 429;
}

static gboolean
has_begun (gpointer data)
{
  g_autoptr (GstStructure) stats = NULL;

  g_object_get (data, "stats", &stats, NULL);
  return g_strcmp0 (gst_structure_get_string (stats, "phase"), "settings") != 0;
}

/* --- The phases --- */

typedef struct
{
  MockServer *server;
  MockHole *hole;
  NetResolver *resolver;
  GMutex lock;
  GCond cond;
  gboolean blocked; /* lock */
} Stage;

static GstPadProbeReturn
on_blocked (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Stage *stage = data;

  g_mutex_lock (&stage->lock);
  stage->blocked = TRUE;
  g_cond_signal (&stage->cond);
  g_mutex_unlock (&stage->lock);
  return GST_PAD_PROBE_OK;
}

static void
wait_event (Stage *stage, MockEvent event)
{
  fail_unless (
      mock_server_wait_for (stage->server, event, 1, TEST_DEADLINE_MS));
}

static void
until_nothing (Stage *stage, GstHarness *h)
{
}

static void
until_asked (Stage *stage, GstHarness *h)
{
  net_resolver_wait_asked (stage->resolver);
}

static void
until_connecting (Stage *stage, GstHarness *h)
{
  wait_until (has_begun, h->element, "a phase");
}

static void
until_connected (Stage *stage, GstHarness *h)
{
  wait_event (stage, MOCK_EVENT_CONNECTION);
}

static void
until_posted (Stage *stage, GstHarness *h)
{
  wait_event (stage, MOCK_EVENT_POST_RECEIVED);
}

static void
until_held (Stage *stage, GstHarness *h)
{
  wait_event (stage, MOCK_EVENT_HELD);
}

static void
until_backoff (Stage *stage, GstHarness *h)
{
  wait_until (is_in_backoff, h->element, "status 429");
}

static void
until_blocked (Stage *stage, GstHarness *h)
{
  g_mutex_lock (&stage->lock);
  while (!stage->blocked)
    g_cond_wait (&stage->cond, &stage->lock);
  g_mutex_unlock (&stage->lock);
}

typedef enum
{
  AT_SERVER,
  AT_TLS,
  AT_PROXY,
  AT_HOLE,
  AT_NAME,
  AT_DEAF_NAME,
} Where;

static const struct
{
  const char *name, *fault;
  Where where;
  void (*until) (Stage *stage, GstHarness *h);
  gboolean block; /* downstream */
  guint posts;    /* that the server saw whole; G_MAXUINT: none or one */
} phases[] = {
  { "before anything", NULL, AT_SERVER, until_nothing, FALSE, G_MAXUINT },
  { "resolving", NULL, AT_NAME, until_asked },
  { "resolving, deaf to cancelling", NULL, AT_DEAF_NAME, until_asked },
  { "connecting to a black hole", NULL, AT_HOLE, until_connecting },
  { "silent TLS handshake", "accept-silence", AT_TLS, until_connected },
  { "silent proxy", "accept-silence", AT_PROXY, until_connected },
  { "waiting for the reply", "silence", AT_SERVER, until_posted, FALSE, 1 },
  { "mid reply", "hold-body on=post after=5", AT_SERVER, until_held, FALSE, 1 },
  { "waiting for the GIF", "silence on=get", AT_SERVER, until_held, FALSE, 1 },
  { "mid download", "hold-body", AT_SERVER, until_held, FALSE, 1 },
  { "backoff", "429 retry-after=50", AT_SERVER, until_backoff, FALSE, 1 },
  { "downstream blocked", NULL, AT_SERVER, until_blocked, TRUE, 1 },
};

static void
set_address (GstHarness *h, Stage *stage, Where where)
{
  const char *address = mock_server_get_url (stage->server);
  g_autofree char *https =
      g_strdup_printf ("https%s", address + strlen ("http"));

  switch (where) {
    case AT_SERVER:
      break;
    case AT_TLS:
      g_object_set (h->element, "api-url", https, NULL);
      break;
    case AT_PROXY:
      g_object_set (h->element, "api-url", "https://elsewhere.example", "proxy",
          address, NULL);
      break;
    case AT_HOLE:
      g_object_set (
          h->element, "api-url", mock_hole_get_url (stage->hole), NULL);
      break;
    case AT_NAME:
    case AT_DEAF_NAME:
      g_object_set (h->element, "api-url", "https://elsewhere.example", NULL);
      break;
  }
}

/* One run of phase @i, to NULL. Returns how long that took. */
static double
milliseconds_to_null (guint i)
{
  g_autoptr (GError) error = NULL;
  Stage stage = { net_server_new (phases[i].fault, NULL) };
  GstHarness *h = source_harness_new (stage.server);
  gint64 start;
  double ms;

  if (phases[i].where == AT_HOLE)
    stage.hole = mock_hole_new (&error);
  g_assert_no_error (error);
  g_mutex_init (&stage.lock);
  g_cond_init (&stage.cond);
  if (phases[i].where == AT_NAME || phases[i].where == AT_DEAF_NAME)
    stage.resolver = net_resolver_install (phases[i].where == AT_DEAF_NAME);
  net_set (h->element, "retry-backoff-max=60");
  set_address (h, &stage, phases[i].where);
  if (phases[i].block) {
    g_autoptr (GstPad) pad = gst_element_get_static_pad (h->element, "src");

    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, on_blocked,
        &stage, NULL);
  }

  gst_harness_play (h);
  phases[i].until (&stage, h);
  start = g_get_monotonic_time ();
  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  ms = (g_get_monotonic_time () - start) / 1000.0;

  assert_no_error (h);
  if (phases[i].posts != G_MAXUINT)
    assert_n_posts (stage.server, phases[i].posts);
  /* The network was told as well, not only left alone. */
  if (mock_server_count (stage.server, MOCK_EVENT_CONNECTION) > 0
      && !phases[i].block && phases[i].fault != NULL
      && phases[i].until != until_backoff)
    wait_event (&stage, MOCK_EVENT_CLOSED);
  net_harness_free (h);
  wait_until (no_network_thread, NULL, "the thread's end");
  if (stage.resolver != NULL)
    net_resolver_remove (stage.resolver);
  g_clear_pointer (&stage.hole, mock_hole_free);
  mock_server_free (stage.server);
  g_mutex_clear (&stage.lock);
  g_cond_clear (&stage.cond);
  return ms;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

#define RUNS 9

GST_START_TEST (test_null_does_not_wait_in_any_phase)
{
  double times[RUNS];

  for (guint run = 0; run < RUNS; run++)
    times[run] = milliseconds_to_null (__i__);
  qsort (times, RUNS, sizeof (times[0]), compare_doubles);
  g_print ("# %-32s p50 %6.2f ms, longest %6.2f ms\n", phases[__i__].name,
      times[RUNS / 2], times[RUNS - 1]);
  fail_unless (times[RUNS / 2] < NULL_LIMIT_MS, "%s: %g ms", phases[__i__].name,
      times[RUNS / 2]);
  fail_unless (times[RUNS - 1] < NULL_LIMIT_MS + SCHEDULER_MS, "%s: %g ms",
      phases[__i__].name, times[RUNS - 1]);
}
GST_END_TEST;

/* --- Many --- */

#define CYCLES 500

GST_START_TEST (test_five_hundred_starts_and_stops)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  GstHarness *h = source_harness_new (server);
  const GstState states[] = { GST_STATE_READY, GST_STATE_NULL };
  const NetRow row = { NULL, NULL, GIF, 0, 0 };
  guint posts;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  for (guint i = 0; i < CYCLES; i++) {
    guint before = mock_server_count (server, MOCK_EVENT_POST_RECEIVED);

    fail_unless_equals_int (
        gst_element_set_state (h->element, GST_STATE_PLAYING),
        GST_STATE_CHANGE_SUCCESS);
    /* From nothing done yet to a request that is out. */
    if (i % 10 == 0)
      fail_unless (mock_server_wait_for (
          server, MOCK_EVENT_POST_RECEIVED, before + 1, TEST_DEADLINE_MS));
    else if (i % 10 < 5)
      wait_until (has_begun, h->element, "a phase");
    fail_unless_equals_int (gst_element_set_state (h->element, states[i % 2]),
        GST_STATE_CHANGE_SUCCESS);
  }
  assert_no_error (h);
  posts = mock_server_count (server, MOCK_EVENT_POST_RECEIVED);
  fail_unless (posts >= CYCLES / 10 && posts <= CYCLES, "%u POSTs", posts);
  wait_until (one_network_thread, NULL, "one thread");
  net_harness_free (h);

  /* And it all still works. */
  net_run_row (&(NetRow){ NULL, NULL, row.end, row.code, 1, 1 });
  mock_server_release (server);
  wait_until (no_network_thread, NULL, "the thread's end");
}
GST_END_TEST;

/* --- The thread --- */

GST_START_TEST (test_the_last_element_ends_the_network_thread)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  GstHarness *a = source_harness_new (server), *b = source_harness_new (server);

  fail_unless_equals_int (count_network_threads (), 0);
  gst_harness_play (a);
  g_bytes_unref (source_harness_pull_all (a));
  gst_harness_play (b);
  g_bytes_unref (source_harness_pull_all (b));
  wait_until (one_network_thread, NULL, "one thread");
  net_harness_free (a);
  wait_until (one_network_thread, NULL, "one thread");
  net_harness_free (b);
  /* Joined, so gone already. */
  fail_unless_equals_int (count_network_threads (), 0);
}
GST_END_TEST;

/* Started by activating the pad; disposed of while it runs. */
GST_START_TEST (test_disposing_without_a_stop_ends_the_job)
{
  g_autoptr (MockServer) server = net_server_new ("silence", NULL);
  GstElement *src = gst_element_factory_make ("visioncraftgifsrc", NULL);
  GstPad *pad = gst_element_get_static_pad (src, "src");

  gst_object_ref_sink (src);
  g_object_set (src, "prompt", "a fox", "token", TEST_TOKEN, "api-url",
      mock_server_get_url (server), NULL);
  fail_unless (gst_pad_set_active (pad, TRUE));
  fail_unless (mock_server_wait_for (
      server, MOCK_EVENT_POST_RECEIVED, 1, TEST_DEADLINE_MS));
  gst_object_unref (pad);
  gst_object_unref (src);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_CLOSED, 1, TEST_DEADLINE_MS));
  wait_until (no_network_thread, NULL, "the thread's end");
}
GST_END_TEST;

typedef struct
{
  GMutex lock;
  GCond cond;
  gboolean arrived, may_go; /* lock */
} Gate;

/* Keeps a message, and with it a reference on the element, on the network
 * thread. */
static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  Gate *gate = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    g_mutex_lock (&gate->lock);
    gate->arrived = TRUE;
    g_cond_broadcast (&gate->cond);
    while (!gate->may_go)
      g_cond_wait (&gate->cond, &gate->lock);
    g_mutex_unlock (&gate->lock);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

GST_START_TEST (test_the_last_reference_may_fall_on_the_network_thread)
{
  g_autoptr (MockServer) server = net_server_new ("401", NULL);
  GstElement *src = gst_element_factory_make ("visioncraftgifsrc", NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  static Gate gate;

  gst_object_ref_sink (src);
  gst_element_set_bus (src, bus);
  gst_bus_set_sync_handler (bus, on_message, &gate, NULL);
  g_object_set (src, "prompt", "a fox", "token", TEST_TOKEN, "api-url",
      mock_server_get_url (server), NULL);
  gst_element_set_state (src, GST_STATE_PLAYING);

  g_mutex_lock (&gate.lock);
  while (!gate.arrived)
    g_cond_wait (&gate.cond, &gate.lock);
  g_mutex_unlock (&gate.lock);
  fail_unless_equals_int (
      gst_element_set_state (src, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  gst_object_unref (src);
  wait_until (one_network_thread, NULL, "one thread");

  g_mutex_lock (&gate.lock);
  gate.may_go = TRUE;
  g_cond_broadcast (&gate.cond);
  g_mutex_unlock (&gate.lock);
  wait_until (no_network_thread, NULL, "the thread's end");
  assert_n_posts (server, 1);
}
GST_END_TEST;

GST_START_TEST (test_a_run_after_a_stop_in_each_phase_is_whole)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  const NetRow row = { NULL, NULL, GIF, 3, 2 };
  GstHarness *h = source_harness_new (server);

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  source_harness_play_until_held (h, server);
  gst_element_set_state (h->element, GST_STATE_NULL);
  mock_server_release (server);
  mock_server_hold (server, MOCK_STAGE_GET, 100);
  gst_harness_play (h);
  fail_unless (
      mock_server_wait_for (server, MOCK_EVENT_HELD, 2, TEST_DEADLINE_MS));
  gst_element_set_state (h->element, GST_STATE_READY);
  mock_server_release (server);
  while (gst_harness_buffers_in_queue (h) > 0)
    gst_buffer_unref (gst_harness_pull (h));
  net_drop_messages (h);
  net_run_harness (h, server, &row);
  net_harness_free (h);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_net_cancel_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-cancel", &tc);

  tcase_add_loop_test (
      tc, test_null_does_not_wait_in_any_phase, 0, G_N_ELEMENTS (phases));
  tcase_add_test (tc, test_five_hundred_starts_and_stops);
  tcase_add_test (tc, test_the_last_element_ends_the_network_thread);
  tcase_add_test (tc, test_disposing_without_a_stop_ends_the_job);
  tcase_add_test (tc, test_the_last_reference_may_fall_on_the_network_thread);
  tcase_add_test (tc, test_a_run_after_a_stop_in_each_phase_is_whole);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_cancel);
