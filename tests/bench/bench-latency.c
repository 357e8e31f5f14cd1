/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "benchutil.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

/* How soon things happen in one process:
 *
 *   bench-latency first-bytes RATE RUNS   from the server's first byte of the GIF
 *                                         to the first buffer, at RATE bytes/s
 *   bench-latency states RUNS             set_state(PAUSED) and (NULL) by phase
 *
 * with a server of its own on the loopback interface that notes when it writes. */

#define TIMEOUT_S 60

typedef enum
{
  STALL_NEVER,
  STALL_REPLY,    /* after reading the POST */
  STALL_HEAD,     /* before the GIF's head */
  STALL_DOWNLOAD, /* in the middle of the GIF */
  N_STALLS
} Stall;

typedef struct
{
  GSocketService *service;
  guint16 port;
  guint rate; /* bytes per second; 0: at once */

  GMutex lock;
  GCond cond;
  /* lock */
  Stall stall;
  gboolean stalled, released;
  gint64 first_byte_us;
} Server;

/* Waits there, if it is where the server should stall, until released. */
static void
pass (Server *server, Stall here)
{
  g_mutex_lock (&server->lock);
  if (server->stall == here) {
    server->stalled = TRUE;
    g_cond_broadcast (&server->cond);
    while (!server->released)
      g_cond_wait (&server->cond, &server->lock);
  }
  g_mutex_unlock (&server->lock);
}

static gboolean
write_text (GOutputStream *out, const char *text)
{
  return g_output_stream_write_all (out, text, strlen (text), NULL, NULL, NULL);
}

static void
write_gif (Server *server, GOutputStream *out)
{
  guint8 gif[4096] = "GIF89a";
  guint piece = server->rate > 0 ? MAX (server->rate / 100, 8) : sizeof (gif);
  g_autofree char *head =
      g_strdup_printf ("HTTP/1.1 200 OK\r\n"
                       "Content-Type: image/gif\r\nContent-Length: %u\r\n\r\n",
          (guint) sizeof (gif));

  pass (server, STALL_HEAD);
  write_text (out, head);
  g_mutex_lock (&server->lock);
  server->first_byte_us = g_get_monotonic_time ();
  g_mutex_unlock (&server->lock);
  for (guint sent = 0; sent < sizeof (gif); sent += piece) {
    if (!g_output_stream_write_all (out, gif + sent,
            MIN (piece, sizeof (gif) - sent), NULL, NULL, NULL))
      return;
    if (sent == 0)
      pass (server, STALL_DOWNLOAD);
    if (server->rate > 0)
      g_usleep (G_USEC_PER_SEC * piece / server->rate);
  }
}

static gboolean
on_connection (GThreadedSocketService *service, GSocketConnection *connection,
    GObject *source, gpointer data)
{
  Server *server = data;
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  GOutputStream *out = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (in);
  char *line;

  /* Without it the kernel would wait for more to send along. */
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP,
      TCP_NODELAY, 1, NULL);
  g_data_input_stream_set_newline_type (
      lines, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL))
      != NULL) {
    gboolean post = g_str_has_prefix (line, "POST ");
    gsize length = 0;

    while (line != NULL && line[0] != '\0') {
      if (g_ascii_strncasecmp (line, "Content-Length:", 15) == 0)
        length = g_ascii_strtoull (line + 15, NULL, 10);
      g_free (line);
      line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
    }
    g_free (line);
    if (post) {
      g_autofree char *json = g_strdup_printf (
          "{\"images\":[\"http://127.0.0.1:%u/x.gif\"]}", server->port);
      g_autofree char *reply = g_strdup_printf (
          "HTTP/1.1 200 OK\r\n"
          "Content-Type: application/json\r\nContent-Length: %u\r\n\r\n%s",
          (guint) strlen (json), json);

      g_input_stream_skip (G_INPUT_STREAM (lines), length, NULL, NULL);
      pass (server, STALL_REPLY);
      write_text (out, reply);
    } else {
      write_gif (server, out);
    }
  }
  return TRUE;
}

