/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "options.h"

G_BEGIN_DECLS

/* --merge: all journals of a folder become one results.jsonl (and report), and
 * what is missing is told. The program's exit status; 0 with an error whose
 * code it is. */
int run_merge (const Options *options, GError **error);

G_END_DECLS
