/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-mockfaultqueue.c: which request meets which fault, and how they add up
 */
#include "mockwire.h"

#include <string.h>

static guint
post_status (MockServer *server, const char *prompt)
{
  g_auto (Wire) wire = post_prompt (server, prompt, END_CLOSED);

  return (guint) g_ascii_strtoull (
      wire.bytes->str + strlen ("HTTP/1.1 "), NULL, 10);
}

static void
test_pushed_faults_meet_one_request_each_in_order (void)
{
  g_autoptr (MockServer) server = start_server (&small);

  mock_server_push_fault (server, "503 times=2");
  mock_server_push_fault (server, "ok");
  mock_server_push_fault (server, "404 on=get");
  mock_server_push_fault (server, "429:1");
  g_assert_cmpuint (post_status (server, "a"), ==, 503);
  g_assert_cmpuint (post_status (server, "a"), ==, 503);
  g_assert_cmpuint (post_status (server, "a"), ==, 200);
  g_assert_cmpuint (post_status (server, "a"), ==, 429);
  g_assert_cmpuint (post_status (server, "a"), ==, 200);
  g_assert_cmpuint (mock_server_count (server, MOCK_EVENT_GENERATED), ==, 2);
}

static void
test_option_meets_the_first_requests (void)
{
  MockOptions options = small;
  g_autoptr (MockServer) server = NULL;

  options.fault = "502:2";
  server = start_server (&options);
  g_assert_cmpuint (post_status (server, "a"), ==, 502);
  g_assert_cmpuint (post_status (server, "b"), ==, 502);
  g_assert_cmpuint (post_status (server, "c"), ==, 200);
}

static void
test_prompt_counts_for_itself (void)
{
  g_autoptr (MockServer) server = start_server (&small);

  g_assert_cmpuint (post_status (server, "a fault:503 times=1"), ==, 503);
  g_assert_cmpuint (post_status (server, "b fault:503 times=1"), ==, 503);
  g_assert_cmpuint (post_status (server, "a fault:503 times=1"), ==, 200);
  g_assert_cmpuint (post_status (server, "a fault:503 times=1"), ==, 200);
  g_assert_cmpuint (post_status (server, "default:503"), ==, 200);
}

