/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory for large blocks that are written once and kept. Where the system has
 * huge pages they are asked for: a megabyte that is received costs more in page
 * faults than in copying. */

/* @size bytes, contents undefined; ends the process where there is no memory,
 * as g_malloc() does. Pages that are never written take no memory. */
gpointer vc_pages_alloc (gsize size);

/* @size as it was asked for. */
void vc_pages_free (gpointer pages, gsize size);

G_END_DECLS
