/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netproxy.h"
#include "netrun.h"

#include <string.h>
#include <unistd.h>

#include <gst/check/gstcheck.h>

/* All elements of a process share one network thread: whatever servers do to
 * some, the others go on. */

#define RUNS 5
/* What an honest run may take longer in bad company. It is a sixth of a second
 * where nobody else has the machine. Where others have it, only a thread that
 * was busy counts; nothing excuses LIMIT_S. */
#define LATE_S 0.5
#define BUSY_S 1
#define LIMIT_S 5

static const struct
{
  const char *fault, *settings;
} bad_company[] = {
  { "early-hints count=0", NULL },
  { "early-continue count=0", NULL },
  { "early-switch count=0", NULL },
  { "early-hints count=0 on=get", "retries=5" },
  { "head-endless", NULL },
  { "head-endless on=get", "retries=5" },
  { "trailers-endless", NULL },
  { "trailers-endless on=get", "retries=5" },
  { "headers-many", NULL },
  { "headers-many on=get", NULL },
  { "headers-huge on=get", "retries=5" },
  { "500 fault:endless on=post", NULL },
  { "404 on=get fault:endless", "retries=5" },
  { "gzip-empty", "retries=5" },
  { "gzip-empty on=post", NULL },
  { "endless", "max-size=30000000" },
  { "json-endless", NULL },
  { "json-drip", NULL },
  { "drip rate=100", NULL },
  { "silence", NULL },
  { "accept-silence", NULL },
  { "accept-garbage", "retries=5" },
  { "close-headers after=1 on=get", "retries=5" },
  { "reset-headers on=get", "retries=5" },
};

/* What proxies say to CONNECT, and what without end behind that. */
static const struct
{
  const char *answer, *repeated;
} bad_proxies[] = {
  { NULL, "HTTP/1.1 103 Early\r\n\r\n" },
  { "HTTP/1.1 200 OK\r\n", "X-A: b\r\n" },
  { "HTTP/1.1 403 No\r\n\r\n", "never " },
  { "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n" },
};

#define N_BAD G_N_ELEMENTS (bad_company)
#define N_PROXIES G_N_ELEMENTS (bad_proxies)

/* What a test that fails leaves is ended by the teardown. */
static MockServer *servers[N_BAD];
static NetProxy *proxies[N_PROXIES];
static GstHarness *crowd[N_BAD + N_PROXIES];

static void
disperse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    if (crowd[i] != NULL)
      gst_element_set_state (crowd[i]->element, GST_STATE_NULL);
  for (guint i = 0; i < G_N_ELEMENTS (crowd); i++)
    g_clear_pointer (&crowd[i], net_harness_free);
  for (guint i = 0; i < N_BAD; i++)
    g_clear_pointer (&servers[i], mock_server_free);
  for (guint i = 0; i < N_PROXIES; i++)
    g_clear_pointer (&proxies[i], net_proxy_free);
}

static void
assemble (void)
{
  for (guint i = 0; i < N_BAD; i++) {
    servers[i] = net_server_new (bad_company[i].fault, NULL);
    crowd[i] = source_harness_new (servers[i]);
    net_set (crowd[i]->element, "retry-backoff-max=0.01");
    net_set (crowd[i]->element, bad_company[i].settings);
    gst_harness_play (crowd[i]);
  }
  for (guint i = 0; i < N_PROXIES; i++) {
    GstHarness *h = source_harness_new (NULL);

    crowd[N_BAD + i] = h;
    proxies[i] =
        net_proxy_new_refusing (bad_proxies[i].answer, bad_proxies[i].repeated);
    net_set (h->element, "retry-backoff-max=0.01 retries=5");
    g_object_set (h->element, "api-url", "https://127.0.0.1:1", "proxy",
        net_proxy_get_address (proxies[i]), NULL);
    gst_harness_play (h);
  }
  for (guint i = 0; i < N_BAD; i++)
    fail_unless (mock_server_wait_for (
        servers[i], MOCK_EVENT_CONNECTION, 1, TEST_DEADLINE_MS));
}

static double
honest_seconds (MockServer *server)
{
  GstHarness *h = source_harness_new (server);
  gint64 start = g_get_monotonic_time ();
  double seconds;

  source_harness_run_to_eos (h);
  seconds = (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
  assert_no_error (h);
  net_harness_free (h);
  return seconds;
}

/* What the network thread has taken so far. */
static double
network_cpu_seconds (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  double seconds = -1;
  const char *id;

  while ((id = g_dir_read_name (tasks)) != NULL) {
    g_autofree char *path =
        g_build_filename ("/proc/self/task", id, "stat", NULL);
    g_autofree char *stat = NULL;
    g_auto (GStrv) fields = NULL;

    /* proc(5): the name in brackets, then the state; user and system time are
     * the 12th and 13th behind it. */
    if (!g_file_get_contents (path, &stat, NULL, NULL)
        || strstr (stat, "(visioncraft-net)") == NULL)
      continue;
    fields = g_strsplit (strrchr (stat, ')') + 2, " ", 15);
    seconds =
        (g_ascii_strtod (fields[11], NULL) + g_ascii_strtod (fields[12], NULL))
        / (double) sysconf (_SC_CLK_TCK);
  }
  fail_unless (seconds >= 0, "no network thread");
  return seconds;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return x < y ? -1 : x > y;
}

GST_START_TEST (test_bad_company_does_not_slow_an_honest_run)
{
  MockServer *server = net_server_new ("ok latency-ms=2000", NULL);
  double alone = honest_seconds (server), late, times[RUNS], cpu[RUNS];

  for (guint run = 0; run < RUNS; run++) {
    assemble ();
    times[run] = honest_seconds (server);
    cpu[run] = network_cpu_seconds ();
    disperse ();
  }
  qsort (times, RUNS, sizeof (times[0]), compare_doubles);
  qsort (cpu, RUNS, sizeof (cpu[0]), compare_doubles);
  g_print (
      "# alone %.3f s, beside %d others p50 %.3f s, longest %.3f s; of the "
      "thread p50 %.2f s\n",
      alone, (int) G_N_ELEMENTS (crowd), times[RUNS / 2], times[RUNS - 1],
      cpu[RUNS / 2]);
  mock_server_free (server);
  late = times[RUNS / 2] - alone;
  fail_unless (late < LATE_S || (cpu[RUNS / 2] < BUSY_S && late < LIMIT_S),
      "%g s late, and %g s of the thread", late, cpu[RUNS / 2]);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_net_crowd_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-crowd", &tc);

  tcase_add_checked_fixture (tc, NULL, disperse);
  tcase_add_test (tc, test_bad_company_does_not_slow_an_honest_run);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_crowd);
