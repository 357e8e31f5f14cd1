/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sharedoptions.h"

G_BEGIN_DECLS

/* The options with a value that only this program has. */
typedef enum
{
  OPTION_FROM = N_SHARED_OPTIONS,
  OPTION_FORMAT,
  OPTION_RETRIES,
  OPTION_VARIATION,
  N_OPTIONS
} Option;

/* A file to write. */
typedef struct
{
  const char *file; /* "-": standard output */
  const Format *format;
} Target;

/* The command line and the configuration file, checked. */
typedef struct
{
  Value values[N_OPTIONS];
  char **rest; /* the other arguments */

  const char *prompt; /* NULL with --from */
  GArray *targets;    /* of Target, one or more */
  SharedSettings settings;
  int retries; /* -1: not given */
  int variation;
  gboolean force, quiet, json, open, insecure, no_cache, is_new;
  /* What is done instead of a generation. */
  gboolean version, set_token, list_samplers;
} Options;

/* Fills @options; FALSE with a FAILURE_USAGE. --help prints and ends the
 * program; with --version and the like no file is asked for. */
gboolean options_parse (
    Options *options, int *argc, char ***argv, GError **error);

/* The text of a SharedOption or an Option; NULL: not given. */
const char *options_get (const Options *options, guint option);

void options_clear (Options *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

G_END_DECLS
