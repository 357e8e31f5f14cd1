/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-rtsp: animations as RTSP streams, generated when they are asked
 */
#include "config.h"

#include "rtspfactory.h"
#include "rtspserver.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 8554
#define DEFAULT_MAX_MOUNTS 16
#define DEFAULT_MAX_CLIENTS 32
/* Longer than the source waits for the service. */
#define DEFAULT_WAIT_S 330

typedef struct
{
  char *address, *api_url, *token_file;
  int port, max_mounts, max_clients, wait_s;
  gboolean version;
} Arguments;

static const char summary[] =
    "Play rtsp://127.0.0.1:8554/gif?prompt=a+fox+in+the+snow with any player: "
    "the animation is\ngenerated once for each address, shared by all who play "
    "it, and repeated for ever.\nFurther parameters: negative-prompt, sampler, "
    "cfg-scale (0-20), steps (1-50).\n\n"
    "The API key comes from the environment variable VISIONCRAFT_TOKEN or from "
    "the file that\n--token-file names; it is never an argument, and an "
    "address "
    "that holds one is refused.";

static gboolean
parse_arguments (int *argc, char ***argv, Arguments *args, GError **error)
{
  const GOptionEntry entries[] = {
    { "address", 0, 0, G_OPTION_ARG_STRING, &args->address,
        "Interface to listen on (default: 127.0.0.1). Who can reach it can "
        "spend your credit",
        "IP" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &args->port,
        "Port to listen on (default: 8554; 0: any free one)", "N" },
    { "api-url", 0, 0, G_OPTION_ARG_STRING, &args->api_url,
        "Address of the service (default: VISIONCRAFT_API_URL, or "
        "https://visioncraft.top)",
        "URL" },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &args->token_file,
        "File that holds the API key (default: VISIONCRAFT_TOKEN)", "FILE" },
    { "max-mounts", 0, 0, G_OPTION_ARG_INT, &args->max_mounts,
        "Animations to keep; the one that was not asked for the longest goes "
        "(default: 16)",
        "N" },
    { "max-clients", 0, 0, G_OPTION_ARG_INT, &args->max_clients,
        "Connections at once (default: 32)", "N" },
    { "wait", 0, 0, G_OPTION_ARG_INT, &args->wait_s,
        "Seconds a player has to wait at most until it is told to ask again "
        "(default: 330)",
        "N" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &args->version,
        "Print the version and end", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- animations as RTSP streams");

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "No such argument: %s", (*argv)[1]);
    return FALSE;
  }
  if (args->port < 0 || args->port > G_MAXUINT16 || args->max_mounts < 1
      || args->max_clients < 1 || args->wait_s < 1) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "A number is out of range");
    return FALSE;
  }
  return TRUE;
}

/* What would otherwise be known only when the first client has come. */
static gboolean
check_installation (const Arguments *args, GError **error)
{
  const char *const *names = rtsp_factory_list_elements ();
  const char *token = g_getenv ("VISIONCRAFT_TOKEN");

  for (guint i = 0; names[i] != NULL; i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (names[i]);

    if (factory == NULL) {
      g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
          "The GStreamer element %s is not installed (GST_PLUGIN_PATH tells "
          "where else to look)",
          names[i]);
      return FALSE;
    }
  }
  if (args->token_file == NULL && (token == NULL || token[0] == '\0')) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "There is no API key: set VISIONCRAFT_TOKEN or --token-file");
    return FALSE;
  }
  return TRUE;
}

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
serve_until_signal (const RtspOptions *options, GError **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint on_int = g_unix_signal_add (SIGINT, on_signal, loop);
  guint on_term = g_unix_signal_add (SIGTERM, on_signal, loop);
  g_autoptr (RtspServer) server = rtsp_server_new (options);
  gboolean started = rtsp_server_start (server, error);

  if (started) {
    printf ("listening on rtsp://%s:%d" RTSP_ADDRESS_PATH "?prompt=…\n",
        options->address,
        gst_rtsp_server_get_bound_port (GST_RTSP_SERVER (server)));
    fflush (stdout);
    g_main_loop_run (loop);
    rtsp_server_stop (server);
  }
  g_source_remove (on_int);
  g_source_remove (on_term);
  return started;
}

static gboolean
run (const Arguments *args, GError **error)
{
  const RtspOptions options = {
    .service = { args->api_url, args->token_file },
    .address = args->address != NULL ? args->address : DEFAULT_ADDRESS,
    .port = args->port,
    .max_mounts = args->max_mounts,
    .max_clients = args->max_clients,
    .wait_s = args->wait_s,
  };

  return check_installation (args, error)
      && serve_until_signal (&options, error);
}

int
main (int argc, char **argv)
{
  Arguments args = { .port = DEFAULT_PORT,
    .max_mounts = DEFAULT_MAX_MOUNTS,
    .max_clients = DEFAULT_MAX_CLIENTS,
    .wait_s = DEFAULT_WAIT_S };
  g_autoptr (GError) error = NULL;
  gboolean done = parse_arguments (&argc, &argv, &args, &error);

  if (done && args.version)
    printf ("visioncraft-rtsp %s\n", VERSION);
  else if (done)
    done = run (&args, &error);
  if (!done)
    g_printerr ("visioncraft-rtsp: %s\n", error->message);
  g_free (args.address);
  g_free (args.api_url);
  g_free (args.token_file);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
