/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstvisioncraftgifsrc.h"
#include "netproxy.h"
#include "netrun.h"

#include <string.h>

#include <gst/check/gstcheck.h>

#define PROXY_PW "pw-5e0d41"

/* --- Those that let pass --- */

GST_START_TEST (test_plain_requests_go_through_the_proxy_in_absolute_form)
{
  g_autoptr (MockServer) proxy = net_server_new (NULL, NULL);
  const NetRow row = { NULL, NULL, GIF, 1, 1 };
  GstHarness *h = source_harness_new (NULL);
  g_autofree char *head = NULL;

  /* Nobody listens there. */
  g_object_set (h->element, "api-url", "http://127.0.0.1:1", "proxy",
      mock_server_get_url (proxy), NULL);
  net_run_harness (h, proxy, &row);
  head = mock_server_dup_headers (proxy, MOCK_STAGE_POST, 0);
  fail_unless (g_str_has_prefix (head, "POST http://127.0.0.1:1/generate-gif "),
      "%s", head);
  net_harness_free (h);
}
GST_END_TEST;

/* How the login is set, and what comes of it. */
static const struct
{
  const char *id, *pw, *userinfo;
  NetRow row;
} logins[] = {
  { "ann", PROXY_PW, "", { NULL, NULL, GIF, 1, 1 } },
  { NULL, NULL, "ann:" PROXY_PW "@", { NULL, NULL, GIF, 1, 1 } },
  { NULL, PROXY_PW, "ann@", { NULL, NULL, GIF, 1, 1 } },
  { NULL, NULL, "",
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply", 407,
          .words = "proxy-pw" } },
};

GST_START_TEST (test_the_proxy_s_login_is_given_at_the_first_try)
{
  g_autoptr (MockServer) proxy = net_server_new ("proxy-auth", NULL);
  g_autofree char *address = g_strdup_printf ("http://%s%s",
      logins[__i__].userinfo, mock_server_get_url (proxy) + strlen ("http://"));
  g_autofree char *told = NULL, *sent = NULL, *get = NULL;
  GstHarness *h = source_harness_new (NULL);
  NetWitness *witness;

  g_object_set (h->element, "api-url", "http://127.0.0.1:1", "proxy-id",
      logins[__i__].id, "proxy-pw", logins[__i__].pw, NULL);
  g_object_set (h->element, "proxy", address, NULL);
  net_run_harness (h, proxy, &logins[__i__].row);

  g_object_get (h->element, "proxy", &told, NULL);
  fail_unless_equals_string (told, mock_server_get_url (proxy));
  sent = mock_server_dup_header (
      proxy, MOCK_STAGE_POST, -1, "Proxy-Authorization");
  if (logins[__i__].row.end == NET_GIF)
    fail_unless_equals_string (sent, "Basic YW5uOnB3LTVlMGQ0MQ==");
  get = mock_server_dup_headers (proxy, MOCK_STAGE_GET, 0);
  fail_unless (get == NULL || strstr (get, "\r\nAuthorization:") == NULL);
  witness = net_witness_new (h);
  net_witness_assert_unseen (witness, PROXY_PW);
  net_witness_free (witness);
  net_harness_free (h);
}
GST_END_TEST;

static const struct
{
  const char *login; /* that the proxy wants */
  const char *pw;    /* that is set */
  guint tunnels, refused;
  NetRow row;
} tunnels[] = {
  { NULL, NULL, 1, 0, { NULL, NULL, GIF, 1, 1 } },
  { "ann:" PROXY_PW, PROXY_PW, 1, 1, { NULL, NULL, GIF, 1, 1 } },
  { "ann:" PROXY_PW, "wrong", 0, 2,
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 407, 1,
          .words = "proxy-pw" } },
  { "ann:" PROXY_PW, NULL, 0, 1,
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 407, 1,
          .words = "proxy-pw" } },
};

GST_START_TEST (test_https_goes_through_a_tunnel)
{
  g_autoptr (MockCert) cert = net_cert_new (MOCK_CERT_VALID);
  g_autoptr (MockServer) server =
      net_server_new (NULL, mock_cert_get_certificate (cert));
  NetProxy *proxy = net_proxy_new (tunnels[__i__].login);
  GstHarness *h = source_harness_new (server);

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "proxy", net_proxy_get_address (proxy), "proxy-id",
      "ann", "proxy-pw", tunnels[__i__].pw, "ssl-ca-file",
      mock_cert_get_ca_file (cert), NULL);
  net_run_harness (h, server, &tunnels[__i__].row);
  net_harness_free (h);
  fail_unless_equals_int (
      net_proxy_get_n_tunnels (proxy), tunnels[__i__].tunnels);
  fail_unless_equals_int (
      net_proxy_get_n_refused (proxy), tunnels[__i__].refused);
  net_proxy_free (proxy);
}
GST_END_TEST;

GST_START_TEST (test_a_bad_certificate_is_seen_through_a_tunnel)
{
  g_autoptr (MockCert) cert = net_cert_new (MOCK_CERT_EXPIRED);
  g_autoptr (MockServer) server =
      net_server_new (NULL, mock_cert_get_certificate (cert));
  NetProxy *proxy = net_proxy_new (NULL);
  GstHarness *h = source_harness_new (server);
  const NetRow row = { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
    .words = "it has expired" };

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "proxy", net_proxy_get_address (proxy),
      "ssl-ca-file", mock_cert_get_ca_file (cert), NULL);
  net_run_harness (h, server, &row);
  net_harness_free (h);
  net_proxy_free (proxy);
}
GST_END_TEST;

