/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The RTSP server as a program. argv[1] is it, argv[2] the directory of our
 * module.
 */
#include "fixture.h"
#include "media.h"
#include "rtspclient.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>

static const char *program, *module_directory;
static char *home;

/* Transfer full: what runs the program with few plugins and a registry. */
static GSubprocessLauncher *
make_launcher (GSubprocessFlags flags, MockServer *server)
{
  GSubprocessLauncher *launcher = fixture_make_launcher (flags, server);

  fixture_use_plugins (launcher, home, module_directory);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", home, TRUE);
  return launcher;
}

/* Transfer full: the first line that it prints. */
static char *
read_line (GSubprocess *server)
{
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (server));
  g_autoptr (GError) error = NULL;
  char *line;

  g_filter_input_stream_set_close_base_stream (
      G_FILTER_INPUT_STREAM (lines), FALSE);
  line = g_data_input_stream_read_line_utf8 (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (line);
  return line;
}

static void
end (GSubprocess *server)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (server, SIGTERM);
  g_subprocess_wait (server, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (server));
  g_assert_cmpint (g_subprocess_get_exit_status (server), ==, 0);
}

/* Starts the server with @argument and @value, NULL: neither. Transfer full;
 * *@ret_address is the caller's. */
static GSubprocess *
start (GSubprocessLauncher *launcher, const char *argument, const char *value,
    char **ret_address)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *server = g_subprocess_launcher_spawn (
      launcher, &error, program, "--port", "0", argument, value, NULL);
  g_autofree char *line = NULL;
  const char *end_of_address;

  g_assert_no_error (error);
  line = read_line (server);
  g_assert_true (g_str_has_prefix (line, "listening on rtsp://127.0.0.1:"));
  end_of_address = strchr (line, '?');
  g_assert_nonnull (end_of_address);
  *ret_address = g_strndup (line + strlen ("listening on "),
      end_of_address - line - strlen ("listening on "));
  return server;
}

/* Transfer full. */
static RtspRequest *
describe (const char *address, const char *query)
{
  g_autofree char *url = g_strconcat (address, query, NULL);
  RtspRequest *request = rtsp_request_new (GST_RTSP_DESCRIBE, url);

  rtsp_request_wait (request);
  return request;
}

static void
test_program_serves_until_sigterm (void)
{
  g_autoptr (MockServer) mock = fixture_serve (NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE, mock);
  g_autofree char *address = NULL;
  g_autoptr (GSubprocess) server = start (launcher, NULL, NULL, &address);
  g_autoptr (RtspRequest) request = describe (address, "?prompt=a+paper+boat");

  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  g_assert_nonnull (strstr (request->body, "H264/90000"));
  g_assert_cmpuint (mock_server_count (mock, MOCK_EVENT_POST_RECEIVED), ==, 1);
  /* While a client is there. */
  end (server);
}

static void
test_the_operator_reads_why (void)
{
  g_autoptr (MockServer) mock = fixture_serve (NULL);
  g_autoptr (GSubprocessLauncher) launcher = make_launcher (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, mock);
  g_autofree char *address = NULL, *log = NULL;
  g_autoptr (GSubprocess) server = start (launcher, NULL, NULL, &address);
  g_autoptr (GError) error = NULL;
  RtspRequest *request = describe (address, "?prompt=private+fault:403");

  g_assert_cmpint (request->code, ==, GST_RTSP_STS_BAD_GATEWAY);
  rtsp_request_free (request);
  request = describe (address, "?prompt=private+boat");
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  rtsp_request_free (request);
  g_subprocess_send_signal (server, SIGTERM);
  g_subprocess_communicate_utf8 (server, NULL, NULL, NULL, &log, &error);
  g_assert_no_error (error);
  g_test_message ("%s", log);
  /* The reason with all that is known, what the client was told, and a line
   * for each that came. */
  g_assert_true (g_regex_match_simple (
      "^[0-9a-f]{16}: .*Forbidden", log, G_REGEX_MULTILINE, 0));
  g_assert_true (g_regex_match_simple (
      "^127\\.0\\.0\\.1: 502: ", log, G_REGEX_MULTILINE, 0));
  g_assert_true (g_regex_match_simple (
      "^127\\.0\\.0\\.1 \"-\" 502 [0-9.]+$", log, G_REGEX_MULTILINE, 0));
  g_assert_true (g_regex_match_simple (
      "^127\\.0\\.0\\.1 \"/gif/[0-9a-f]{16}\" 200 [0-9.]+$", log,
      G_REGEX_MULTILINE, 0));
  g_assert_null (strstr (log, "private"));
  g_assert_null (strstr (log, TEST_KEY));
}

