/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-batch: a list of prompts in, files out
 */
#include "config.h"

#include "merge.h"
#include "run.h"

#include <gst/gst.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

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
    return run_complain (&options, error);
  if (options.version) {
    printf ("visioncraft-batch %s\n", VERSION);
    return EXIT_SUCCESS;
  }
  gst_init (NULL, NULL);
  if (options_get (&options, OPTION_MERGE) != NULL)
    status = run_merge (&options, &error);
  else if (options.check)
    status = run_check (&options, &error);
  else
    status = run_batch (&options, &error);
  return error != NULL ? run_complain (&options, error) : status;
}
