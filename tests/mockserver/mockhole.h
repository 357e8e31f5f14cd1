/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A black hole: connecting to it neither succeeds nor fails. */
typedef struct _MockHole MockHole;

/* NULL and @error when no socket can be had. */
MockHole *mock_hole_new (GError **error);

void mock_hole_free (MockHole *hole);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MockHole, mock_hole_free)

/* "http://127.0.0.1:PORT". Owned by @hole. */
const char *mock_hole_get_url (MockHole *hole);

G_END_DECLS
