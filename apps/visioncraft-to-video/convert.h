/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "interrupt.h"
#include "pipeline.h"
#include "progress.h"

G_BEGIN_DECLS

/* Runs @pipeline to its end and stops it; main thread, default main context.
 * FALSE with a FAILURE_…, or without an error where @interrupt ended it. */
gboolean convert_run (Pipeline *pipeline, Progress *progress,
    Interrupt *interrupt, GError **error);

G_END_DECLS
