/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What breaks between the program and the service: nobody pays twice, and what
 * never comes ends.
 */
#include "batchfixture.h"

#include <string.h>
#include <sys/socket.h>

static guint
count_posts (ProgramFixture *fixture)
{
  return mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED);
}

/* --- A proxy that cuts what the service finishes --- */

typedef enum
{
  CUT_END,   /* the end of the stream instead of a reply */
  CUT_RESET, /* TCP reset */
  CUT_REPLY, /* some bytes of the reply, and the end */
  N_CUTS
} Cut;

/* A relay of single requests, a thread each. */
typedef struct
{
  ProgramFixture *fixture;
  GSocketService *service;
  char *url;
  Cut cut;
  guint nth; /* POST that is cut, from 1 */
  guint n_posts;
} Relay;

/* A request up to its end: the empty line, or the brace of the prompt's. */
static gsize
read_request (GInputStream *stream, char *request, gsize room)
{
  gsize size = 0;
  const char *end;

  do {
    gssize n =
        g_input_stream_read (stream, request + size, room - size, NULL, NULL);

    g_assert_cmpint (n, >, 0);
    size += (gsize) n;
    request[size] = '\0';
    end = g_str_has_prefix (request, "POST") ? "}" : "\r\n\r\n";
  } while (!g_str_has_suffix (request, end));
  return size;
}

static void
close_now (GSocketConnection *client, gboolean with_reset)
{
  GSocket *socket = g_socket_connection_get_socket (client);
  const struct linger at_once = { .l_onoff = 1 };

  if (with_reset)
    g_assert_cmpint (setsockopt (g_socket_get_fd (socket), SOL_SOCKET,
                         SO_LINGER, &at_once, sizeof at_once),
        ==, 0);
  g_io_stream_close (G_IO_STREAM (client), NULL, NULL);
}

/* The service's reply is read to its end, whoever is still there. */
static void
drain (GInputStream *stream)
{
  char bytes[4096];

  while (g_input_stream_read (stream, bytes, sizeof bytes, NULL, NULL) > 0)
    ;
}

static gboolean
on_connection (GThreadedSocketService *service, GSocketConnection *client,
    GObject *source, gpointer data)
{
  Relay *relay = data;
  char request[16384] = "";
  g_autoptr (GSocketClient) connector = g_socket_client_new ();
  g_autoptr (GSocketConnection) server = g_socket_client_connect_to_uri (
      connector, mock_server_get_url (relay->fixture->server), 80, NULL, NULL);
  GInputStream *from_client =
      g_io_stream_get_input_stream (G_IO_STREAM (client));
  GOutputStream *to_client =
      g_io_stream_get_output_stream (G_IO_STREAM (client));
  GInputStream *from_server =
      g_io_stream_get_input_stream (G_IO_STREAM (server));
  gsize size = read_request (from_client, request, sizeof request - 1);
  char begin[16];

  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (server)), request, size, NULL,
      NULL, NULL));
  if (g_str_has_prefix (request, "POST") && ++relay->n_posts == relay->nth) {
    if (relay->cut == CUT_REPLY) {
      g_assert_true (g_input_stream_read_all (
          from_server, begin, sizeof begin, NULL, NULL, NULL));
      g_assert_true (g_output_stream_write_all (
          to_client, begin, sizeof begin, NULL, NULL, NULL));
    }
    close_now (client, relay->cut == CUT_RESET);
    drain (from_server);
  } else {
    g_output_stream_splice (to_client, from_server,
        G_OUTPUT_STREAM_SPLICE_CLOSE_SOURCE
            | G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
        NULL, NULL);
  }
  return TRUE;
}

static void
relay_start (Relay *relay)
{
  guint16 port;

  relay->service = g_threaded_socket_service_new (8);
  port = g_socket_listener_add_any_inet_port (
      G_SOCKET_LISTENER (relay->service), NULL, NULL);
  g_assert_cmpuint (port, !=, 0);
  g_signal_connect (relay->service, "run", G_CALLBACK (on_connection), relay);
  g_socket_service_start (relay->service);
  relay->url = g_strdup_printf ("http://127.0.0.1:%u", port);
}

static void
relay_end (Relay *relay)
{
  g_socket_service_stop (relay->service);
  g_socket_listener_close (G_SOCKET_LISTENER (relay->service));
  g_object_unref (relay->service);
  g_free (relay->url);
}

/* The service has made all three, and counts them. */
static void
test_request_that_a_proxy_cuts_is_unknown (
    ProgramFixture *fixture, gconstpointer row)
{
  Relay relay = { fixture, .cut = GPOINTER_TO_UINT (row), .nth = 2 };
  g_autofree char *words = NULL;
  g_autofree char *again = NULL;
  g_autofree char *results = NULL;
  g_auto (GStrv) lines = NULL;
  gsize size;

  relay_start (&relay);
  words = g_strdup_printf (
      "list.txt -o out/{n}.gif --jobs 1 --api-url %s", relay.url);
  again = g_strconcat (words, " --repeat-unknown", NULL);
  batch_write_list (fixture, 3);
  batch_run (fixture, 76, 3, words);
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_GENERATED), ==, 3);
  batch_assert_gifs (fixture, "out", 2);
  results = program_read (fixture, "out/results.jsonl", &size);
  lines = g_strsplit (results, "\n", -1);
  g_assert_nonnull (strstr (lines[1], "\"state\":\"unknown\""));
  g_assert_nonnull (strstr (lines[1], "may have been billed"));
  batch_run (fixture, 76, 3, words);
  batch_run (fixture, 0, 4, again);
  batch_run (fixture, 0, 4, words);
  batch_assert_gifs (fixture, "out", 3);
  relay_end (&relay);
}

