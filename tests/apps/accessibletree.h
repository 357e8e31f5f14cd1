/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a screen reader is told, over AT-SPI. */
typedef struct _AccessibleTree AccessibleTree;

/* @session is the bus on which org.a11y.Bus can be started. */
AccessibleTree *accessible_tree_new (GDBusConnection *session);
void accessible_tree_free (AccessibleTree *tree);

/* All objects of all programs now, each a line "role: name". Transfer full. */
char *accessible_tree_read (AccessibleTree *tree);

G_END_DECLS
