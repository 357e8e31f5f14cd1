/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @key is kept now. */
typedef void (*PlayerKeySaved) (GtkWindow *parent, const char *key);

/* Asks for the API key, which is not shown, and keeps it (playerkey.h). @saved is called when it is kept, unless @parent is gone. The
 * dialog belongs to @parent. */
GtkWindow *player_key_dialog_show (GtkWindow *parent, PlayerKeySaved saved);

G_END_DECLS
