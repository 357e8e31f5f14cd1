/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-mockserver.c: the mock does what its header says, seen by libsoup
 */
#include "mocktest.h"

#include <json-glib/json-glib.h>
#include <string.h>

static void
test_post_then_get_gives_the_generated_bytes (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *address = generate (server);
  g_auto (Answer) answer = ask ("GET", address, NULL, NULL);
  g_autoptr (GBytes) gif = mock_server_ref_gif (server, 0);
  g_autofree char *size =
      g_strdup_printf ("%" G_GSIZE_FORMAT, g_bytes_get_size (gif));

  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_true (g_bytes_equal (answer.body, gif));
  g_assert_cmpstr (get_header (&answer, "Content-Type"), ==, "image/gif");
  g_assert_cmpstr (get_header (&answer, "Content-Length"), ==, size);
  g_assert_cmpstr (get_header (&answer, "Accept-Ranges"), ==, "bytes");
  g_assert_cmpint (get_header (&answer, "ETag")[0], ==, '"');
  g_assert_nonnull (get_header (&answer, "Last-Modified"));
  g_assert_cmpuint (
      mock_server_count (server, MOCK_EVENT_POST_RECEIVED), ==, 1);
  g_assert_cmpuint (mock_server_count (server, MOCK_EVENT_GENERATED), ==, 1);
  g_assert_cmpuint (mock_server_count (server, MOCK_EVENT_GET_RECEIVED), ==, 1);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_GET_ANSWERED, 1, TIMEOUT_MS));
}

static const struct
{
  const char *body;
  guint status;
  const char *reply; /* exactly; NULL: not looked at */
} checks[] = {
  { GOOD_BODY, 200, NULL },
  { "{\"sampler\":\"DPM++ 2M Karras\",\"prompt\":\"\",\"token\":\"KEY\","
    "\"negative_prompt\":\"x\"}",
      200, NULL },
  { "{\"sampler\":\"Euler\",\"prompt\":\"x\",\"token\":\"OTHER\"}", 403,
      "{\"detail\":\"Invalid API key\"}" },
  { "{\"sampler\":\"Oiler\",\"prompt\":\"x\",\"token\":\"KEY\"}", 400,
      "{\"detail\":\"The server doesn't have Oiler sampler\"}" },
  { "{\"prompt\":3,\"token\":\"KEY\",\"cfg_scale\":21,\"steps\":\"8\"}", 422,
      "{\"detail\":["
      "{\"loc\":[\"body\",\"sampler\"],\"msg\":\"field required\","
      "\"type\":\"value_error.missing\"},"
      "{\"loc\":[\"body\",\"prompt\"],\"msg\":\"str type expected\","
      "\"type\":\"type_error.str\"},"
      "{\"loc\":[\"body\",\"cfg_scale\"],\"msg\":\"ensure this value is less "
      "than or equal to 20\",\"type\":\"value_error.number.not_le\"},"
      "{\"loc\":[\"body\",\"steps\"],\"msg\":\"value is not a valid "
      "integer\",\"type\":\"type_error.integer\"}]}" },
  { "{\"sampler\":\"Euler\",\"prompt\":\"x\",\"token\":\"KEY\",\"steps\":0,"
    "\"cfg_scale\":1.5,\"negative_prompt\":1}",
      422,
      "{\"detail\":["
      "{\"loc\":[\"body\",\"negative_prompt\"],\"msg\":\"str type expected\","
      "\"type\":\"type_error.str\"},"
      "{\"loc\":[\"body\",\"cfg_scale\"],\"msg\":\"value is not a valid "
      "integer\",\"type\":\"type_error.integer\"},"
      "{\"loc\":[\"body\",\"steps\"],\"msg\":\"ensure this value is greater "
      "than or equal to 1\",\"type\":\"value_error.number.not_ge\"}]}" },
  { "", 422, NULL },
  { "{", 422,
      "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"Expecting value: line 1 "
      "column 1 (char 0)\",\"type\":\"value_error.jsondecode\"}]}" },
  { "[]", 422,
      "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"value is not a valid "
      "dict\",\"type\":\"type_error.dict\"}]}" },
  { "{\"prompt\":\"\xff\"}", 422, NULL },
};

