/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "format.h"

G_BEGIN_DECLS

/* The command line, checked. NULL and -1: not given. */
typedef struct
{
  char *prompt, *file;
  char *sampler, *negative_prompt, *api_url, *token_file;
  int steps, cfg_scale, retries;
  int n_loops;
  int fps_n, fps_d;  /* fps_n 0: the GIF's own times */
  int width, height; /* 0: the GIF's own size */
  gboolean has_background;
  guint32 background; /* 0xRRGGBB */
  int quality;        /* 0 to 100 */
  gboolean force, quiet, version;
  const Format *format;
} Options;

/* Fills @options; FALSE with a FAILURE_USAGE. --help prints and ends the
 * program; with --version nothing else is checked. */
gboolean options_parse (
    Options *options, int *argc, char ***argv, GError **error);

void options_clear (Options *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

G_END_DECLS
