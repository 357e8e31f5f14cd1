/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-batch: a list of prompts in, files out
 */
#include "config.h"

#include "defaults.h"
#include "failure.h"
#include "jsonevent.h"
#include "options.h"
#include "survey.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME "visioncraft-batch"

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

static void
on_bad_line (const GError *error, gpointer options)
{
  complain (options, error);
}

static int
run (const Options *options, GError **error)
{
  g_auto (Parameters) defaults = { 0 };
  ListSettings settings = {
    .templates = options->templates,
    .folder = options->folder,
    .without_files = options->check && options->templates->len == 0,
    .shard = options->shard,
  };
  const SurveyCallbacks callbacks = { .bad = on_bad_line };
  g_autoptr (List) list = NULL;
  Survey survey;

  if (!options->check) {
    g_set_error_literal (error, FAILURE, FAILURE_USAGE,
        "Give --check: lists are only checked so far.");
    return 0;
  }
  if (!defaults_find (
          options->values, &options->settings, &settings.defaults, error))
    return 0;
  defaults = settings.defaults; /* freed with this */
  list = list_open (options->prompts, &settings, error);
  if (list == NULL
      || !survey_take (list, &survey, &callbacks, (gpointer) options, error))
    return 0;
  if (survey.n_bad > 0)
    return FAILURE_REFUSED;
  printf ("%" G_GUINT64_FORMAT " generations would be paid.\n", survey.n_items);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

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
  gst_init (NULL, NULL);
  status = run (&options, &error);
  return error != NULL ? complain (&options, error) : status;
}