static void
test_post_is_checked_as_the_service_does (void)
{
  MockOptions options = small;
  g_autoptr (MockServer) server = NULL;

  options.token = "KEY";
  server = start_server (&options);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++) {
    g_auto (Answer) answer = post (server, checks[i].body);
    g_autofree char *reply = dup_json (&answer);

    g_test_message ("row %u", i);
    g_assert_cmpuint (answer.status, ==, checks[i].status);
    if (checks[i].reply != NULL)
      g_assert_cmpstr (reply, ==, checks[i].reply);
  }
  g_assert_cmpuint (mock_server_count (server, MOCK_EVENT_GENERATED), ==, 2);
}

static void
test_other_paths_and_methods_are_refused (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  const struct
  {
    const char *method, *path;
    guint status;
  } rows[] = {
    { "GET", "/generate-gif", 405 },
    { "POST", "/gifs/x.gif", 405 },
    { "DELETE", "/samplers", 405 },
    { "GET", "/gifs/x.gif", 404 },
    { "POST", "/", 404 },
    { "GET", "/image/samplers", 200 },
    { "GET", "/limits", 200 },
    { "POST", "/limits", 405 },
    { "GET", "/sd/samplers?x=1", 200 },
    { "HEAD", "/samplers", 200 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *address =
        g_strconcat (mock_server_get_url (server), rows[i].path, NULL);
    g_auto (Answer) answer = ask (rows[i].method, address, NULL, NULL);

    g_test_message ("%s %s", rows[i].method, rows[i].path);
    g_assert_cmpuint (answer.status, ==, rows[i].status);
  }
}

static void
test_samplers_are_a_json_array_of_names (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *address =
      g_strconcat (mock_server_get_url (server), "/image/samplers", NULL);
  g_auto (Answer) answer = ask ("GET", address, NULL, NULL);
  g_autofree char *text = dup_json (&answer);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonArray *names = json_node_get_array (root);

  g_assert_cmpuint (json_array_get_length (names), ==, 19);
  g_assert_cmpstr (json_array_get_string_element (names, 0), ==, "Euler");
  g_assert_cmpstr (json_array_get_string_element (names, 18), ==, "PLMS");
}

static void
test_ranges_and_conditions_follow_the_standard (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *address = generate (server);
  g_autoptr (GBytes) gif = mock_server_ref_gif (server, -1);
  g_auto (Answer) whole = ask ("HEAD", address, NULL, NULL);
  const char *tag = get_header (&whole, "ETag");
  const char *date = get_header (&whole, "Last-Modified");
  gsize size = g_bytes_get_size (gif);
  g_autofree char *last = g_strdup_printf ("bytes=%" G_GSIZE_FORMAT "-", size);
  g_autofree char *weak = g_strconcat ("W/", tag, NULL);
  const struct
  {
    const char *range, *name, *value;
    guint status;
    gsize from, length;
  } rows[] = {
    { "bytes=0-5", NULL, NULL, 206, 0, 6 },
    { "bytes=100-", NULL, NULL, 206, 100, size - 100 },
    { "bytes=-10", NULL, NULL, 206, size - 10, 10 },
    { "bytes=100-", "If-Range", tag, 206, 100, size - 100 },
    { "bytes=100-", "If-Range", date, 206, 100, size - 100 },
    { "bytes=100-", "If-Range", weak, 200, 0, size },
    { "bytes=100-", "If-Range", "\"other\"", 200, 0, size },
    { "bytes=100-", "If-Range", "Fri, 01 Jan 2100 00:00:00 GMT", 200, 0, size },
    { last, NULL, NULL, 416, 0, 0 },
    { "bytes=0-1,5-6", NULL, NULL, 200, 0, size },
    { "lines=1-2", NULL, NULL, 200, 0, size },
    { NULL, "If-None-Match", tag, 304, 0, 0 },
    { NULL, "If-None-Match", "\"other\"", 200, 0, size },
  };

  g_assert_cmpuint (g_bytes_get_size (whole.body), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *headers[5] = { NULL };
    guint n = 0;
    g_autoptr (GBytes) wanted =
        g_bytes_new_from_bytes (gif, rows[i].from, rows[i].length);

    if (rows[i].range != NULL) {
      headers[n++] = "Range";
      headers[n++] = rows[i].range;
    }
    headers[n++] = rows[i].name;
    headers[n] = rows[i].value;
    {
      g_auto (Answer) answer = ask ("GET", address, NULL, headers);

      g_test_message ("row %u", i);
      g_assert_cmpuint (answer.status, ==, rows[i].status);
      g_assert_true (g_bytes_equal (answer.body, wanted));
    }
  }
  g_assert_cmpuint (
      mock_server_count (server, MOCK_EVENT_RANGE_RECEIVED), ==, 11);
}

static void
test_gzipped_replies_hold_the_same (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *address = NULL;
  g_autoptr (GBytes) gif = NULL;
  g_auto (Answer) answer = { 0 };

  mock_server_push_fault (server, "gzip on=post");
  mock_server_push_fault (server, "gzip fault:chunked");
  address = generate (server);
  gif = mock_server_ref_gif (server, -1);
  answer = ask ("GET", address, NULL, NULL);
  g_assert_cmpstr (get_header (&answer, "Content-Encoding"), ==, "gzip");
  g_assert_true (g_bytes_equal (answer.body, gif));
}

static void
test_set_gif_serves_the_given_bytes (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (GBytes) given = g_bytes_new_static ("GIF89a, nearly", 14);
  g_autofree char *address = NULL;
  g_auto (Answer) answer = { 0 };
  g_autoptr (GBytes) picture = NULL;

  mock_server_set_gif (server, given);
  address = generate (server);
  answer = ask ("GET", address, NULL, NULL);
  g_assert_true (g_bytes_equal (answer.body, given));
  mock_server_set_gif (server, NULL);
  picture = generate_bytes (server, GOOD_BODY);
  g_assert_false (g_bytes_equal (picture, given));
}

/* As many at once as a queue of prompts may start, each of a picture's size. */
static void
test_pictures_wait_for_their_first_get (void)
{
  const guint n = 128, too_many = 65, size = 1024 * 1024;
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (GBytes) given = g_bytes_new_take (g_malloc0 (size), size);
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);

  mock_server_set_gif (server, given);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (addresses, generate (server));
  for (guint i = 0; i < n; i++) {
    g_auto (Answer) answer = ask ("HEAD", addresses->pdata[i], NULL, NULL);

    g_assert_cmpuint (answer.status, ==, 200);
  }

  /* Those that were asked for make room. */
  for (guint i = 0; i < too_many; i++)
    g_free (generate (server));
  for (guint i = 0; i < n; i++) {
    g_auto (Answer) answer = ask ("HEAD", addresses->pdata[i], NULL, NULL);

    g_assert_cmpuint (answer.status, ==, 404);
  }
  g_assert_null (mock_server_ref_gif (server, 0));
  g_bytes_unref (mock_server_ref_gif (server, n));
}

