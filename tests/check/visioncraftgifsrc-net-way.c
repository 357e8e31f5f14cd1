/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netproxy.h"
#include "netrun.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <gst/check/gstcheck.h>

/* Runs @row against an https server with @cert and the standing @fault. */
static void
run_https (MockCert *cert, const char *ca_file, const NetRow *row)
{
  g_autoptr (MockServer) server =
      net_server_new (row->fault, mock_cert_get_certificate (cert));
  GstHarness *h = source_harness_new (server);

  net_set (h->element, NET_SETTINGS);
  net_set (h->element, row->settings);
  g_object_set (h->element, "ssl-ca-file", ca_file, NULL);
  net_run_harness (h, server, row);
  net_harness_free (h);
}

/* --- Certificates --- */

static const struct
{
  MockCertKind kind;
  gboolean with_ca;
  NetRow row;
} certificates[] = {
  { MOCK_CERT_VALID, TRUE, { NULL, NULL, GIF, 1, 1 } },
  { MOCK_CERT_VALID, FALSE,
      { NULL, "retries=3", RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "it is not signed by a trusted authority" } },
  { MOCK_CERT_EXPIRED, TRUE,
      { NULL, "retries=3", RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "it has expired" } },
  { MOCK_CERT_NOT_YET, TRUE,
      { NULL, "retries=3", RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "it is not valid yet" } },
  { MOCK_CERT_WRONG_HOST, TRUE,
      { NULL, "retries=3", RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "it belongs to another host" } },
  { MOCK_CERT_SELF_SIGNED, TRUE,
      { NULL, "retries=3", RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "it is not signed by a trusted authority" } },
  { MOCK_CERT_EXPIRED, FALSE, { NULL, "ssl-strict=false", GIF, 1, 1 } },
  { MOCK_CERT_WRONG_HOST, FALSE, { NULL, "ssl-strict=false", GIF, 1, 1 } },
  { MOCK_CERT_SELF_SIGNED, FALSE, { NULL, "ssl-strict=false", GIF, 1, 1 } },
};

GST_START_TEST (test_a_bad_certificate_is_refused_in_words_and_nothing_sent)
{
  g_autoptr (MockCert) cert = net_cert_new (certificates[__i__].kind);

  run_https (cert,
      certificates[__i__].with_ca ? mock_cert_get_ca_file (cert) : NULL,
      &certificates[__i__].row);
}
GST_END_TEST;

static const NetRow https_rows[] = {
  /* Often at the very moment when the connection is there. */
  { "accept-reset times=25", "retries=25", GIF, 1, 1 },
  { "accept-close times=1", NULL, GIF, 1, 1 },
  { "accept-close", NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 2 },
  { "accept-garbage", NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 2,
      .words = "127.0.0.1" },
  /* http is said, but https works. */
  { "address-http", NULL, GIF, 1, 1 },
  { "redirect-http", NULL, RESOURCE (OPEN_READ), 1, 1, "download", 302, 1,
      .words = "from https to http" },
  { "reset-body times=1", NULL, GIF, 1, 2 },
  { "close-body times=1", NULL, GIF, 1, 2 },
  { "close-body times=1", "keep-alive=false", GIF, 1, 2 },
  { "close-before", NULL, RESOURCE (READ), 1, 0, "generate", 0, 1,
      .words = "may have been billed" },
};

GST_START_TEST (test_the_same_over_tls)
{
  g_autoptr (MockCert) cert = net_cert_new (MOCK_CERT_VALID);

  run_https (cert, mock_cert_get_ca_file (cert), &https_rows[__i__]);
}
GST_END_TEST;

/* What a generation at @server gave, as the element has it. */
static char *
dup_image_address (MockServer *server)
{
  GstHarness *h = source_harness_new (server);
  g_autoptr (GstEvent) event = NULL;
  g_autoptr (GstPad) pad = gst_element_get_static_pad (h->element, "src");
  char *address;

  source_harness_run_to_eos (h);
  event = gst_pad_get_sticky_event (pad, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, 0);
  address = g_strdup (
      gst_structure_get_string (gst_event_get_structure (event), "uri"));
  net_harness_free (h);
  return address;
}

