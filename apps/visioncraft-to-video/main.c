/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-to-video: a prompt in, video files out
 */
#include "config.h"

#include "apikey.h"
#include "convert.h"
#include "failure.h"
#include "jsonevent.h"
#include "listing.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME "visioncraft-to-video"

static gboolean
set_token (GError **error)
{
  g_autofree char *key = api_key_ask (error);
  g_autofree char *path = api_key_dup_path ();

  if (key == NULL || !api_key_store (key, error))
    return FALSE;
  fprintf (stderr, "The API key is in %s now.\n", path);
  return TRUE;
}

static ProgressKind
kind_of (const Options *options)
{
  return options->json ? PROGRESS_JSON
      : options->quiet ? PROGRESS_QUIET
                       : PROGRESS_BAR;
}

static gboolean
convert (const Options *options, Interrupt *interrupt, GError **error)
{
  g_autoptr (Progress) progress = progress_new (kind_of (options));
  g_autofree char *key = NULL;
  g_autofree char *warning = NULL;

  if (options->prompt != NULL) {
    key = api_key_find (
        options_get (options, OPTION_TOKEN_FILE), &warning, error);
    if (key == NULL)
      return FALSE;
  }
  if (warning != NULL)
    progress_warn (progress, warning);
  return convert_run (options, key, progress, interrupt, error);
}

/* A desktop without it is no failure: the file is there. */
static void
show_file (const char *file)
{
  const char *argv[] = { "xdg-open", file, NULL };
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autoptr (GError) error = NULL;

  argv[1] = path;
  if (!g_spawn_async (NULL, (char **) argv, NULL,
          G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL
              | G_SPAWN_STDERR_TO_DEV_NULL,
          NULL, NULL, NULL, &error))
    fprintf (stderr, NAME ": --open: %s\n", error->message);
}

static int
complain (const Options *options, const GError *error)
{
  g_autofree char *text = failure_printable (error->message);

  fprintf (stderr, NAME ": %s\n", text);
  if (options->json) {
    JsonObject *event = json_event_new ("error");

    json_object_set_int_member (event, "status", error->code);
    json_event_set_text (event, "message", error->message);
    json_event_print (event);
  }
  return error->code;
}

/* As if the signal had not been caught: the caller's shell wants to know. */
static int
die_by (int signal_number)
{
  fprintf (stderr, NAME ": interrupted, no file was written\n");
  signal (signal_number, SIG_DFL);
  raise (signal_number);
  return EXIT_FAILURE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Interrupt) interrupt = NULL;
  const Target *first;

  setlocale (LC_ALL, "");
  /* A file over its limit, or a closed pipe: errors, not deaths. */
  signal (SIGXFSZ, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);

  if (!options_parse (&options, &argc, &argv, &error))
    return complain (&options, error);
  if (options.version) {
    printf (NAME " %s\n", VERSION);
    return EXIT_SUCCESS;
  }
  if (options.set_token)
    return set_token (&error) ? EXIT_SUCCESS : complain (&options, error);

  gst_init (NULL, NULL);
  interrupt = interrupt_new ();
  if (options.list_samplers ? !listing_run (&options, interrupt, &error)
                            : !convert (&options, interrupt, &error))
    return error != NULL ? complain (&options, error)
                         : die_by (interrupt_get_signal (interrupt));
  if (options.list_samplers)
    return EXIT_SUCCESS;
  first = &g_array_index (options.targets, Target, 0);
  if (options.open && !g_str_equal (first->file, "-"))
    show_file (first->file);
  return EXIT_SUCCESS;
}