/* --- Those that do not --- */

/* What a proxy says to CONNECT, what it repeats without end behind that, and
 * what comes of it. The first two are bounded by what is read of a head. */
static const struct
{
  const char *answer, *repeated;
  NetRow row;
} refusals[] = {
  { "HTTP/1.1 200 OK\r\n", "X-A: b\r\n",
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "connect", 0, 1,
          .words =
              "The reply of the proxy 127.0.0.1 on the way to 127.0.0.1 is "
              "not valid HTTP: Header too big. Check proxy" } },
  { NULL, "HTTP/1.1 103 Early\r\n\r\n",
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "connect", 0, 1,
          .words = "again and again" } },
  { "HTTP/1.1 403 No\r\n\r\n", "never ",
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 403, 1,
          .words = "The proxy on the way to 127.0.0.1 answered 403. Check" } },
  { "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\n\r\n", "never ",
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 407, 1 } },
  { "HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n",
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 503, 2 } },
  /* libsoup would ask again and again. */
  { "HTTP/1.1 421 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", NULL,
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 421, 1 } },
  { "HTTP/1.1 302 Log in\r\nLocation: http://127.0.0.1:1/\r\n"
    "Content-Length: 0\r\n\r\n",
      NULL,
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 302, 1,
          .words = "The proxy on the way to 127.0.0.1 answered 302" } },
  { "HTTP/1.1 502 No\r\nContent-Length: -5\r\n\r\n", NULL,
      { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 0, 0, "reply", 502, 2 } },
};

GST_START_TEST (test_a_proxy_s_refusal_has_an_end)
{
  NetProxy *proxy =
      net_proxy_new_refusing (refusals[__i__].answer, refusals[__i__].repeated);
  GstHarness *h = source_harness_new (NULL);

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "api-url", "https://127.0.0.1:1", "proxy",
      net_proxy_get_address (proxy), "proxy-id", "ann", "proxy-pw", PROXY_PW,
      NULL);
  net_run_harness (h, NULL, &refusals[__i__].row);
  net_harness_free (h);
  fail_unless (net_proxy_get_n_refused (proxy) <= 2);
  net_proxy_free (proxy);
}
GST_END_TEST;

/* Where a proxy reads the request, its page is not the service's. */
GST_START_TEST (test_a_page_that_lets_nobody_in_is_the_proxy_s)
{
  g_autoptr (MockServer) proxy = net_server_new ("html status=403", NULL);
  const NetRow row = { NULL, NULL, RESOURCE (NOT_AUTHORIZED), 1, 0, "reply",
    403, .words = "The proxy on the way to 127.0.0.1 answered 403" };
  GstHarness *h = source_harness_new (NULL);

  g_object_set (h->element, "api-url", "http://127.0.0.1:1", "proxy",
      mock_server_get_url (proxy), NULL);
  net_run_harness (h, proxy, &row);
  net_harness_free (h);
}
GST_END_TEST;

/* By https and by http: the tunnel, and the request itself, go there. */
static const struct
{
  const char *api_url, *proxy;
  NetRow row;
} absent_proxies[] = {
  { "https://127.0.0.1:2", "127.0.0.1:1",
      { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 2,
          .words = "proxy server 127.0.0.1" } },
  { "http://127.0.0.1:2", "http://127.0.0.1:1",
      { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 2,
          .words = "proxy server 127.0.0.1" } },
  { "https://127.0.0.1:2", "http://no-proxy.invalid:3128",
      { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "the proxy no-proxy.invalid on the way to" } },
  { "http://127.0.0.1:2", "no-proxy.invalid",
      { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "the proxy no-proxy.invalid on the way to" } },
  { "https://service.invalid", "socks5://no-proxy.invalid:1080",
      { NULL, NULL, RESOURCE (OPEN_READ), 0, 0, "connect", 0, 1,
          .words = "the proxy no-proxy.invalid on the way to" } },
};

GST_START_TEST (test_a_proxy_that_is_not_there_is_named)
{
  GstHarness *h = source_harness_new (NULL);

  net_set (h->element, NET_SETTINGS);
  g_object_set (h->element, "api-url", absent_proxies[__i__].api_url, "proxy",
      absent_proxies[__i__].proxy, NULL);
  net_run_harness (h, NULL, &absent_proxies[__i__].row);
  net_harness_free (h);
}
GST_END_TEST;

#define add_rows(tcase, test, rows) \
  tcase_add_loop_test (tcase, test, 0, G_N_ELEMENTS (rows))

static Suite *
visioncraftgifsrc_net_proxies_suite (void)
{
  TCase *tc;
  Suite *s = source_suite_new ("visioncraftgifsrc-net-proxies", &tc);

  tcase_add_test (
      tc, test_plain_requests_go_through_the_proxy_in_absolute_form);
  add_rows (tc, test_the_proxy_s_login_is_given_at_the_first_try, logins);
  add_rows (tc, test_https_goes_through_a_tunnel, tunnels);
  tcase_add_test (tc, test_a_bad_certificate_is_seen_through_a_tunnel);
  add_rows (tc, test_a_proxy_that_is_not_there_is_named, absent_proxies);
  add_rows (tc, test_a_proxy_s_refusal_has_an_end, refusals);
  tcase_add_test (tc, test_a_page_that_lets_nobody_in_is_the_proxy_s);
  return s;
}

GST_CHECK_MAIN (visioncraftgifsrc_net_proxies);
