/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* playerwindow.c: the window; playeractions.c: what people do with it */
#pragma once

#include "playerhistory.h"
#include "playersettings.h"
#include "playersidebar.h"
#include "playerstage.h"
#include "playerstatus.h"
#include "playerwindow.h"

G_BEGIN_DECLS

struct _PlayerWindow
{
  GtkApplicationWindow parent;

  /* The template's. */
  GtkEditable *prompt;
  GtkWidget *generate_button, *cancel_button, *save_button;
  PlayerStage stage;
  PlayerStatus status;
  PlayerSettings settings;
  PlayerSidebar sidebar;
  PlayerHistory history;

  char *api_url, *token_file;

  char *key;               /* of the keyring, or just given; NULL: none */
  gboolean key_is_known;   /* the keyring has answered */
  gboolean generate_waits; /* for that */
  GCancellable *closed;    /* ends a save when the window goes */
};

/* Brings buttons and actions to what there is. */
void player_window_update (PlayerWindow *self);

/* The bar on top. */
void player_window_show_message (
    PlayerWindow *self, const char *text, gboolean is_error);
void player_window_hide_message (PlayerWindow *self);

/* Sets what a state-only action says; takes a floating @state. */
void player_window_tell (PlayerWindow *self, const char *name, GVariant *state);

/* Once the widgets are there. */
void player_window_add_actions (PlayerWindow *self);

/* Once it is known what the user named: looks for the key, and for the history.
 */
void player_window_begin (PlayerWindow *self);

G_END_DECLS
