/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * --list-samplers: what the service tells of itself
 */
#include "programfixture.h"

#include <json-glib/json-glib.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

static void
test_names_are_the_services (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };

  /* It needs no key. */
  g_subprocess_launcher_unsetenv (fixture->launcher, "VISIONCRAFT_TOKEN");
  program_run (fixture, &result, "--list-samplers", NULL);
  g_assert_cmpint (result.status, ==, 0);
  g_assert_true (g_str_has_prefix (result.out, "Euler\nEuler a\nLMS\n"));
  g_assert_true (g_str_has_suffix (result.out, "\nDDIM\nPLMS\n"));
  g_assert_cmpstr (result.err, ==,
      "Limit of Free Tier: 3 per 1 minute\n"
      "Limit of Tier 1 ($10 per month): 10 per 1 minute\n");
  program_assert_files (fixture, "");
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==, 0);
}

/* What it prints, --sampler takes. */
static void
test_each_name_is_taken (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) list = { 0 };
  g_auto (Result) result = { 0 };
  g_auto (GStrv) names = NULL;

  program_run (fixture, &list, "--list-samplers", "--quiet", NULL);
  g_assert_cmpstr (list.err, ==, "");
  names = g_strsplit (g_strchomp (list.out), "\n", -1);
  program_run (fixture, &result, "a fox", "fox.gif", "--sampler",
      names[g_strv_length (names) - 1], NULL);
  program_assert_success (fixture, &result);
}

static void
test_events_hold_both_lists (ProgramFixture *fixture, gconstpointer unused)
{
  g_auto (Result) result = { 0 };
  g_auto (GStrv) lines = NULL;

  program_run (fixture, &result, "--list-samplers", "--json", NULL);
  g_assert_cmpint (result.status, ==, 0);
  lines = g_strsplit (g_strchomp (result.out), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
    JsonObject *event = json_node_get_object (node);
    const char *member = i == 0 ? "names" : "plans";

    g_assert_cmpstr (json_object_get_string_member (event, "event"), ==,
        i == 0 ? "samplers" : "limits");
    g_assert_cmpuint (
        json_array_get_length (json_object_get_array_member (event, member)), >,
        1);
  }
}

/* Not the names that were known once: who asks wants to know what is true. */
static const struct
{
  const char *below; /* of the server's address */
  const char *words;
} wrong_addresses[] = {
  { "/gifs", "answered with 404" },
  { "/limits?", "is no list of samplers" },
};

static void
test_without_a_list_it_fails (ProgramFixture *fixture, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autofree char *url = g_strconcat (
      mock_server_get_url (fixture->server), wrong_addresses[i].below, NULL);
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "--list-samplers", "--api-url", url, NULL);
  program_assert_failure (fixture, &result, 69, wrong_addresses[i].words, 0);
  g_assert_cmpstr (result.out, ==, "");
}

static const char *const unusable[] = { "http://127.0.0.1:1", "ftp://127.0.0.1",
  "no address" };

static void
test_an_unusable_address_is_an_error (
    ProgramFixture *fixture, gconstpointer data)
{
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "--list-samplers", "--api-url",
      unusable[GPOINTER_TO_UINT (data)], NULL);
  program_assert_failure (
      fixture, &result, 69, "/image/samplers cannot be read", 0);
}

static gpointer
announce_for_ever (gpointer listener)
{
  static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
  g_autoptr (GSocketConnection) connection =
      g_socket_listener_accept (listener, NULL, NULL, NULL);
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  while (g_output_stream_write_all (out, text, strlen (text), NULL, NULL, NULL))
    ;
  return NULL;
}

/* It would keep the main loop, and with it the limit of time. */
static void
test_a_reply_that_never_comes_is_an_error (
    ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);
  GThread *service = g_thread_new ("service", announce_for_ever, listener);
  g_auto (Result) result = { 0 };

  program_run (fixture, &result, "--list-samplers", "--api-url", url, NULL);
  program_assert_failure (fixture, &result, 69, "again and again", 0);
  g_thread_join (service);
}

/* A service that never answers: the kernel takes the connection, nobody reads.
 */
static void
test_a_signal_ends_the_wait (ProgramFixture *fixture, gconstpointer unused)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", port);
  const char *const words[] = { "--list-samplers", "--api-url", url, NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  g_auto (Result) result = { 0 };

  g_assert_no_error (error);
  process = program_start (fixture, words);
  connection = g_socket_listener_accept (listener, NULL, NULL, &error);
  g_assert_no_error (error);
  g_subprocess_send_signal (process, SIGINT);
  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, -SIGINT);
  g_assert_cmpstr (result.out, ==, "");
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);

  program_add (
      "/listing/names-are-the-services", NULL, test_names_are_the_services);
  program_add ("/listing/each-name-is-taken", NULL, test_each_name_is_taken);
  program_add (
      "/listing/events-hold-both-lists", NULL, test_events_hold_both_lists);
  program_add_each ("/listing/without-a-list-it-fails",
      G_N_ELEMENTS (wrong_addresses), test_without_a_list_it_fails);
  program_add_each ("/listing/an-unusable-address-is-an-error",
      G_N_ELEMENTS (unusable), test_an_unusable_address_is_an_error);
  program_add ("/listing/a-reply-that-never-comes-is-an-error", NULL,
      test_a_reply_that_never_comes_is_an_error);
  program_add (
      "/listing/a-signal-ends-the-wait", NULL, test_a_signal_ends_the_wait);
  return g_test_run ();
}