/* It was paid by https, and is at a place that has no https. */
GST_START_TEST (test_an_http_image_is_fetched_only_where_allowed)
{
  g_autoptr (MockCert) cert = net_cert_new (MOCK_CERT_VALID);
  g_autoptr (MockServer) plain = net_server_new (NULL, NULL);
  g_autofree char *address = dup_image_address (plain);
  g_autofree char *fault = g_strconcat ("address address=", address, NULL);
  g_autoptr (MockServer) service =
      net_server_new (fault, mock_cert_get_certificate (cert));
  const NetRow refused = { NULL, NULL, RESOURCE (OPEN_READ), 1, 0, "download",
    0, 1, .words = "insecure-download=true" };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) gif = mock_server_ref_gif (plain, -1);
  GstHarness *h = source_harness_new (service);

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "ssl-ca-file", mock_cert_get_ca_file (cert), NULL);
  net_run_harness (h, service, &refused);
  net_harness_free (h);

  h = source_harness_new (service);
  net_set (h->element, NET_SETTINGS " insecure-download=true");
  g_object_set (h->element, "ssl-ca-file", mock_cert_get_ca_file (cert), NULL);
  gst_harness_play (h);
  bytes = source_harness_pull_all (h);
  assert_bytes_equal (bytes, gif);
  net_harness_free (h);
  assert_n_posts (service, 2);
  fail_unless_equals_int (
      mock_server_count (plain, MOCK_EVENT_GET_RECEIVED), 2);
}
GST_END_TEST;

GST_START_TEST (test_ca_file_may_be_relative_and_a_database_goes_before_it)
{
  g_autoptr (MockCert) cert = net_cert_new (MOCK_CERT_VALID);
  g_autoptr (MockServer) server =
      net_server_new (NULL, mock_cert_get_certificate (cert));
  g_autofree char *folder = g_path_get_dirname (mock_cert_get_ca_file (cert));
  g_autofree char *name = g_path_get_basename (mock_cert_get_ca_file (cert));
  g_autofree char *here = g_get_current_dir ();
  g_autoptr (GTlsDatabase) database =
      g_tls_file_database_new (mock_cert_get_ca_file (cert), NULL);
  const NetRow row = { NULL, NULL, GIF, 1, 1 };
  const NetRow further = { NULL, NULL, GIF, 2, 2 };
  GstHarness *h = source_harness_new (server);

  fail_unless_equals_int (g_chdir (folder), 0);
  g_object_set (h->element, "ssl-ca-file", name, NULL);
  net_run_harness (h, server, &row);
  net_harness_free (h);
  fail_unless_equals_int (g_chdir (here), 0);

  h = source_harness_new (server);
  g_object_set (
      h->element, "ssl-ca-file", "/none", "tls-database", database, NULL);
  net_run_harness (h, server, &further);
  net_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (test_an_unusable_ca_file_is_a_setting_s_error)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  static const char *const files[] = { "/none", "/", "/dev/null" };
  const NetRow row = { NULL, NULL, RESOURCE (SETTINGS), 0, 0, "settings", 0,
    .words = "ssl-ca-file" };
  GstHarness *h = source_harness_new (server);

  g_object_set (h->element, "ssl-ca-file", files[__i__], NULL);
  net_run_harness (h, server, &row);
  net_harness_free (h);
}
GST_END_TEST;

/* --- Keepalive --- */

static int
socket_option (int fd, int level, int name)
{
  int value = -1;
  socklen_t size = sizeof value;

  getsockopt (fd, level, name, &value, &size);
  return value;
}

/* The number of this process's connections to @port, each of which must notice
 * a peer that is gone. */
