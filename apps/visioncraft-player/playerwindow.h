/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "playergeneration.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define PLAYER_RESOURCES "/gst/visioncraft/Player"

/* The window. What people do with it goes through actions, which GtkApplication
 * also exports on the session bus (org.gtk.Actions), so that scripts and tests
 * can do the same:
 *
 *   prompt, negative-prompt, sampler (s), cfg-scale, steps (d)   state: as set
 *   generate, cancel, dismiss, save-gif, save-mp4, show-open, show-history,
 *   set-key                                                      as the buttons
 *   open (s)                  shows the GIF at this path or file: address
 *   replay (u)                shows this one of "history", and takes its settings
 *   save (s)                  to a path that ends in .gif or .mp4, no questions
 *   pause (b)                 state: whether it stands still
 *   settings (b)              state: whether the sidebar is open
 *   status (s)                state only: idle, generating, playing, paused
 *   message (s)               state only: what the bar on top says; "" without
 *   rounds (u)                state only: how often it was shown
 *   history (as)              state only: prompts, the newest first
 */
#define PLAYER_TYPE_WINDOW (player_window_get_type ())
G_DECLARE_FINAL_TYPE (
    PlayerWindow, player_window, PLAYER, WINDOW, GtkApplicationWindow)

/* @service is copied. */
PlayerWindow *player_window_new (
    GtkApplication *application, const PlayerService *service);

G_END_DECLS
