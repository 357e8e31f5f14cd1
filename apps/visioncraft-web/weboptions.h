/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "access.h"

G_BEGIN_DECLS

/* What the command line says. */
typedef struct
{
  char *listen;         /* the address to bind */
  char *public_url;     /* NULL: no proxy */
  int port;             /* 0: any free one */
  int max_jobs;         /* pipelines at once */
  int max_queue;        /* requests that may wait for one */
  int rate;             /* generations a minute for each address; 0: no limit */
  int gallery;          /* finished generations to list */
  char *gallery_dir;    /* NULL: they are in memory only */
  int max_prompt;       /* characters of a prompt */
  char *api_url;        /* NULL: as visioncraftgifsrc has it */
  char *token_file;     /* NULL: as api_key_find() has it */
  char *password_file;  /* NULL: none */
  gboolean no_password; /* said so */
  gboolean version;     /* print it and end */

  Access access; /* from web_options_complete() on */
} WebOptions;

/* The defaults with what @argv says over them; FALSE with a sentence for people
 * in @error when it says something that cannot be. "--help" ends the program.
 * @options is to be cleared either way. */
gboolean web_options_parse (
    WebOptions *options, int *argc, char ***argv, GError **error);

/* Reads the files and the environment that they name, and says on standard
 * error what the operator should know. FALSE with a sentence as above. */
gboolean web_options_complete (WebOptions *options, GError **error);

void web_options_clear (WebOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WebOptions, web_options_clear)

G_END_DECLS
