/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Dark where the desktop is: follows what its settings portal says, which GTK 4
 * alone does not ask. Without a portal nothing changes. */
typedef struct _PlayerDark PlayerDark;

/* @bus is the session's. */
PlayerDark *player_dark_new (GDBusConnection *bus);
void player_dark_free (PlayerDark *dark);

G_END_DECLS