static void
test_requests_are_recorded (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autofree char *address = generate (server);
  const char *const headers[] = { "X-Test", "yes", NULL };
  g_auto (Answer) answer = ask ("GET", address, NULL, headers);
  g_autoptr (GBytes) body = mock_server_ref_post_body (server, 0);
  g_autofree char *head = mock_server_dup_headers (server, MOCK_STAGE_POST, -1);
  g_autofree char *type =
      mock_server_dup_header (server, MOCK_STAGE_POST, 0, "Content-Type");
  g_autofree char *test =
      mock_server_dup_header (server, MOCK_STAGE_GET, 0, "x-test");
  g_autoptr (GBytes) expected = g_bytes_new (GOOD_BODY, strlen (GOOD_BODY));

  g_assert_true (g_bytes_equal (body, expected));
  g_assert_true (g_str_has_prefix (head, "POST /generate-gif HTTP/1.1\r\n"));
  g_assert_cmpstr (type, ==, "application/json");
  g_assert_cmpstr (test, ==, "yes");
  g_assert_null (mock_server_ref_post_body (server, 1));
  g_assert_null (mock_server_dup_headers (server, MOCK_STAGE_GET, 1));
  g_assert_null (
      mock_server_dup_header (server, MOCK_STAGE_GET, 0, "Authorization"));
  g_assert_null (mock_server_ref_gif (server, 1));
}

static gpointer
generate_in_thread (gpointer server)
{
  return generate (server);
}

static void
test_held_reply_waits_for_release (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  GThread *client;
  g_autofree char *address = NULL;

  mock_server_hold (server, MOCK_STAGE_POST, MOCK_HOLD_REPLY);
  client = g_thread_new ("client", generate_in_thread, server);
  g_assert_true (mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TIMEOUT_MS));
  g_assert_cmpuint (
      mock_server_count (server, MOCK_EVENT_POST_ANSWERED), ==, 0);
  mock_server_release (server);
  address = g_thread_join (client);
  g_assert_nonnull (address);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_POST_ANSWERED, 1, TIMEOUT_MS));
}