static void
server_init (Server *server)
{
  g_autoptr (GInetAddress) loopback =
      g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_mutex_init (&server->lock);
  g_cond_init (&server->cond);
  server->service = g_threaded_socket_service_new (64);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), any,
          G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL))
    g_error ("cannot listen");
  server->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (server->service, "run", G_CALLBACK (on_connection), server);
  g_socket_service_start (server->service);
}

static gpointer
accept_forever (gpointer data)
{
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
  return NULL;
}

static GstElement *
make_pipeline (Server *server)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u", server->port);
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("visioncraftgifsrc", "source");
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  g_object_set (
      source, "prompt", "soon", "token", "bench", "api-url", url, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, sink, NULL);
  gst_element_link (source, sink);
  return pipeline;
}

static GstPadProbeReturn
on_first_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer arrived_us)
{
  *(gint64 *) arrived_us = g_get_monotonic_time ();
  return GST_PAD_PROBE_REMOVE;
}

static void
bench_first_bytes (Server *server, guint runs)
{
  g_autoptr (GArray) ms = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < runs; i++) {
    g_autoptr (GstElement) pipeline = make_pipeline (server);
    g_autoptr (GstElement) source =
        gst_bin_get_by_name (GST_BIN (pipeline), "source");
    g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
    gint64 arrived_us = 0;
    double wait_ms;

    gst_pad_add_probe (
        pad, GST_PAD_PROBE_TYPE_BUFFER, on_first_buffer, &arrived_us, NULL);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
    bench_wait_eos (pipeline, TIMEOUT_S);
    wait_ms = (arrived_us - server->first_byte_us) / 1000.0;
    g_array_append_val (ms, wait_ms);
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
  g_print ("{\"rate\": %u, \"p50_ms\": %.3f, \"max_ms\": %.3f}\n", server->rate,
      bench_percentile (ms, 0.5), bench_percentile (ms, 1));
}

static double
milliseconds_to (GstElement *pipeline, GstState state)
{
  gint64 start_us = g_get_monotonic_time ();

  gst_element_set_state (pipeline, state);
  return (g_get_monotonic_time () - start_us) / 1000.0;
}

static void
bench_states (Server *server, guint runs, Stall stall)
{
  static const char *const names[] = { "finished", "generate", "reply",
    "download" };
  g_autoptr (GArray) paused = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) null = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < runs; i++) {
    g_autoptr (GstElement) pipeline = make_pipeline (server);
    double ms;

    server->stall = stall;
    server->stalled = server->released = FALSE;
    ms = milliseconds_to (pipeline, GST_STATE_PAUSED);
    g_array_append_val (paused, ms);
    g_mutex_lock (&server->lock);
    while (stall != STALL_NEVER && !server->stalled)
      g_cond_wait (&server->cond, &server->lock);
    g_mutex_unlock (&server->lock);
    if (stall == STALL_NEVER) {
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
      bench_wait_eos (pipeline, TIMEOUT_S);
    }
    ms = milliseconds_to (pipeline, GST_STATE_NULL);
    g_array_append_val (null, ms);
    g_mutex_lock (&server->lock);
    server->released = TRUE;
    g_cond_broadcast (&server->cond);
    g_mutex_unlock (&server->lock);
  }
  g_print ("{\"phase\": \"%s\", \"paused_p50_ms\": %.3f, "
           "\"paused_p99_ms\": %.3f, \"null_p50_ms\": %.3f, "
           "\"null_p99_ms\": %.3f}\n",
      names[stall], bench_percentile (paused, 0.5),
      bench_percentile (paused, 0.99), bench_percentile (null, 0.5),
      bench_percentile (null, 0.99));
}

int
main (int argc, char **argv)
{
  Server server = { 0 };

  gst_init (NULL, NULL);
  server_init (&server);
  g_thread_unref (g_thread_new ("accept", accept_forever, NULL));

  if (argc == 4 && g_str_equal (argv[1], "first-bytes")) {
    server.rate = atoi (argv[2]);
    bench_first_bytes (&server, atoi (argv[3]));
  } else if (argc == 3 && g_str_equal (argv[1], "states")) {
    for (Stall stall = STALL_NEVER; stall < N_STALLS; stall++)
      bench_states (&server, atoi (argv[2]), stall);
  } else {
    g_printerr ("usage: bench-latency first-bytes RATE RUNS | states RUNS\n");
    return 64;
  }
  return 0;
}
