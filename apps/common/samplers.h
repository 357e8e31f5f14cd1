/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "serviceget.h"

G_BEGIN_DECLS

/* The names of the samplers: the service's list, asked for again when it is
 * old; until there is one, the names that were known when this was written.
 * Main thread only. */
typedef struct _Samplers Samplers;

/* @error: why there is no list; NULL: there is one. */
typedef void (*SamplersFunc) (const GError *error, gpointer data);

/* @access has to live as long. Starts nothing. */
Samplers *samplers_new (const ServiceAccess *access);

/* Cancels what is under way. */
void samplers_free (Samplers *samplers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Samplers, samplers_free)

/* Asks the service when the list is older than ten minutes (one of no answer:
 * half a minute). @settled, if any, is called when the answer is there, or
 * surely will not be; not from within. */
void samplers_refresh (Samplers *samplers, SamplersFunc settled, gpointer data);

/* The names, NULL-terminated, at least one; valid until the next refresh has
 * settled. */
const char *const *samplers_get (Samplers *samplers);

/* Whether they are the service's own. */
gboolean samplers_are_current (Samplers *samplers);

G_END_DECLS