static guint
count_kept_alive (guint port)
{
  g_autoptr (GDir) fds = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (fds)) != NULL) {
    int fd = (int) g_ascii_strtoll (name, NULL, 10);
    struct sockaddr_in peer = { 0 };
    socklen_t size = sizeof peer;

    if (getpeername (fd, (struct sockaddr *) &peer, &size) != 0
        || peer.sin_family != AF_INET || ntohs (peer.sin_port) != port)
      continue;
    n++;
    fail_unless_equals_int (socket_option (fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    fail_unless (socket_option (fd, IPPROTO_TCP, TCP_KEEPIDLE) <= 60);
    fail_unless (socket_option (fd, IPPROTO_TCP, TCP_KEEPINTVL) <= 15);
    fail_unless (socket_option (fd, IPPROTO_TCP, TCP_KEEPCNT) <= 4);
  }
  return n;
}

static const char *const ways[] = { "http", "https", "plain proxy", "tunnel" };

GST_START_TEST (test_every_connection_notices_a_peer_that_is_gone)
{
  gboolean is_tls = __i__ == 1 || __i__ == 3;
  MockCert *cert = net_cert_new (MOCK_CERT_VALID);
  MockServer *server = net_server_new (
      "silence", is_tls ? mock_cert_get_certificate (cert) : NULL);
  NetProxy *proxy = net_proxy_new (NULL);
  const char *address = mock_server_get_url (server);
  GstHarness *h = source_harness_new (server);

  g_print ("# %s\n", ways[__i__]);
  g_object_set (h->element, "ssl-ca-file", mock_cert_get_ca_file (cert), NULL);
  if (__i__ == 2)
    g_object_set (
        h->element, "api-url", "http://127.0.0.1:1", "proxy", address, NULL);
  if (__i__ == 3)
    g_object_set (h->element, "proxy", net_proxy_get_address (proxy), NULL);
  gst_harness_play (h);
  fail_unless (mock_server_wait_for (
      server, MOCK_EVENT_POST_RECEIVED, 1, TEST_DEADLINE_MS));
  if (__i__ == 3)
    address = net_proxy_get_address (proxy);
  fail_unless_equals_int (count_kept_alive ((guint) g_ascii_strtoull (
                              strrchr (address, ':') + 1, NULL, 10)),
      1);
  net_harness_free (h);
  net_proxy_free (proxy);
  mock_server_free (server);
  mock_cert_free (cert);
}
GST_END_TEST;

/* --- Headers --- */

static GstHarness *
harness_with_headers (MockServer *server, GstStructure *fields)
{
  GstHarness *h = source_harness_new (server);

  g_object_set (h->element, "extra-headers", fields, NULL);
  gst_structure_free (fields);
  return h;
}

GST_START_TEST (test_the_get_carries_headers_but_no_secret)
{
  g_autoptr (MockServer) server = net_server_new ("cookie on=post", NULL);
  GstHarness *h = harness_with_headers (server,
      gst_structure_new (
          "extra-headers", "X-Test", G_TYPE_STRING, "yes", NULL));
  const NetRow row = { NULL, NULL, GIF, 1, 1 };
  g_autofree char *post = NULL, *get = NULL;

  g_object_set (h->element, "user-agent", "tester/1", NULL);
  net_run_harness (h, server, &row);
  post = mock_server_dup_headers (server, MOCK_STAGE_POST, 0);
  get = mock_server_dup_headers (server, MOCK_STAGE_GET, 0);
  fail_unless (strstr (post, "X-Test: yes\r\n") != NULL, "%s", post);
  fail_unless (strstr (post, "User-Agent: tester/1\r\n") != NULL, "%s", post);
  fail_unless (strstr (get, "X-Test: yes\r\n") != NULL, "%s", get);
  fail_unless (strstr (get, "User-Agent: tester/1\r\n") != NULL, "%s", get);
  fail_unless (strstr (post, TEST_TOKEN) == NULL, "%s", post);
  fail_unless (strstr (get, TEST_TOKEN) == NULL, "%s", get);
  fail_unless (strcasestr (get, "authorization:") == NULL, "%s", get);
  fail_unless (strcasestr (get, "cookie:") == NULL, "%s", get);
  net_harness_free (h);
}
GST_END_TEST;

/* A gateway in front of the service lets its own client in; where else the GIF
 * may be is none of its affair. */
GST_START_TEST (test_what_is_for_the_service_goes_to_it_alone)
{
  g_autoptr (MockServer) elsewhere = net_server_new (NULL, NULL);
  g_autofree char *address = dup_image_address (elsewhere);
  g_autofree char *fault = g_strconcat ("address address=", address, NULL);
  g_autoptr (MockServer) server =
      net_server_new (__i__ == 0 ? NULL : fault, NULL);
  const NetRow here = { NULL, NULL, GIF, 1, 1 };
  const NetRow there = { NULL, NULL, GIF, 1, 0 };
  GstHarness *h = harness_with_headers (server,
      gst_structure_new (
          "extra-headers", "X-Test", G_TYPE_STRING, "yes", NULL));
  g_autofree char *post = NULL, *get = NULL;

  g_object_set (h->element, "authorization", "Basic " TEST_TOKEN, NULL);
  net_run_harness (h, server, __i__ == 0 ? &here : &there);
  post = mock_server_dup_headers (server, MOCK_STAGE_POST, 0);
  get = mock_server_dup_headers (
      __i__ == 0 ? server : elsewhere, MOCK_STAGE_GET, -1);
  fail_unless (strstr (post, "Authorization: Basic " TEST_TOKEN "\r\n") != NULL,
      "%s", post);
  fail_unless (strstr (post, "X-Test: yes\r\n") != NULL, "%s", post);
  fail_unless_equals_int (
      strcasestr (get, "authorization:") != NULL, __i__ == 0);
  fail_unless_equals_int (strstr (get, "X-Test") != NULL, __i__ == 0);
  net_harness_free (h);
}
GST_END_TEST;

#define GATE_PASSWORD "gate-9d1c77e2"

/* What is sent in base64 may come back as it is. */
GST_START_TEST (test_a_gateway_s_password_is_not_shown)
{
  g_autoptr (MockServer) server = net_server_new (
      "address address=http://127.0.0.1:1/?k=" GATE_PASSWORD, NULL);
  g_autofree char *base64 = g_base64_encode (
      (const guchar *) "gate:" GATE_PASSWORD, strlen ("gate:" GATE_PASSWORD));
  g_autofree char *authorization = g_strconcat ("basic ", base64, NULL);
  GstHarness *h = source_harness_new (server);
  NetWitness *witness = net_witness_new (h);
  GstMessage *message;

  g_object_set (h->element, "authorization", authorization, NULL);
  gst_element_set_state (h->element, GST_STATE_PLAYING);
  message = net_wait_for_end (h);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_ERROR);
  gst_message_unref (message);
  gst_element_set_state (h->element, GST_STATE_NULL);
  net_witness_assert_unseen (witness, GATE_PASSWORD);
  net_witness_assert_unseen (witness, base64);
  net_witness_free (witness);
  net_harness_free (h);
}
GST_END_TEST;

