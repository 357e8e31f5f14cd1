/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "list.h"
#include "sharedoptions.h"

G_BEGIN_DECLS

/* The options with a value that only this program has. */
typedef enum
{
  OPTION_JOBS = N_SHARED_OPTIONS,
  OPTION_ENCODERS,
  OPTION_RATE,
  OPTION_MAX_WAIT,
  OPTION_MAX_PAID,
  OPTION_STOP_AFTER_FAILURES,
  OPTION_GRACE,
  OPTION_JOURNAL_DIR,
  OPTION_SHARD,
  OPTION_MERGE,
  OPTION_REPORT,
  N_OPTIONS
} Option;

/* The command line and the configuration file, checked. */
typedef struct
{
  Value values[N_OPTIONS];
  char **rest;         /* the other arguments */
  char **output_texts; /* of --output */

  const char *prompts;  /* the list; NULL with --merge */
  GPtrArray *templates; /* of Template */
  char *folder;         /* the outputs' common one */
  char *journal_dir;
  SharedSettings settings;
  int jobs, encoders, max_wait_s, grace_s;
  int max_paid, stop_after_failures; /* -1: no limit */
  double interval_s;                 /* --rate; 0: none */
  Shard shard;
  gboolean check, repeat_unknown, retry_failed, force;
  gboolean quiet, json, insecure;
  gboolean version;
} Options;

/* Fills @options; FALSE with a FAILURE_USAGE. --help prints and ends the
 * program. */
gboolean options_parse (
    Options *options, int *argc, char ***argv, GError **error);

/* The text of a SharedOption or an Option; NULL: not given. */
const char *options_get (const Options *options, guint option);

void options_clear (Options *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

G_END_DECLS
