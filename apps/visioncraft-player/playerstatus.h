/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The two places where the window speaks: the bar on top and the card that
 * tells how far a generation is. The widgets belong to the window's template. */
typedef struct
{
  GtkWidget *message_bar;
  GtkImage *message_icon;
  GtkLabel *message_label, *progress_label;
  GtkRevealer *message_revealer, *progress_revealer;
  GtkProgressBar *progress_bar;
  guint pulse_id; /* moves the bar while nobody knows how far it is */
} PlayerStatus;

/* The card's text; @fraction -1: nobody knows how far it is. */
void player_status_show_progress (
    PlayerStatus *status, const char *text, double fraction);
void player_status_reveal_progress (PlayerStatus *status, gboolean visible);

/* The bar on top: an error, or that something is done. */
void player_status_show_message (
    PlayerStatus *status, const char *text, gboolean is_error);
void player_status_hide_message (PlayerStatus *status);

/* Ends what runs by itself; before the widgets go. */
void player_status_stop (PlayerStatus *status);

G_END_DECLS