/* How many POSTs two servers, one after the other, make for one address. */
static guint
count_posts_of_two (const char *argument, const char *value)
{
  g_autoptr (MockServer) mock = fixture_serve (NULL);

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GSubprocessLauncher) launcher =
        make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE, mock);
    g_autofree char *address = NULL, *folder = NULL;
    g_autoptr (GSubprocess) server = NULL;
    g_autoptr (RtspRequest) request = NULL;

    folder = g_build_filename (home, "environment", NULL);
    g_subprocess_launcher_setenv (
        launcher, "VISIONCRAFT_CACHE_DIR", folder, TRUE);
    server = start (launcher, argument, value, &address);
    request = describe (address, "?prompt=a+paper+boat");
    g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
    end (server);
  }
  return mock_server_count (mock, MOCK_EVENT_POST_RECEIVED);
}

static void
test_only_a_named_cache_saves_a_generation (void)
{
  g_autofree char *folder = g_build_filename (home, "kept", NULL);

  g_assert_cmpuint (count_posts_of_two (NULL, NULL), ==, 2);
  g_assert_cmpuint (count_posts_of_two ("--cache-dir", folder), ==, 1);
}

/* What cannot work is said at once. */
static void
assert_fails (GSubprocessLauncher *launcher, const char *expected,
    const char *argument, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) server = g_subprocess_launcher_spawn (
      launcher, &error, program, argument, value, NULL);
  g_autofree char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (server, NULL, NULL, NULL, &output, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (server), ==, 1);
  g_assert_nonnull (strstr (output, expected));
}

static void
test_missing_token_is_said (void)
{
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);

  g_subprocess_launcher_unsetenv (launcher, "VISIONCRAFT_TOKEN");
  assert_fails (launcher, "VISIONCRAFT_TOKEN", "--port", "0");
}

static void
test_missing_element_is_named (void)
{
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
  g_autofree char *registry = g_build_filename (home, "empty", NULL);

  g_subprocess_launcher_setenv (launcher, "GST_PLUGIN_PATH", "", TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY", registry, TRUE);
  assert_fails (launcher, "visioncraftgifsrc is not installed", "--port", "0");
}

static void
test_taken_port_is_said (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
  g_autoptr (GInetAddress) address =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (address, 0);
  g_autoptr (GSocketAddress) taken = NULL;
  g_autofree char *port = NULL;
  g_autoptr (GError) error = NULL;

  g_socket_listener_add_address (listener, wanted, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL, &taken, &error);
  g_assert_no_error (error);
  port = g_strdup_printf (
      "%u", g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (taken)));
  assert_fails (launcher, "Cannot listen", "--port", port);
}

static void
test_wrong_values_are_refused (void)
{
  static const char *const arguments[][2] = { { "--port", "65536" },
    { "--port", "-1" }, { "--max-mounts", "0" }, { "--max-clients", "0" },
    { "--max-jobs", "-1" }, { "--rate", "-1" }, { "--total-rate", "-1" },
    { "--wait", "0" }, { "--cache-dir", "" }, { "--api-url", "" } };

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++) {
    g_autoptr (GSubprocessLauncher) launcher =
        make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);
    g_autofree char *words = g_strconcat (arguments[i][0], " must ", NULL);

    assert_fails (launcher, words, arguments[i][0], arguments[i][1]);
  }
}

static void
test_beyond_this_machine_it_wants_a_password (void)
{
  static const char *const addresses[] = { "0.0.0.0", "::", "192.0.2.1" };

  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++) {
    g_autoptr (GSubprocessLauncher) launcher =
        make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);

    assert_fails (launcher, "--password-file", "--listen", addresses[i]);
  }
}

static void
assert_prints (const char *argument, const char *expected)
{
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) server =
      g_subprocess_launcher_spawn (launcher, &error, program, argument, NULL);
  g_autofree char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (server, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (server), ==, 0);
  g_assert_nonnull (strstr (output, expected));
}

static void
test_help_says_where_the_token_is_read (void)
{
  assert_prints ("--help", "VISIONCRAFT_TOKEN");
  assert_prints ("--version", "visioncraft-rtsp ");
}

int
main (int argc, char **argv)
{
  static const char *const plugins[] = { "coreelements", "app", "videocrop",
    "x264", "videoparsersbad", "rtp", "rtpmanager", "udp", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  program = argv[1];
  module_directory = argv[2];
  gst_init (&argc, &argv);
  home = fixture_make_directory ();
  fixture_link_plugins (home, plugins);

  g_test_add_func ("/rtsp-program/serve", test_program_serves_until_sigterm);
  g_test_add_func ("/rtsp-program/log", test_the_operator_reads_why);
  g_test_add_func (
      "/rtsp-program/cache", test_only_a_named_cache_saves_a_generation);
  g_test_add_func ("/rtsp-program/no-token", test_missing_token_is_said);
  g_test_add_func (
      "/rtsp-program/missing-element", test_missing_element_is_named);
  g_test_add_func ("/rtsp-program/port", test_taken_port_is_said);
  g_test_add_func ("/rtsp-program/numbers", test_wrong_values_are_refused);
  g_test_add_func (
      "/rtsp-program/password", test_beyond_this_machine_it_wants_a_password);
  g_test_add_func (
      "/rtsp-program/help", test_help_says_where_the_token_is_read);
  status = g_test_run ();
  fixture_remove (home);
  g_free (home);
  return status;
}
