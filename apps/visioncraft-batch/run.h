/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options.h"

G_BEGIN_DECLS

/* What the program does, from its options to its exit status. 0 with an error
 * whose code is the status. */

/* A whole run. */
int run_batch (const Options *options, GError **error);

/* --check: the list is read, and what would be paid for is counted. */
int run_check (const Options *options, GError **error);

/* A LedgerDamageFunc; @options is the data. */
void run_on_damage (const char *where, gpointer options);

/* A complaint for people, and with --json for programs. Returns its status. */
int run_complain (const Options *options, const GError *error);

G_END_DECLS
