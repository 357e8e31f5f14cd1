/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "interrupt.h"
#include "options.h"
#include "progress.h"

G_BEGIN_DECLS

/* Generates what @options ask for with @key (NULL with --from), or reads it,
 * and writes all files; main thread, default main context. Whatever fails,
 * fails before anything has been generated, where it can be known. FALSE with
 * a FAILURE_…, or without an error where @interrupt ended it; then no file has
 * been written. */
gboolean convert_run (const Options *options, const char *key,
    Progress *progress, Interrupt *interrupt, GError **error);

G_END_DECLS