static void
test_faults_of_one_request_add_up (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_auto (Wire) reply = post_prompt (server,
      "fault:reset-body after=100 times=1 fault:etag-changed", END_CLOSED);
  g_auto (Wire) first = get_file (server, &reply, "", END_RESET);
  const char *tag = strstr (first.bytes->str, "ETag: ") + strlen ("ETag: ");
  g_autofree char *headers =
      g_strdup_printf ("Range: bytes=100-\r\nIf-Range: %.*s\r\n",
          (int) strcspn (tag, "\r"), tag);
  g_auto (Wire) second = get_file (server, &reply, headers, END_CLOSED);
  g_autoptr (GBytes) gif = mock_server_ref_gif (server, -1);

  g_assert_cmpint (first.end, ==, END_RESET);
  g_assert_cmpuint (body_size (&first), ==, 100);
  g_assert_true (g_str_has_prefix (second.bytes->str, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (second.bytes->str, "ETag: \"changed-1\""));
  g_assert_cmpuint (body_size (&second), ==, g_bytes_get_size (gif));
  g_assert_cmpint (memcmp (find_body (&second), g_bytes_get_data (gif, NULL),
                       body_size (&second)),
      !=, 0);
}

static void
test_cut_download_can_be_resumed (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_auto (Wire) reply =
      post_prompt (server, "fault:reset-body after=1000 times=1", END_CLOSED);
  g_auto (Wire) first = get_file (server, &reply, "", END_RESET);
  g_auto (Wire) second =
      get_file (server, &reply, "Range: bytes=1000-\r\n", END_CLOSED);
  g_autoptr (GString) joined = g_string_new (NULL);
  g_autoptr (GBytes) gif = mock_server_ref_gif (server, -1);

  g_string_append_len (joined, find_body (&first), (gssize) body_size (&first));
  g_string_append_len (
      joined, find_body (&second), (gssize) body_size (&second));
  g_assert_cmpmem (joined->str, joined->len, g_bytes_get_data (gif, NULL),
      g_bytes_get_size (gif));
}

/* A reset discards what is on its way, which may be much. */
static void
test_reset_lets_the_bytes_before_it_arrive (void)
{
  g_autofree char *bytes = g_strnfill (3000000, 'x');
  g_autoptr (GBytes) gif = g_bytes_new (bytes, 3000000);
  g_autoptr (MockServer) server = start_server (&small);
  g_auto (Wire) reply = { 0 };
  g_auto (Wire) wire = { 0 };

  mock_server_set_gif (server, gif);
  mock_server_push_fault (server, "reset-body after=2500000");
  reply = post_prompt (server, "a fox", END_CLOSED);
  wire = get_file (server, &reply, "", END_RESET);
  g_assert_cmpint (wire.end, ==, END_RESET);
  g_assert_cmpuint (body_size (&wire), ==, 2500000);
}

static void
test_drip_keeps_its_rate (void)
{
  MockOptions options = small;
  g_autoptr (MockServer) server = NULL;
  g_autoptr (GBytes) gif = NULL;
  gint64 start, took_us, due_us;

  options.drip_rate = 100000;
  server = start_server (&options);
  {
    g_auto (Wire) reply = post_prompt (server, "a fox", END_CLOSED);

    start = g_get_monotonic_time ();
    {
      g_auto (Wire) wire = get_file (server, &reply, "", END_CLOSED);

      took_us = g_get_monotonic_time () - start;
      gif = mock_server_ref_gif (server, -1);
      g_assert_cmpuint (body_size (&wire), ==, g_bytes_get_size (gif));
    }
  }
  due_us = (gint64) g_bytes_get_size (gif) * 10;
  g_assert_cmpint (took_us, >=, due_us * 9 / 10 - 10000);
  g_assert_cmpint (took_us, <, due_us * 2 + 2000000);
}

static void
test_latency_delays_the_reply (void)
{
  MockOptions options = small;
  g_autoptr (MockServer) server = NULL;
  gint64 start;

  options.latency_ms = 80;
  server = start_server (&options);
  start = g_get_monotonic_time ();
  g_assert_cmpuint (post_status (server, "a fox"), ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 80 * 1000);
}

static void
test_server_plays_a_proxy (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *plain = format_post ("fault:proxy-auth", "");
  g_autofree char *with_key =
      format_post ("fault:proxy-auth", "Proxy-Authorization: Basic eDp5\r\n");
  g_autofree char *absolute = g_strconcat (
      "POST http://mock.example", strchr (with_key, ' ') + 1, NULL);
  g_auto (Wire) refused = exchange (server, plain, END_CLOSED);
  g_auto (Wire) let_in = exchange (server, absolute, END_CLOSED);

  g_assert_true (g_str_has_prefix (refused.bytes->str, "HTTP/1.1 407 "));
  g_assert_true (g_str_has_prefix (let_in.bytes->str, "HTTP/1.1 200 "));
  g_assert_nonnull (strstr (let_in.bytes->str, "http://mock.example/gifs/"));
}

#define ADD(name) g_test_add_func ("/mockfaultqueue/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (pushed_faults_meet_one_request_each_in_order);
  ADD (option_meets_the_first_requests);
  ADD (prompt_counts_for_itself);
  ADD (faults_of_one_request_add_up);
  ADD (cut_download_can_be_resumed);
  ADD (reset_lets_the_bytes_before_it_arrive);
  ADD (drip_keeps_its_rate);
  ADD (latency_delays_the_reply);
  ADD (server_plays_a_proxy);
  return g_test_run ();
}
