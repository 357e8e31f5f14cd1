/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The hidden folders that a killed run left beside the files it was writing.
 * They go when the same file is written again: those of other names may be of
 * programs that run. */
typedef struct _Leftovers Leftovers;

Leftovers *leftovers_new (void);
void leftovers_free (Leftovers *leftovers);

/* Removes what there was of @file when its folder was seen first. */
void leftovers_remove (Leftovers *leftovers, const char *file);

G_END_DECLS
