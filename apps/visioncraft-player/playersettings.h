/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "playergeneration.h"
#include "samplers.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The sidebar: what a generation is made with. It is kept for the next time in
 * GSettings, where the schema is installed. The widgets belong to the window's
 * template. */
typedef struct
{
  GtkEditable *negative_prompt;
  GtkDropDown *sampler;
  GtkStringList *samplers;
  GtkAdjustment *cfg_scale, *steps;
  GtkLabel *limits_label;

  GSettings *stored; /* NULL: there is no schema */
  char *api_url;
  ServiceAccess access;
  Samplers *list;         /* the service's */
  ServiceGet *get_limits; /* while under way */
} PlayerSettings;

/* Once the widgets are there. @window's size is kept too. */
void player_settings_restore (PlayerSettings *settings, GtkWindow *window);

/* Asks the service at @api_url (NULL: the default) for its samplers and its
 * limits; until it has answered there are the usual ones. */
void player_settings_ask_service (
    PlayerSettings *settings, const char *api_url);

/* The name of the sampler that is chosen; owned by the list. Another one is
 * added where it is not there. */
const char *player_settings_get_sampler (PlayerSettings *settings);
void player_settings_set_sampler (PlayerSettings *settings, const char *name);

/* What the widgets say; the strings are theirs. */
void player_settings_fill (PlayerSettings *settings, PlayerRequest *request);

/* Ends what is under way, and forgets the rest. */
void player_settings_clear (PlayerSettings *settings);

G_END_DECLS
