/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cachelist.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What was generated, in this and in earlier sessions and by other programs: the
 * folder where visioncraftgifsrc keeps it. A list of prompts; nothing is asked
 * of the service. The widgets belong to the window's template. */
typedef struct
{
  GtkMenuButton *history_button;
  GtkListBox *history_list;

  GPtrArray *entries; /* of CacheEntry *, whole ones; the newest first */
  GPtrArray *all;     /* owns them */

  char *directory;
  GFileMonitor *monitor; /* NULL: the folder cannot be watched */
  guint refresh_id;
  void (*changed) (gpointer data);
  gpointer data;
} PlayerHistory;

/* Reads the folder, and fills the list; again whenever something changes there.
 * @changed is called each time, also now. */
void player_history_watch (
    PlayerHistory *history, void (*changed) (gpointer data), gpointer data);

/* The one in row @index; NULL where there is none. Owned by @history. */
const CacheEntry *player_history_get (PlayerHistory *history, guint index);

/* The prompts as an "as"; floating. */
GVariant *player_history_list_prompts (PlayerHistory *history);

void player_history_clear (PlayerHistory *history);

G_END_DECLS
