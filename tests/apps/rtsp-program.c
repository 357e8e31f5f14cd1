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

static void
test_program_serves_until_sigterm (void)
{
  g_autoptr (MockServer) mock = fixture_serve (NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      make_launcher (G_SUBPROCESS_FLAGS_STDOUT_PIPE, mock);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) server = g_subprocess_launcher_spawn (
      launcher, &error, program, "--port", "0", NULL);
  g_autofree char *line = NULL, *address = NULL, *url = NULL;
  g_autoptr (RtspRequest) request = NULL;

  g_assert_no_error (error);
  line = read_line (server);
  g_assert_true (g_str_has_prefix (line, "listening on rtsp://127.0.0.1:"));
  g_assert_nonnull (strchr (line, '?'));
  address = g_strndup (line + strlen ("listening on "),
      strchr (line, '?') - line - strlen ("listening on "));
  url = g_strconcat (address, "?prompt=a+paper+boat", NULL);

  request = rtsp_request_new (GST_RTSP_DESCRIBE, url);
  rtsp_request_wait (request);
  g_assert_cmpint (request->code, ==, GST_RTSP_STS_OK);
  g_assert_nonnull (strstr (request->body, "H264/90000"));
  g_assert_cmpuint (mock_server_count (mock, MOCK_EVENT_POST_RECEIVED), ==, 1);
  /* While a client is there. */
  end (server);
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
test_wrong_numbers_are_refused (void)
{
  static const char *const arguments[][2] = { { "--port", "65536" },
    { "--port", "-1" }, { "--max-mounts", "0" }, { "--max-clients", "0" },
    { "--wait", "0" } };

  for (guint i = 0; i < G_N_ELEMENTS (arguments); i++) {
    g_autoptr (GSubprocessLauncher) launcher =
        make_launcher (G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL);

    assert_fails (launcher, "out of range", arguments[i][0], arguments[i][1]);
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
  static const char *const plugins[] = { "coreelements", "app",
    "videoconvertscale", "videocrop", "videorate", "x264", "videoparsersbad",
    "rtp", "rtpmanager", "udp", NULL };
  int status;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  program = argv[1];
  module_directory = argv[2];
  gst_init (&argc, &argv);
  home = fixture_make_directory ();
  fixture_link_plugins (home, plugins);

  g_test_add_func ("/rtsp-program/serve", test_program_serves_until_sigterm);
  g_test_add_func ("/rtsp-program/no-token", test_missing_token_is_said);
  g_test_add_func (
      "/rtsp-program/missing-element", test_missing_element_is_named);
  g_test_add_func ("/rtsp-program/port", test_taken_port_is_said);
  g_test_add_func ("/rtsp-program/numbers", test_wrong_numbers_are_refused);
  g_test_add_func (
      "/rtsp-program/password", test_beyond_this_machine_it_wants_a_password);
  g_test_add_func (
      "/rtsp-program/help", test_help_says_where_the_token_is_read);
  status = g_test_run ();
  fixture_remove (home);
  g_free (home);
  return status;
}