/* Settings, and the path that must be asked. */
static const struct
{
  const char *below, *endpoint, *path;
} endpoints[] = {
  { "", "generate-gif", "/generate-gif" },
  { "/", "generate-gif", "/generate-gif" },
  { "", "beta/generate-gif", "/beta/generate-gif" },
  { "/beta", "generate-gif", "/beta/generate-gif" },
  { "/beta/", "generate-gif", "/beta/generate-gif" },
  /* The whole address instead of the service's. */
  { "/generate-gif", "generate-gif", "/generate-gif" },
  { "/beta/generate-gif/", "beta/generate-gif", "/beta/generate-gif" },
  { "/beta/generate-gif", "generate-gif", "/beta/generate-gif" },
};

GST_START_TEST (test_the_endpoint_is_put_behind_api_url_once)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  g_autofree char *url =
      g_strconcat (mock_server_get_url (server), endpoints[__i__].below, NULL);
  g_autofree char *line =
      g_strdup_printf ("POST %s HTTP/1.1\r\n", endpoints[__i__].path);
  const NetRow row = { NULL, NULL, GIF, 1, 1 };
  GstHarness *h = source_harness_new (NULL);
  g_autofree char *post = NULL;

  g_object_set (
      h->element, "api-url", url, "endpoint", endpoints[__i__].endpoint, NULL);
  net_run_harness (h, server, &row);
  post = mock_server_dup_headers (server, MOCK_STAGE_POST, 0);
  fail_unless (g_str_has_prefix (post, line), "%s", post);
  net_harness_free (h);
}
GST_END_TEST;

