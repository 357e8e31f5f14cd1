/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "playerpaintable.h"
#include "playerwindow.h"

G_BEGIN_DECLS

/* The window's insides, for its own files only. */
struct _PlayerWindow
{
  GtkApplicationWindow parent;

  /* The template's. */
  GtkEditable *prompt, *negative_prompt;
  GtkDropDown *sampler;
  GtkStringList *samplers;
  GtkAdjustment *cfg_scale, *steps;
  GtkWidget *generate_button, *cancel_button, *save_button;
  GtkWidget *message_bar;
  GtkImage *message_icon;
  GtkLabel *message_label, *progress_label;
  GtkRevealer *message_revealer, *progress_revealer;
  GtkProgressBar *progress_bar;
  GtkStack *stage;
  GtkPicture *picture;

  PlayerPaintable *paintable;
  char *api_url, *token_file;

  PlayerGeneration *pending; /* is being made; NULL: none */
  PlayerGeneration *shown;   /* is on show; NULL: none */
  char *pending_prompt, *shown_prompt;
  gboolean paused;
  guint pulse_id;
  GBytes *to_save;      /* while the dialog asks for a place */
  GCancellable *closed; /* ends a save when the window goes */
};

/* Brings buttons, actions and pages to what there is. */
void player_window_update (PlayerWindow *self);

/* Sets what a state-only action says; takes a floating @state. */
void player_window_tell (
    PlayerWindow *self, const char *action, GVariant *state);

/* The words in the progress card; @fraction -1: nobody knows how far it is. */
void player_window_show_progress (
    PlayerWindow *self, const char *text, double fraction);

/* The bar on top: an error or good news. */
void player_window_show_message (
    PlayerWindow *self, const char *text, gboolean is_error);
void player_window_hide_message (PlayerWindow *self);

G_END_DECLS
