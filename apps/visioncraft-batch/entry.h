/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "item.h"

G_BEGIN_DECLS

/* A line of the list: a prompt and what else it says. */
typedef struct
{
  char *id; /* NULL: none given */
  Parameters parameters;
  guint n_variations;
  GPtrArray *outputs;      /* char *, file name templates; NULL: --output's */
  gsize id_at, outputs_at; /* bytes from the line's begin */
} Entry;

/* Where in a line what is wrong. */
typedef struct
{
  gsize at; /* bytes from its begin */
  char *text;
} EntryFault;

/* Reads @line, a JSON object or, without @is_json, a prompt. What it does not
 * say is as in @defaults. FALSE with *@ret_fault, whose text is the caller's. */
gboolean entry_read (Entry *ret_entry, const char *line, gsize size,
    gboolean is_json, const Parameters *defaults, EntryFault *ret_fault);

void entry_clear (Entry *entry);

G_END_DECLS
