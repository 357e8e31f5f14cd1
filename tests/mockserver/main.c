/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-mock: the mock server as a program
 */
#include "config.h"
#include "mockserver.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  int port, latency_ms, n_frames, delay_cs;
  char *token, *size, *delays, *fault, *certificate, *key;
  gboolean transparent, version, help_faults;
} Arguments;

static const char summary[] =
    "A mock of the VisionCraft text-to-GIF service, for demonstrations and "
    "tests. It is not\nthe service: it makes its pictures by arithmetic from "
    "the letters of the prompt, writes\n\"mock\" on them, and is reachable "
    "from this machine only.";

/* FALSE with a message in @error. */
static gboolean
parse_arguments (int *argc, char ***argv, Arguments *args, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &args->port,
        "Port to listen on (default: any free one)", "N" },
    { "latency-ms", 0, 0, G_OPTION_ARG_INT, &args->latency_ms,
        "Time a generation takes (default: 0)", "N" },
    { "token", 0, 0, G_OPTION_ARG_STRING, &args->token,
        "The only key to accept (default: any)", "KEY" },
    { "size", 0, 0, G_OPTION_ARG_STRING, &args->size,
        "Pixels of a picture (default: 512x512)", "WxH" },
    { "frames", 0, 0, G_OPTION_ARG_INT, &args->n_frames,
        "Frames of a picture (default: 16)", "N" },
    { "delay-cs", 0, 0, G_OPTION_ARG_INT, &args->delay_cs,
        "Hundredths of a second each frame stays (default: 12 and 13 in turn, "
        "8 frames a second)",
        "N" },
    { "delays", 0, 0, G_OPTION_ARG_STRING, &args->delays,
        "The same for each frame, in turn; without --frames, one frame for "
        "each",
        "N,N..." },
    { "transparent", 0, 0, G_OPTION_ARG_NONE, &args->transparent,
        "Pictures without a background", NULL },
    { "fault", 0, 0, G_OPTION_ARG_STRING, &args->fault,
        "Answer all requests, or the first N, with a fault", "NAME[:N]" },
    { "help-faults", 0, 0, G_OPTION_ARG_NONE, &args->help_faults,
        "List the faults and end", NULL },
    { "tls-certificate", 0, 0, G_OPTION_ARG_FILENAME, &args->certificate,
        "Serve https with this certificate (PEM)", "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &args->key,
        "The certificate's key (PEM)", "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &args->version,
        "Print the version and end", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- mock text-to-GIF service on 127.0.0.1");

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "No such argument: %s", (*argv)[1]);
    return FALSE;
  }
  return TRUE;
}

/* Hundredths of a second between commas; NULL and @error when they are not.
 * Transfer full, @ret_n of them. */
static guint16 *
parse_delays (const char *text, guint *ret_n, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  guint n = g_strv_length (words);
  g_autofree guint16 *delays_cs = g_new0 (guint16, n);
  gboolean ok = n > 0;

  for (guint i = 0; ok && i < n; i++) {
    guint64 delay_cs = 0;

    ok = g_ascii_string_to_unsigned (
        words[i], 10, 0, G_MAXUINT16, &delay_cs, NULL);
    delays_cs[i] = (guint16) delay_cs;
  }
  if (!ok) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "Not delays like 5,10,25: %s", text);
    return NULL;
  }
  *ret_n = n;
  return g_steal_pointer (&delays_cs);
}

static gboolean
fill_options (const Arguments *args, MockOptions *options, GError **error)
{
  char rest;

  if (args->size != NULL
      && sscanf (
             args->size, "%ux%u%c", &options->width, &options->height, &rest)
          != 2) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "Not a size like 512x512: %s", args->size);
    return FALSE;
  }
  if (args->port < 0 || args->port > G_MAXUINT16 || args->latency_ms < 0
      || args->n_frames < 0 || args->delay_cs < 0) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "A number is out of range");
    return FALSE;
  }
  if ((args->certificate == NULL) != (args->key == NULL)) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "--tls-certificate and --tls-key go together");
    return FALSE;
  }
  if (args->certificate != NULL) {
    options->certificate =
        g_tls_certificate_new_from_files (args->certificate, args->key, error);
    if (options->certificate == NULL)
      return FALSE;
  }
  if (args->delays != NULL) {
    options->delays_cs = parse_delays (args->delays, &options->n_delays, error);
    if (options->delays_cs == NULL)
      return FALSE;
  }
  options->port = args->port;
  options->latency_ms = args->latency_ms;
  options->n_frames =
      args->n_frames != 0 ? (guint) args->n_frames : options->n_delays;
  options->delay_cs = args->delay_cs;
  options->transparent = args->transparent;
  options->token = args->token;
  options->fault = args->fault;
  return TRUE;
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static int
serve_until_signal (const MockOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint on_int = g_unix_signal_add (SIGINT, on_signal, loop);
  guint on_term = g_unix_signal_add (SIGTERM, on_signal, loop);
  g_autoptr (MockServer) server = mock_server_new (options, &error);

  if (server == NULL) {
    g_printerr ("visioncraft-mock: %s\n", error->message);
    return EXIT_FAILURE;
  }
  printf ("listening on %s\n", mock_server_get_url (server));
  fflush (stdout);
  g_main_loop_run (loop);
  g_source_remove (on_int);
  g_source_remove (on_term);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  Arguments args = { 0 };
  MockOptions options = { 0 };
  g_autoptr (GError) error = NULL;
  int status = EXIT_SUCCESS;

  if (!parse_arguments (&argc, &argv, &args, &error)
      || !fill_options (&args, &options, &error)) {
    g_printerr ("visioncraft-mock: %s\n", error->message);
    status = EXIT_FAILURE;
  } else if (args.version) {
    printf ("visioncraft-mock %s\n", VERSION);
  } else if (args.help_faults) {
    g_autofree char *table = mock_fault_describe ();

    fputs (table, stdout);
  } else {
    status = serve_until_signal (&options);
  }
  g_clear_object (&options.certificate);
  g_free ((gpointer) options.delays_cs);
  g_free (args.token);
  g_free (args.size);
  g_free (args.delays);
  g_free (args.fault);
  g_free (args.certificate);
  g_free (args.key);
  return status;
}
