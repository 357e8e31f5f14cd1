/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "weboptions.h"

#include "cachelist.h"
#include "number.h"

#include <gst/gst.h>

#define DEFAULT_LISTEN "127.0.0.1"
#define DEFAULT_PORT 8000
#define DEFAULT_MAX_JOBS 2
#define DEFAULT_MAX_QUEUE 16
#define DEFAULT_RATE 20
#define DEFAULT_GALLERY 12
#define DEFAULT_STORED_GALLERY 200
#define DEFAULT_MAX_PROMPT 2000

static const char summary[] =
    "Serves a web page that generates animations from prompts with "
    "VisionCraft: the browser sees\nthe progress, then the video while it is "
    "being encoded, and can save it as GIF, MP4 or WebM.\n\n"
    "The API key is taken from --token-file, the environment variable "
    "VISIONCRAFT_TOKEN, or\nwhere visioncraft-to-video --set-token keeps it, "
    "and never leaves this program but to the\nservice. Whoever reaches the "
    "page spends that key's credit: it listens on this machine\nonly, or asks "
    "for a password.";

/* No number of --gallery's, however wrong. */
#define NOT_SAID G_MININT

static const NumberRange ranges[] = {
  { "--port", G_STRUCT_OFFSET (WebOptions, port), 0, G_MAXUINT16 },
  { "--max-jobs", G_STRUCT_OFFSET (WebOptions, max_jobs), 1, 64 },
  { "--max-queue", G_STRUCT_OFFSET (WebOptions, max_queue), 0, 1000 },
  { "--rate", G_STRUCT_OFFSET (WebOptions, rate), 0, 10000 },
  { "--gallery", G_STRUCT_OFFSET (WebOptions, gallery), 1, 1000 },
  { "--max-prompt", G_STRUCT_OFFSET (WebOptions, max_prompt), 1, 10000 },
};

/* systemd may name several folders; the unit has one. */
static void
set_gallery (WebOptions *options)
{
  const char *state = g_getenv ("STATE_DIRECTORY");

  if (options->gallery_dir == NULL && state != NULL && state[0] == '/')
    options->gallery_dir = g_strndup (state, strcspn (state, ":"));
  if (options->gallery_dir != NULL) {
    char *named = options->gallery_dir;

    options->gallery_dir = cache_list_resolve_dir (named);
    g_free (named);
  }
  if (options->gallery == NOT_SAID)
    options->gallery =
        options->gallery_dir != NULL ? DEFAULT_STORED_GALLERY : DEFAULT_GALLERY;
}

gboolean
web_options_parse (WebOptions *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port,
        "Port to listen on, 0 for any free one (default: 8000)", "N" },
    { "listen", 'l', 0, G_OPTION_ARG_STRING, &options->listen,
        "Address to listen on (default: 127.0.0.1, this machine only)",
        "ADDRESS" },
    { "public-url", 0, 0, G_OPTION_ARG_STRING, &options->public_url,
        "Address under which a proxy on this machine offers the page, "
        "https://HOST/ or https://HOST/PREFIX/",
        "URL" },
    { "max-jobs", 'j', 0, G_OPTION_ARG_INT, &options->max_jobs,
        "Pipelines that run at once; others wait (default: 2)", "N" },
    { "max-queue", 0, 0, G_OPTION_ARG_INT, &options->max_queue,
        "Requests that may wait (default: 16)", "N" },
    { "rate", 0, 0, G_OPTION_ARG_INT, &options->rate,
        "Generations a minute for each address, 0 for no limit (default: 20)",
        "N" },
    { "gallery", 0, 0, G_OPTION_ARG_INT, &options->gallery,
        "Finished generations to list (default: 12, 200 with --gallery-dir)",
        "N" },
    { "gallery-dir", 0, 0, G_OPTION_ARG_FILENAME, &options->gallery_dir,
        "Folder that keeps them (default: $STATE_DIRECTORY, as systemd sets "
        "it, else only memory does)",
        "DIR" },
    { "max-prompt", 0, 0, G_OPTION_ARG_INT, &options->max_prompt,
        "Characters that a prompt may have (default: 2000)", "N" },
    { "api-url", 0, 0, G_OPTION_ARG_STRING, &options->api_url,
        "Address of the service (default: VISIONCRAFT_API_URL in the "
        "environment, then the service's own)",
        "URL" },
    { "token-file", 't', 0, G_OPTION_ARG_FILENAME, &options->token_file,
        "File that holds the API key", "FILE" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->password_file,
        "File that holds the password that the page asks for", "FILE" },
    { "no-password", 0, 0, G_OPTION_ARG_NONE, &options->no_password,
        "Ask nobody, also beyond this machine", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version,
        "Print the version and end", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- a web page that generates animations");

  *options = (WebOptions){ .port = DEFAULT_PORT,
    .max_jobs = DEFAULT_MAX_JOBS,
    .max_queue = DEFAULT_MAX_QUEUE,
    .rate = DEFAULT_RATE,
    .gallery = NOT_SAID,
    .max_prompt = DEFAULT_MAX_PROMPT };
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
  if (options->listen == NULL)
    options->listen = g_strdup (DEFAULT_LISTEN);
  set_gallery (options);
  return number_check (options, ranges, G_N_ELEMENTS (ranges), error)
      && option_check_text ("--api-url", options->api_url, error)
      && option_check_text ("--gallery-dir", options->gallery_dir, error);
}

gboolean
web_options_complete (WebOptions *options, GError **error)
{
  const AccessOptions access = { .program = "visioncraft-web",
    .listen = options->listen,
    .token_file = options->token_file,
    .password_file = options->password_file,
    .no_password = options->no_password,
    .has_proxy = options->public_url != NULL };

  return access_find (&options->access, &access, error);
}

void
web_options_clear (WebOptions *options)
{
  g_clear_pointer (&options->listen, g_free);
  g_clear_pointer (&options->public_url, g_free);
  g_clear_pointer (&options->gallery_dir, g_free);
  g_clear_pointer (&options->api_url, g_free);
  g_clear_pointer (&options->token_file, g_free);
  g_clear_pointer (&options->password_file, g_free);
  access_clear (&options->access);
}