/* --- Replies that break --- */

/* Nobody knows whether the service goes on: never asked twice. */
static void
test_broken_replies_are_unknown (ProgramFixture *fixture, gconstpointer row)
{
  static const char *const faults[] = { "close-before", "reset-before",
    "close-headers", "json-truncated", "status status=502", "status status=503",
    "status status=500", "status status=504", "images-empty", "garbage" };

  mock_server_push_fault (fixture->server, faults[GPOINTER_TO_UINT (row)]);
  batch_write_list (fixture, 3);
  batch_run (fixture, 76, 3, "list.txt -o out/{n}.gif --jobs 1");
  batch_run (fixture, 76, 3, "list.txt -o out/{n}.gif --jobs 1");
  batch_run (
      fixture, 0, 4, "list.txt -o out/{n}.gif --jobs 1 --repeat-unknown");
}

/* The GIF was made: it is fetched again, and not made again. */
static void
test_broken_downloads_are_fetched_again (
    ProgramFixture *fixture, gconstpointer row)
{
  static const char *const faults[] = { "reset-body after=100",
    "close-body after=100", "status status=500 on=get", "404 on=get" };

  mock_server_push_fault (fixture->server, faults[GPOINTER_TO_UINT (row)]);
  batch_write_list (fixture, 2);
  batch_run (fixture, 0, 2, "list.txt -o out/{n}.gif --jobs 1");
  batch_assert_gifs (fixture, "out", 2);
}

/* A download has no key with it, and none in what is said of it. */
static void
test_no_key_is_in_what_a_download_says (
    ProgramFixture *fixture, gconstpointer unused)
{
  mock_server_push_fault (
      fixture->server, "404 on=get times=99 message='no " TEST_KEY "'");
  batch_write_list (fixture, 1);
  batch_run (fixture, 75, 1, "list.txt -o out/{n}.gif --jobs 1");
}

static void
test_service_that_is_not_there_costs_nothing (
    ProgramFixture *fixture, gconstpointer unused)
{
  batch_write_list (fixture, 1);
  batch_run (
      fixture, 75, 0, "list.txt -o out/{n}.gif --api-url http://127.0.0.1:9");
  batch_run (fixture, 0, 1, "list.txt -o out/{n}.gif");
}

/* --- What never comes, or late --- */

/* Runs it in a minute a second: the limits are minutes. */
static void
run_fast (ProgramFixture *fixture, int status, const char *words,
    const char *expected)
{
  g_auto (Result) result = { 0 };
  g_autofree char *command = g_strdup_printf ("%s -f '+0 x60' %s %s",
      g_getenv ("TEST_FAKETIME"), g_getenv ("TEST_PROGRAM"), words);
  g_autoptr (GSubprocess) process = program_start_command (fixture, command);

  program_finish (process, &result);
  g_test_message ("%s", result.err);
  g_assert_cmpint (result.status, ==, status);
  g_assert_nonnull (strstr (result.err, expected));
}

static void
test_replies_that_never_come_end_as_unknown (
    ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 3";

  program_write (fixture, "list.txt",
      "a\nb\nc\nd fault:silence times=1\ne fault:silence times=1\n");
  run_fast (fixture, 76, words, "within 300 seconds");
  g_assert_cmpuint (count_posts (fixture), ==, 5);
  batch_assert_gifs (fixture, "out", 3);
  batch_run (fixture, 76, 5, words);
  mock_server_release (fixture->server);
  batch_run (fixture, 0, 7, "list.txt -o out/{n}.gif --repeat-unknown");
  batch_assert_gifs (fixture, "out", 5);
}

/* What they are is known: another run fetches them, for nothing. */
static void
test_downloads_that_never_come_are_left_for_later (
    ProgramFixture *fixture, gconstpointer unused)
{
  const char *words = "list.txt -o out/{n}.gif --jobs 3";

  batch_write_list (fixture, 2);
  mock_server_hold (fixture->server, MOCK_STAGE_GET, 100);
  run_fast (fixture, 75, words, "Nothing came from");
  mock_server_release (fixture->server);
  batch_run (fixture, 0, 2, words);
  batch_assert_gifs (fixture, "out", 2);
}

/* Where --max-wait allows it, minutes are waited as well. */
static void
test_long_wait_is_waited_for (ProgramFixture *fixture, gconstpointer unused)
{
  mock_server_push_fault (fixture->server, "429 retry-after=240");
  batch_write_list (fixture, 3);
  run_fast (fixture, 0, "list.txt -o out/{n}.gif --jobs 1 --max-wait 86400",
      "No request for 240 s");
  g_assert_cmpuint (count_posts (fixture), ==, 4);
  batch_assert_gifs (fixture, "out", 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name) program_add ("/batch-network/" #name, NULL, test_##name)
  TEST (no_key_is_in_what_a_download_says);
  TEST (service_that_is_not_there_costs_nothing);
  TEST (replies_that_never_come_end_as_unknown);
  TEST (downloads_that_never_come_are_left_for_later);
  TEST (long_wait_is_waited_for);
#undef TEST
#define EACH(name, n) program_add_each ("/batch-network/" #name, n, test_##name)
  EACH (request_that_a_proxy_cuts_is_unknown, N_CUTS);
  EACH (broken_replies_are_unknown, 10);
  EACH (broken_downloads_are_fetched_again, 4);
#undef EACH
  return g_test_run ();
}
