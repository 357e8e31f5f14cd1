/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * visioncraft-batch: a list of prompts in, files out
 */
#include "config.h"

#include "merge.h"
#include "run.h"

#include <fcntl.h>
#include <gst/gst.h>
#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* GIFs and pictures come and go in many threads. With a fixed threshold their
 * memory goes back to the system, not into pieces that nobody can use. */
#define LARGE_BLOCK (512 * 1024)
#define MAX_ARENAS 4

static void
set_up_memory (void)
{
#ifdef __GLIBC__
  mallopt (M_MMAP_THRESHOLD, LARGE_BLOCK);
  mallopt (M_ARENA_MAX, MAX_ARENAS);
#endif
}

/* Where the standard output or error is closed, what is said to it must not be
 * written into the next file that is opened, which may be the journal. */
static void
keep_streams (void)
{
  int null = open ("/dev/null", O_RDWR | O_CLOEXEC);

  for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0)
      dup2 (null, fd);
  if (null == STDIN_FILENO || null > STDERR_FILENO)
    close (null);
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  g_autoptr (GError) error = NULL;
  int status;

  keep_streams ();
  set_up_memory ();
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
