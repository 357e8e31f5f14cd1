/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether what is under way will find room: nothing is paid for that cannot be
 * kept. */
typedef struct
{
  const char *folders[3]; /* cache, journals, outputs; NULL: none */
  guint64 largest;        /* bytes that an item took in one of them, so far */
} Space;

/* Of @n_items. FALSE with a FAILURE_OUTPUT that names the folder. */
gboolean space_check (const Space *space, guint n_items, GError **error);

/* What one more item took. */
void space_note (Space *space, guint64 n_bytes);

G_END_DECLS