static const struct
{
  const char *name, *value;
} bad_headers[] = {
  { "X-Test", "a\r\nAuthorization: b" },
  { "X-Test", "a\nb" },
  { "Authorization", "Bearer x" },
  { "authorization", "Bearer x" },
  { "Proxy-Authorization", "Basic x" },
  { "Cookie", "a=b" },
  { "Host", "elsewhere.example" },
  { "Content-Length", "7" },
  { "Transfer-Encoding", "chunked" },
  { "Range", "bytes=7-" },
};

GST_START_TEST (test_headers_that_would_do_harm_are_refused)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  GstHarness *h = harness_with_headers (server,
      gst_structure_new ("extra-headers", bad_headers[__i__].name,
          G_TYPE_STRING, bad_headers[__i__].value, NULL));
  const NetRow row = { NULL, NULL, RESOURCE (SETTINGS), 0, 0, "settings", 0,
    .words = "extra-headers" };

  net_run_harness (h, server, &row);
  net_harness_free (h);
}
GST_END_TEST;

/* --- Connections --- */

GST_START_TEST (test_a_kept_connection_serves_the_download)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  const NetRow once = { NULL, NULL, GIF, 1, 1 },
               twice = { NULL, NULL, GIF, 2, 2 };
  GstHarness *a = source_harness_new (server), *b = source_harness_new (server);

  g_object_set (b->element, "keep-alive", FALSE, NULL);
  net_run_harness (a, server, &once);
  fail_unless_equals_int (mock_server_count (server, MOCK_EVENT_CONNECTION), 1);
  net_run_harness (b, server, &twice);
  /* A new one for the POST, and the download on one of those that are there. */
  fail_unless_equals_int (mock_server_count (server, MOCK_EVENT_CONNECTION), 2);
  net_harness_free (a);
  net_harness_free (b);
}
GST_END_TEST;

#define CROWD 200

GST_START_TEST (test_two_hundred_generations_are_under_way_at_once)
{
  g_autoptr (MockServer) server = net_server_new (NULL, NULL);
  GstHarness *crowd[CROWD];

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  for (guint i = 0; i < CROWD; i++) {
    crowd[i] = source_harness_new (server);
    gst_harness_play (crowd[i]);
  }
  /* None was answered: so all of them wait together. */
  fail_unless (mock_server_wait_for (
      server, MOCK_EVENT_POST_RECEIVED, CROWD, TEST_DEADLINE_MS));
  fail_unless_equals_int (
      mock_server_count (server, MOCK_EVENT_POST_ANSWERED), 0);
  mock_server_release (server);
  for (guint i = 0; i < CROWD; i++)
    g_bytes_unref (source_harness_pull_all (crowd[i]));
  assert_n_posts (server, CROWD);
  for (guint i = 0; i < CROWD; i++)
    net_harness_free (crowd[i]);
}
GST_END_TEST;

#define add_rows(tcase, test, rows) \
  tcase_add_loop_test (tcase, test, 0, G_N_ELEMENTS (rows))

static Suite *
visioncraftgifsrc_net_way_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-way", &tc);

  add_rows (tc, test_a_bad_certificate_is_refused_in_words_and_nothing_sent,
      certificates);
  add_rows (tc, test_the_same_over_tls, https_rows);
  tcase_add_test (tc, test_an_http_image_is_fetched_only_where_allowed);
  tcase_add_test (
      tc, test_ca_file_may_be_relative_and_a_database_goes_before_it);
  tcase_add_loop_test (tc, test_an_unusable_ca_file_is_a_setting_s_error, 0, 3);
  add_rows (tc, test_every_connection_notices_a_peer_that_is_gone, ways);
  tcase_add_test (tc, test_the_get_carries_headers_but_no_secret);
  tcase_add_loop_test (tc, test_what_is_for_the_service_goes_to_it_alone, 0, 2);
  tcase_add_test (tc, test_a_gateway_s_password_is_not_shown);
  add_rows (tc, test_the_endpoint_is_put_behind_api_url_once, endpoints);
  add_rows (tc, test_headers_that_would_do_harm_are_refused, bad_headers);
  tcase_add_test (tc, test_a_kept_connection_serves_the_download);
  tcase_add_test (tc, test_two_hundred_generations_are_under_way_at_once);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_way);
