/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-to-video: a prompt in, a video file out
 */
#include "config.h"

#include "convert.h"
#include "failure.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME "visioncraft-to-video"

/* Here rather than in the source, which would speak of its properties. */
static gboolean
check_key (const Options *options, GError **error)
{
  const char *token = g_getenv ("VISIONCRAFT_TOKEN");

  if (options->token_file != NULL) {
    if (g_access (options->token_file, R_OK) == 0)
      return TRUE;
    g_set_error (error, FAILURE, FAILURE_KEY,
        "The API key's file \"%s\" cannot be read: correct --token-file.",
        options->token_file);
    return FALSE;
  }
  if (token != NULL && *token != '\0')
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_KEY,
      "There is no API key: put it into the environment variable "
      "VISIONCRAFT_TOKEN, or into a file for --token-file.");
  return FALSE;
}

static gboolean
publish (
    const Options *options, Output *output, Progress *progress, GError **error)
{
  guint n_files;
  guint64 n_bytes;
  g_autofree char *size = NULL;

  if (!output_publish (output, &n_files, &n_bytes, error))
    return FALSE;
  size = g_format_size (n_bytes);
  if (n_files == 1)
    progress_say (progress, "Wrote %s, %s, after %.0f s", options->file, size,
        progress_get_seconds (progress));
  else
    progress_say (progress, "Wrote %s, %u files, %s, after %.0f s",
        options->file, n_files, size, progress_get_seconds (progress));
  return TRUE;
}

static gboolean
convert (const Options *options, Interrupt *interrupt, GError **error)
{
  g_autoptr (Progress) progress = progress_new (options->quiet);
  g_autoptr (Output) output = NULL;
  g_auto (Pipeline) pipeline = { NULL };

  if (!check_key (options, error))
    return FALSE;
  output = output_new (options, error);
  return output != NULL && pipeline_build (&pipeline, options, output, error)
      && convert_run (&pipeline, progress, interrupt, error)
      && publish (options, output, progress, error);
}

static int
complain (const GError *error)
{
  g_autofree char *text = failure_printable (error->message);

  fprintf (stderr, NAME ": %s\n", text);
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
  int status = EXIT_SUCCESS;

  setlocale (LC_ALL, "");
  /* A file over its limit, or a closed pipe: errors, not deaths. */
  signal (SIGXFSZ, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);

  if (!options_parse (&options, &argc, &argv, &error))
    return complain (error);
  if (options.version) {
    printf (NAME " %s\n", VERSION);
    return EXIT_SUCCESS;
  }
  gst_init (NULL, NULL);
  interrupt = interrupt_new ();
  if (!convert (&options, interrupt, &error))
    status = error != NULL ? complain (error)
                           : die_by (interrupt_get_signal (interrupt));
  return status;
}
