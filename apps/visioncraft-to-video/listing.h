/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "interrupt.h"
#include "options.h"

G_BEGIN_DECLS

/* --list-samplers: prints the names that the service has now, one a line, and
 * on stderr the limits of its plans, where it tells them. Needs no key and
 * costs nothing. FALSE with a FAILURE_…, or without an error where @interrupt
 * ended it. */
gboolean listing_run (
    const Options *options, Interrupt *interrupt, GError **error);

G_END_DECLS
