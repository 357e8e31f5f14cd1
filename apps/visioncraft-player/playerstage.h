/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "playergeneration.h"
#include "playerpaintable.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* An animation, and what it is called; NULL: none. */
typedef struct
{
  PlayerGeneration *generation;
  char *title;
} PlayerSlot;

/* What the stage tells its window. */
typedef struct
{
  void (*changed) (
      gpointer data); /* something came or went, or a round is over */
  void (*progress) (const char *text, double fraction, gpointer data);
  void (*failed) (const char *text, gpointer data); /* before "changed" */
} PlayerStageEvents;

/* Where the animation is shown. What is being made, what is being opened and
 * what is on show are apart: the old one stays until the new one is there, and
 * a file that is opened does not end what was paid for. The widgets belong to
 * the window's template. */
typedef struct
{
  GtkStack *stage;
  GtkPicture *picture;

  PlayerPaintable *paintable;
  PlayerSlot pending, opening, shown;
  gboolean paused;
  guint n_rounds;
  const PlayerStageEvents *events;
  gpointer data;
} PlayerStage;

/* @events has to live as long. */
void player_stage_init (
    PlayerStage *stage, const PlayerStageEvents *events, gpointer data);

/* Generates, or opens a file, and shows it. FALSE and @error where it cannot
 * even begin. */
gboolean player_stage_generate (PlayerStage *stage,
    const PlayerService *service, const PlayerRequest *request, GError **error);
gboolean player_stage_open (PlayerStage *stage, const char *path,
    const char *title, const GstTagList *tags, GError **error);

/* Ends what is being made. */
void player_stage_cancel (PlayerStage *stage);

void player_stage_set_paused (PlayerStage *stage, gboolean paused);

/* "idle", "generating", "playing", "paused". */
const char *player_stage_get_status (PlayerStage *stage);

/* The GIF on show; NULL while there is nothing to save. Transfer full. */
GBytes *player_stage_ref_gif (PlayerStage *stage);

/* What is known of it; @stage's. */
const GstTagList *player_stage_get_tags (PlayerStage *stage);

/* Ends all. */
void player_stage_clear (PlayerStage *stage);

G_END_DECLS
