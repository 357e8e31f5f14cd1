/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * test-mockprogram.c: visioncraft-mock as a script sees it
 */
#include "mockcert.h"
#include "mocktest.h"

#include <signal.h>
#include <string.h>

#define READY "listening on "

/* The program, running. */
typedef struct
{
  GSubprocess *process;
  GDataInputStream *out;
  char *url;
} Program;

static GSubprocess *
spawn (const char *arguments)
{
  g_autofree char *program = g_shell_quote (MOCK_PROGRAM);
  g_autofree char *line = g_strconcat (program, " ", arguments, NULL);
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *process;

  g_shell_parse_argv (line, NULL, &argv, &error);
  g_assert_no_error (error);
  process = g_subprocess_newv ((const char *const *) argv,
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  return process;
}

static Program
start_program (const char *arguments)
{
  Program program = { .process = spawn (arguments) };
  g_autofree char *line = NULL;

  program.out =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (program.process));
  line = g_data_input_stream_read_line_utf8 (program.out, NULL, NULL, NULL);
  g_assert_nonnull (line);
  g_assert_true (g_str_has_prefix (line, READY));
  program.url = g_strdup (line + strlen (READY));
  return program;
}

/* Ends it by @number; it says nothing more and its exit status is 0. */
static void
end_program (Program *program, int number)
{
  g_autofree char *more = NULL;

  g_subprocess_send_signal (program->process, number);
  more = g_data_input_stream_read_line_utf8 (program->out, NULL, NULL, NULL);
  g_assert_null (more);
  g_subprocess_wait (program->process, NULL, NULL);
  g_assert_true (g_subprocess_get_if_exited (program->process));
  g_assert_cmpint (g_subprocess_get_exit_status (program->process), ==, 0);
  g_object_unref (program->out);
  g_object_unref (program->process);
  g_free (program->url);
}

static Answer
post_to (const Program *program, const char *token)
{
  g_autofree char *address = g_strconcat (program->url, "/generate-gif", NULL);
  g_autofree char *body = g_strdup_printf (
      "{\"sampler\":\"Euler\",\"prompt\":\"a fox\",\"token\":\"%s\"}", token);

  return ask ("POST", address, body, NULL);
}

static void
test_says_one_line_when_ready_and_ends_well_on_signals (void)
{
  const int signals[] = { SIGINT, SIGTERM };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++) {
    Program program = start_program ("");
    g_autoptr (GUri) uri = g_uri_parse (program.url, G_URI_FLAGS_NONE, NULL);

    g_assert_cmpstr (g_uri_get_scheme (uri), ==, "http");
    g_assert_cmpstr (g_uri_get_host (uri), ==, "127.0.0.1");
    g_assert_cmpint (g_uri_get_port (uri), >, 0);
    end_program (&program, signals[i]);
  }
}

static void
test_signal_ends_a_reply_under_way (void)
{
  Program program = start_program ("--fault 'hold-body on=post after=1'");
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect_to_uri (client, program.url, 80, NULL, NULL);
  g_autofree char *request = g_strdup_printf (
      "POST /generate-gif HTTP/1.1\r\nContent-Type: application/json\r\n"
      "Content-Length: %u\r\n\r\n%s",
      (guint) strlen (GOOD_BODY), GOOD_BODY);
  char first;

  g_assert_nonnull (connection);
  g_assert_true (g_output_stream_write_all (
      g_io_stream_get_output_stream (G_IO_STREAM (connection)), request,
      strlen (request), NULL, NULL, NULL));
  g_assert_cmpint (g_input_stream_read (
                       g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                       &first, 1, NULL, NULL),
      ==, 1);
  end_program (&program, SIGTERM);
}

/* GIF89a §23: flags and delay of each frame's control, which is followed by
 * the frame's descriptor. */
static char *
describe_frames (GBytes *file)
{
  const guint8 start[] = { 0x21, 0xf9, 4 };
  gsize size;
  const guint8 *gif = g_bytes_get_data (file, &size), *end = gif + size;
  GString *text = g_string_new (NULL);

  while ((gif = memmem (gif, (gsize) (end - gif), start, sizeof start)) != NULL
      && end - gif >= 9) {
    if (gif[7] == 0 && gif[8] == ',')
      g_string_append_printf (text, "%x:%u ", gif[3], gif[4] + 256u * gif[5]);
    gif++;
  }
  return g_string_free (text, FALSE);
}

