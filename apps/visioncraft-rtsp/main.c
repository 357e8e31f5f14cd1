/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-rtsp: animations as RTSP streams, generated when they are asked
 */
#include "config.h"

#include "access.h"
#include "cachelist.h"
#include "number.h"
#include "rtspfactory.h"
#include "rtspserver.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_ADDRESS "127.0.0.1"
#define DEFAULT_PORT 8554
#define DEFAULT_MAX_MOUNTS 16
#define DEFAULT_MAX_CLIENTS 32
#define DEFAULT_MAX_JOBS 2
#define DEFAULT_RATE 20
#define DEFAULT_TOTAL_RATE 60
/* Longer than the source waits for the service. */
#define DEFAULT_WAIT_S 330

typedef struct
{
  char *listen, *api_url, *token_file, *password_file;
  char *cache_dir;
  int port, max_mounts, max_clients, max_jobs, rate, total_rate, wait_s;
  gboolean no_password, version;
  Access access;
} Arguments;

static const char summary[] =
    "Play rtsp://127.0.0.1:8554/gif?prompt=a+fox+in+the+snow with any player: "
    "the animation is\ngenerated once for each address, shared by all who play "
    "it, and repeated for ever.\nFurther parameters: negative-prompt, sampler, "
    "cfg-scale (0-20), steps (1-50).\n\n"
    "The API key comes from --token-file, the environment variable "
    "VISIONCRAFT_TOKEN, or from\nwhere visioncraft-to-video --set-token keeps "
    "it; it is never an argument, and an address\nthat holds one is refused. "
    "Whoever reaches the server spends that key's credit: it listens\non this "
    "machine only, or asks for a password "
    "(rtsp://" RTSP_SERVER_USER ":PASSWORD@HOST…).";

static const NumberRange ranges[] = {
  { "--port", G_STRUCT_OFFSET (Arguments, port), 0, G_MAXUINT16 },
  { "--max-mounts", G_STRUCT_OFFSET (Arguments, max_mounts), 1, G_MAXINT },
  { "--max-clients", G_STRUCT_OFFSET (Arguments, max_clients), 1, G_MAXINT },
  { "--max-jobs", G_STRUCT_OFFSET (Arguments, max_jobs), 1, G_MAXINT },
  { "--rate", G_STRUCT_OFFSET (Arguments, rate), 0, G_MAXINT },
  { "--total-rate", G_STRUCT_OFFSET (Arguments, total_rate), 0, G_MAXINT },
  { "--wait", G_STRUCT_OFFSET (Arguments, wait_s), 1, G_MAXINT },
};

static gboolean
parse_arguments (int *argc, char ***argv, Arguments *args, GError **error)
{
  const GOptionEntry entries[] = {
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &args->listen,
        "Address to listen on (default: 127.0.0.1, this machine only)",
        "ADDRESS" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &args->port,
        "Port to listen on (default: 8554; 0: any free one)", "N" },
    { "api-url", 0, 0, G_OPTION_ARG_STRING, &args->api_url,
        "Address of the service (default: VISIONCRAFT_API_URL, or "
        "https://visioncraft.top)",
        "URL" },
    { "token-file", 't', 0, G_OPTION_ARG_FILENAME, &args->token_file,
        "File that holds the API key", "FILE" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &args->password_file,
        "File that holds the password of the user " RTSP_SERVER_USER, "FILE" },
    { "no-password", 0, 0, G_OPTION_ARG_NONE, &args->no_password,
        "Ask nobody, also beyond this machine", NULL },
    { "max-mounts", 0, 0, G_OPTION_ARG_INT, &args->max_mounts,
        "Animations to keep; the one that was not asked for the longest goes "
        "(default: 16)",
        "N" },
    { "max-clients", 0, 0, G_OPTION_ARG_INT, &args->max_clients,
        "Connections at once (default: 32)", "N" },
    { "max-jobs", 'j', 0, G_OPTION_ARG_INT, &args->max_jobs,
        "Generations at once; others wait for their turn (default: 2)", "N" },
    { "rate", 0, 0, G_OPTION_ARG_INT, &args->rate,
        "Generations a minute for each address, 0 for no limit (default: 20)",
        "N" },
    { "total-rate", 0, 0, G_OPTION_ARG_INT, &args->total_rate,
        "Generations a minute in all, 0 for no limit (default: 60)", "N" },
    { "cache-dir", 0, 0, G_OPTION_ARG_FILENAME, &args->cache_dir,
        "Directory that keeps what was generated: the same address is not paid "
        "again after a restart (default: none)",
        "DIR" },
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
  return number_check (args, ranges, G_N_ELEMENTS (ranges), error)
      && option_check_text ("--api-url", args->api_url, error)
      && option_check_text ("--cache-dir", args->cache_dir, error);
}

/* What would otherwise be known only when the first client has come. */
static gboolean
check_installation (GError **error)
{
  const char *const *names = rtsp_factory_list_elements ();

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
  return TRUE;
}

static gboolean
find_access (Arguments *args, GError **error)
{
  const AccessOptions options = { .program = "visioncraft-rtsp",
    .listen = args->listen,
    .token_file = args->token_file,
    .password_file = args->password_file,
    .no_password = args->no_password };

  return access_find (&args->access, &options, error);
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
run (Arguments *args, GError **error)
{
  RtspOptions options = {
    .address = args->listen,
    .port = args->port,
    .limits = { .max_entries = args->max_mounts,
        .max_jobs = args->max_jobs,
        .rate = args->rate,
        .total_rate = args->total_rate },
    .max_clients = args->max_clients,
    .wait_s = args->wait_s,
  };

  g_autofree char *cache_dir =
      args->cache_dir != NULL ? cache_list_resolve_dir (args->cache_dir) : NULL;

  if (!check_installation (error) || !find_access (args, error))
    return FALSE;
  options.service =
      (RtspService){ args->api_url, args->access.token, cache_dir };
  options.password = args->access.password;
  return serve_until_signal (&options, error);
}

static void
clear_arguments (Arguments *args)
{
  g_free (args->listen);
  g_free (args->api_url);
  g_free (args->cache_dir);
  g_free (args->token_file);
  g_free (args->password_file);
  access_clear (&args->access);
}

int
main (int argc, char **argv)
{
  Arguments args = { .port = DEFAULT_PORT,
    .max_mounts = DEFAULT_MAX_MOUNTS,
    .max_clients = DEFAULT_MAX_CLIENTS,
    .max_jobs = DEFAULT_MAX_JOBS,
    .rate = DEFAULT_RATE,
    .total_rate = DEFAULT_TOTAL_RATE,
    .wait_s = DEFAULT_WAIT_S };
  g_autoptr (GError) error = NULL;
  gboolean done = parse_arguments (&argc, &argv, &args, &error);

  if (args.listen == NULL)
    args.listen = g_strdup (DEFAULT_ADDRESS);
  if (done && args.version)
    printf ("visioncraft-rtsp %s\n", VERSION);
  else if (done)
    done = run (&args, &error);
  if (!done)
    g_printerr ("visioncraft-rtsp: %s\n", error->message);
  clear_arguments (&args);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
