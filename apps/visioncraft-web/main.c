/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-web: a page that generates animations from prompts
 */
#include "config.h"

#include "webconvert.h"
#include "webjob.h"
#include "webserver.h"

#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  const WebOptions *options;
  Samplers *samplers;
  WebServer *server;
  GMainLoop *loop;
  gboolean ending;
  int status;
} Program;

/* The first page has the service's list of samplers. */
static void
on_samplers (const GError *unavailable, gpointer data)
{
  Program *program = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *url = NULL;

  if (unavailable != NULL)
    g_printerr ("visioncraft-web: %s Offering the usual samplers.\n",
        unavailable->message);
  program->server =
      web_server_new (program->options, program->samplers, &error);
  if (program->server == NULL) {
    g_printerr ("visioncraft-web: %s\n", error->message);
    program->status = EXIT_FAILURE;
    g_main_loop_quit (program->loop);
    return;
  }
  url = web_server_make_url (program->server);
  printf ("listening on %s\n", url);
  fflush (stdout);
}

static gboolean
on_interrupt (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

static void
on_drained (gpointer loop)
{
  g_main_loop_quit (loop);
}

/* What was paid for is brought to its end; who cannot wait says so again. */
static gboolean
on_terminate (gpointer data)
{
  Program *program = data;

  if (program->server == NULL || program->ending) {
    g_main_loop_quit (program->loop);
    return G_SOURCE_CONTINUE;
  }
  program->ending = TRUE;
  web_server_drain (program->server, on_drained, program->loop);
  return G_SOURCE_CONTINUE;
}

static int
serve_until_signal (const WebOptions *options)
{
  g_autofree char *api_url = options->api_url != NULL
      ? g_strdup (options->api_url)
      : service_dup_default_url ();
  const ServiceAccess access = { .api_url = api_url };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (Samplers) samplers = samplers_new (&access);
  Program program = { .options = options,
    .samplers = samplers,
    .loop = loop,
    .status = EXIT_SUCCESS };
  guint on_int = g_unix_signal_add (SIGINT, on_interrupt, loop);
  guint on_term = g_unix_signal_add (SIGTERM, on_terminate, &program);

  samplers_refresh (samplers, on_samplers, &program);
  g_main_loop_run (loop);
  g_clear_pointer (&program.server, web_server_free);
  g_source_remove (on_int);
  g_source_remove (on_term);
  return program.status;
}

int
main (int argc, char **argv)
{
  g_auto (WebOptions) options = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  if (!web_options_parse (&options, &argc, &argv, &error)) {
    g_printerr ("visioncraft-web: %s\n", error->message);
    return EXIT_FAILURE;
  }
  if (options.version) {
    printf ("visioncraft-web %s\n", VERSION);
    return EXIT_SUCCESS;
  }
  if (!web_options_complete (&options, &error)
      || !web_job_check_elements (&error)
      || !web_convert_check_elements (&error)) {
    g_printerr ("visioncraft-web: %s\n", error->message);
    return EXIT_FAILURE;
  }
  /* Threads of pipelines that ended stay for the next one, but not long. */
  g_thread_pool_set_max_idle_time (2000);
  status = serve_until_signal (&options);
  gst_deinit ();
  return status;
}