static void
test_wait_ends_at_its_deadline (void)
{
  g_autoptr (MockServer) server = start_server (&small);

  g_assert_false (
      mock_server_wait_for (server, MOCK_EVENT_POST_RECEIVED, 1, 20));
  g_assert_true (mock_server_wait_for (server, MOCK_EVENT_POST_RECEIVED, 0, 0));
}

static GSocketConnection *
send_request (MockServer *server, const char *body)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = g_socket_client_connect_to_uri (
      client, mock_server_get_url (server), 80, NULL, &error);
  g_autofree char *request = g_strdup_printf (
      "POST /generate-gif HTTP/1.1\r\nContent-Type: application/json\r\n"
      "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
      strlen (body), body);

  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
      strlen (request), NULL, NULL, NULL));
  return connection;
}

static void
test_client_that_leaves_is_noticed_while_held (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (GSocketConnection) connection = NULL;

  mock_server_push_fault (server, "silence");
  connection = send_request (server, GOOD_BODY);
  g_assert_true (mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TIMEOUT_MS));
  g_assert_cmpuint (mock_server_get_n_open (server), ==, 1);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_ABORTED, 1, TIMEOUT_MS));
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_CLOSED, 1, TIMEOUT_MS));
  g_assert_cmpuint (mock_server_get_n_open (server), ==, 0);
}

static void
test_freeing_ends_held_and_idle_connections (void)
{
  MockServer *server = start_server (&small);
  g_autoptr (GSocketConnection) held = NULL;
  g_autoptr (GSocketConnection) idle = NULL;

  mock_server_push_fault (server, "silence");
  held = send_request (server, GOOD_BODY);
  g_assert_true (mock_server_wait_for (server, MOCK_EVENT_HELD, 1, TIMEOUT_MS));
  idle = send_request (server, GOOD_BODY);
  g_assert_true (
      mock_server_wait_for (server, MOCK_EVENT_POST_ANSWERED, 1, TIMEOUT_MS));
  mock_server_free (server);
}

static void
test_connections_are_kept_alive (void)
{
  g_autoptr (MockServer) server = start_server (&small);
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autofree char *address =
      g_strconcat (mock_server_get_url (server), "/samplers", NULL);

  for (guint i = 0; i < 5; i++) {
    g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
    g_autoptr (GBytes) body =
        soup_session_send_and_read (session, message, NULL, NULL);

    g_assert_cmpuint (soup_message_get_status (message), ==, 200);
  }
  g_assert_cmpuint (mock_server_count (server, MOCK_EVENT_CONNECTION), ==, 1);
}

static void
test_bad_options_are_refused (void)
{
  const MockOptions rows[] = {
    { .width = 15 },
    { .height = 4097 },
    { .n_frames = 1001 },
    { .fault = "nonsense" },
    { .fault = "429 colour=red" },
    { .fault = "drip rate=fast" },
    { .fault = "429 on=connection" },
    { .fault = "accept-reset on=get" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    MockServer *server = mock_server_new (&rows[i], &error);

    g_assert_null (server);
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  }
}

static void
test_taken_port_is_an_error (void)
{
  g_autoptr (MockServer) first = start_server (&small);
  g_autoptr (GUri) uri =
      g_uri_parse (mock_server_get_url (first), G_URI_FLAGS_NONE, NULL);
  MockOptions options = { .port = (guint16) g_uri_get_port (uri) };
  g_autoptr (GError) error = NULL;

  g_assert_null (mock_server_new (&options, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
}

#define ADD(name) g_test_add_func ("/mockserver/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (post_then_get_gives_the_generated_bytes);
  ADD (post_is_checked_as_the_service_does);
  ADD (other_paths_and_methods_are_refused);
  ADD (samplers_are_a_json_array_of_names);
  ADD (ranges_and_conditions_follow_the_standard);
  ADD (gzipped_replies_hold_the_same);
  ADD (set_gif_serves_the_given_bytes);
  ADD (pictures_wait_for_their_first_get);
  ADD (requests_are_recorded);
  ADD (held_reply_waits_for_release);
  ADD (wait_ends_at_its_deadline);
  ADD (client_that_leaves_is_noticed_while_held);
  ADD (freeing_ends_held_and_idle_connections);
  ADD (connections_are_kept_alive);
  ADD (bad_options_are_refused);
  ADD (taken_port_is_an_error);
  return g_test_run ();
}
