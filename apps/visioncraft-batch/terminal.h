/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "item.h"
#include "tally.h"

G_BEGIN_DECLS

/* The lines at the bottom of a terminal that change: a bar over all items, and
 * a line for each one that is under way. */
typedef struct _Terminal Terminal;

typedef enum
{
  TERMINAL_GENERATE,
  TERMINAL_DOWNLOAD,
  TERMINAL_SAVE,
} TerminalPhase;

typedef struct
{
  TerminalPhase phase;
  double since_s; /* of the run */
} TerminalFlight;

/* NULL: standard error is none, or one that cannot go back. */
Terminal *terminal_new (void);
void terminal_free (Terminal *terminal);

/* @flights: of Item to TerminalFlight. */
void terminal_draw (Terminal *terminal, GHashTable *flights, const Tally *tally,
    double elapsed_s);

/* Makes room for lines that stay. */
void terminal_erase (Terminal *terminal);

G_END_DECLS
