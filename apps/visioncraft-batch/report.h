/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "outcomes.h"

G_BEGIN_DECLS

/* A page by itself, with a contact sheet of all items: what failed comes first.
 * The pictures are of the GIFs in @cache_dir. FALSE with a FAILURE_…. */
gboolean report_write (const char *path, const Outcomes *outcomes,
    const char *cache_dir, GError **error);

G_END_DECLS