static void
test_options_shape_the_picture (void)
{
  const struct
  {
    const char *arguments;
    guint width, height;
    const char *frames; /* FLAGS:DELAY of each */
  } rows[] = {
    { "--size 40x30 --frames 2 --delay-cs 77", 40, 30, "4:77 4:77 " },
    { "--size 40x30 --delays 5,300,3", 40, 30, "4:5 4:300 4:3 " },
    { "--size 16x16 --frames 3 --delays 5,0", 16, 16, "4:5 4:0 4:5 " },
    { "--size 31x33 --frames 2 --transparent", 31, 33, "9:12 9:13 " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    Program program = start_program (rows[i].arguments);
    g_auto (Answer) answer = post_to (&program, "any");
    g_autofree char *address = dup_address (&answer);
    g_auto (Answer) file = ask ("GET", address, NULL, NULL);
    const guint8 *gif = g_bytes_get_data (file.body, NULL);
    g_autofree char *frames = describe_frames (file.body);

    g_assert_cmpuint (gif[6] + 256u * gif[7], ==, rows[i].width);
    g_assert_cmpuint (gif[8] + 256u * gif[9], ==, rows[i].height);
    g_assert_cmpstr (frames, ==, rows[i].frames);
    end_program (&program, SIGTERM);
  }
}

static void
test_token_is_the_only_key (void)
{
  Program program = start_program ("--token secret --size 16x16");
  g_auto (Answer) wrong = post_to (&program, "other");
  g_auto (Answer) right = post_to (&program, "secret");

  g_assert_cmpuint (wrong.status, ==, 403);
  g_assert_cmpuint (right.status, ==, 200);
  end_program (&program, SIGTERM);
}

static void
test_fault_meets_the_first_requests (void)
{
  Program program = start_program ("--fault 503:1 --size 16x16");
  g_auto (Answer) first = post_to (&program, "any");
  g_auto (Answer) second = post_to (&program, "any");

  g_assert_cmpuint (first.status, ==, 503);
  g_assert_cmpuint (second.status, ==, 200);
  end_program (&program, SIGTERM);
}

static void
test_latency_delays_the_reply (void)
{
  Program program = start_program ("--latency-ms 90 --size 16x16");
  gint64 start = g_get_monotonic_time ();
  g_auto (Answer) answer = post_to (&program, "any");

  g_assert_cmpuint (answer.status, ==, 200);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 90 * 1000);
  end_program (&program, SIGTERM);
}

static void
test_certificate_makes_it_https (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MockCert) cert = mock_cert_new (MOCK_CERT_VALID, &error);
  g_autofree char *file = NULL, *key_file = NULL, *arguments = NULL;
  Program program;

  g_assert_no_error (error);
  file = g_shell_quote (mock_cert_get_file (cert));
  key_file = g_shell_quote (mock_cert_get_key_file (cert));
  arguments =
      g_strdup_printf ("--tls-certificate %s --tls-key %s", file, key_file);
  program = start_program (arguments);
  g_assert_true (g_str_has_prefix (program.url, "https://127.0.0.1:"));
  end_program (&program, SIGTERM);
}

/* proc(5): local address and port of each socket, in hexadecimal. */
static void
test_listens_on_the_loopback_interface_only (void)
{
  Program program = start_program ("");
  g_autoptr (GUri) uri = g_uri_parse (program.url, G_URI_FLAGS_NONE, NULL);
  g_autofree char *port = g_strdup_printf (":%04X ", g_uri_get_port (uri));
  g_autofree char *table = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_found = 0;

  g_assert_true (g_file_get_contents ("/proc/net/tcp", &table, NULL, NULL));
  lines = g_strsplit (table, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *local = strchr (lines[i], ':');
    const char *found = local != NULL ? strstr (lines[i], port) : NULL;

    if (found == NULL || strstr (lines[i], ":0000 0A ") == NULL)
      continue;
    g_assert_true (found - lines[i] >= 8);
    g_assert_cmpint (strncmp (found - 8, "0100007F", 8), ==, 0);
    n_found++;
  }
  g_assert_cmpuint (n_found, ==, 1);
  end_program (&program, SIGTERM);
}

static void
test_help_says_what_it_is (void)
{
  const struct
  {
    const char *arguments, *says;
  } rows[] = {
    { "--help", "not\nthe service" },
    { "--help", "by arithmetic" },
    { "--help", "--tls-certificate" },
    { "--help-faults", "reset-body" },
    { "--help-faults", "retry-after" },
    { "--version", "visioncraft-mock " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GSubprocess) process = spawn (rows[i].arguments);
    g_autofree char *out = NULL;

    g_assert_true (
        g_subprocess_communicate_utf8 (process, NULL, NULL, &out, NULL, NULL));
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 0);
    g_assert_nonnull (strstr (out, rows[i].says));
  }
}

static void
test_mistakes_are_told_on_stderr (void)
{
  const struct
  {
    const char *arguments, *says;
  } rows[] = {
    { "--size 512", "512x512" },
    { "--size 512x512x3", "512x512" },
    { "--size 8x8", "16 to 4096" },
    { "--delays ''", "5,10,25" },
    { "--delays 5,", "5,10,25" },
    { "--delays 5,-1", "5,10,25" },
    { "--delays 65536", "5,10,25" },
    { "--port 70000", "out of range" },
    { "--latency-ms -1", "out of range" },
    { "--fault nonsense", "nonsense" },
    { "--fault '429 colour=red'", "colour" },
    { "--tls-key x.pem", "go together" },
    { "--tls-key /nowhere --tls-certificate /nowhere", "/nowhere" },
    { "--colour red", "--colour" },
    { "something", "something" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GSubprocess) process = spawn (rows[i].arguments);
    g_autofree char *out = NULL;
    g_autofree char *complaint = NULL;

    g_assert_true (g_subprocess_communicate_utf8 (
        process, NULL, NULL, &out, &complaint, NULL));
    g_test_message ("%s: %s", rows[i].arguments, complaint);
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
    g_assert_cmpstr (out, ==, "");
    g_assert_nonnull (strstr (complaint, rows[i].says));
  }
}

#define ADD(name) g_test_add_func ("/mockprogram/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (says_one_line_when_ready_and_ends_well_on_signals);
  ADD (signal_ends_a_reply_under_way);
  ADD (options_shape_the_picture);
  ADD (token_is_the_only_key);
  ADD (fault_meets_the_first_requests);
  ADD (latency_delays_the_reply);
  ADD (certificate_makes_it_https);
  ADD (listens_on_the_loopback_interface_only);
  ADD (help_says_what_it_is);
  ADD (mistakes_are_told_on_stderr);
  return g_test_run ();
}
