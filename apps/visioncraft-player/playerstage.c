/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerstage.h"

static void
drop (PlayerStage *stage, PlayerSlot *slot)
{
  g_clear_pointer (&slot->title, g_free);
  if (slot->generation == NULL)
    return;
  g_signal_handlers_disconnect_by_data (slot->generation, stage);
  player_generation_stop (slot->generation);
  g_clear_object (&slot->generation);
}

static void
tell_changed (PlayerStage *stage)
{
  gtk_stack_set_visible_child_name (
      stage->stage, stage->shown.generation != NULL ? "picture" : "empty");
  stage->events->changed (stage->data);
}

/* --- What a generation reports --- */

static void
on_progress (PlayerGeneration *generation, const char *text, double fraction,
    PlayerStage *stage)
{
  if (generation == stage->pending.generation)
    stage->events->progress (text, fraction, stage->data);
}

static void
on_ready (PlayerGeneration *generation, PlayerStage *stage)
{
  PlayerSlot *slot = generation == stage->pending.generation ? &stage->pending
                                                             : &stage->opening;

  drop (stage, &stage->shown);
  stage->shown = *slot;
  *slot = (PlayerSlot){ NULL, NULL };
  stage->paused = FALSE;
  stage->n_rounds = 0;
  gtk_accessible_update_property (GTK_ACCESSIBLE (stage->picture),
      GTK_ACCESSIBLE_PROPERTY_LABEL, stage->shown.title, -1);
  tell_changed (stage);
}

static void
on_complete (PlayerGeneration *generation, PlayerStage *stage)
{
  tell_changed (stage);
}

static void
on_picture (PlayerGeneration *generation, GstSample *sample, PlayerStage *stage)
{
  player_paintable_set_sample (stage->paintable, sample);
}

static void
on_round (PlayerGeneration *generation, guint n, PlayerStage *stage)
{
  stage->n_rounds = n;
  tell_changed (stage);
}

static void
on_failed (PlayerGeneration *generation, const char *text, PlayerStage *stage)
{
  drop (stage,
      generation == stage->pending.generation       ? &stage->pending
          : generation == stage->opening.generation ? &stage->opening
                                                    : &stage->shown);
  stage->events->failed (text, stage->data);
  tell_changed (stage);
}

static PlayerGeneration *
fill (PlayerStage *stage, PlayerSlot *slot, const char *title)
{
  drop (stage, slot);
  slot->generation = player_generation_new ();
  slot->title = g_strdup (title);
  g_object_connect (slot->generation, "signal::progress", on_progress, stage,
      "signal::ready", on_ready, stage, "signal::complete", on_complete, stage,
      "signal::picture", on_picture, stage, "signal::round", on_round, stage,
      "signal::failed", on_failed, stage, NULL);
  return slot->generation;
}

/* --- What the window does --- */

void
player_stage_init (
    PlayerStage *stage, const PlayerStageEvents *events, gpointer data)
{
  stage->events = events;
  stage->data = data;
  stage->paintable = player_paintable_new ();
  gtk_picture_set_paintable (stage->picture, GDK_PAINTABLE (stage->paintable));
}

gboolean
player_stage_generate (PlayerStage *stage, const PlayerService *service,
    const PlayerRequest *request, GError **error)
{
  gboolean started = player_generation_start (
      fill (stage, &stage->pending, request->prompt), service, request, error);

  if (!started)
    drop (stage, &stage->pending);
  tell_changed (stage);
  return started;
}

gboolean
player_stage_open (PlayerStage *stage, const char *path, const char *title,
    const GstTagList *tags, GError **error)
{
  gboolean started = player_generation_start_file (
      fill (stage, &stage->opening, title), path, tags, error);

  if (!started)
    drop (stage, &stage->opening);
  tell_changed (stage);
  return started;
}

void
player_stage_cancel (PlayerStage *stage)
{
  drop (stage, &stage->pending);
  tell_changed (stage);
}

void
player_stage_set_paused (PlayerStage *stage, gboolean paused)
{
  if (stage->shown.generation == NULL)
    return;
  stage->paused = paused;
  player_generation_set_paused (stage->shown.generation, paused);
  tell_changed (stage);
}

const char *
player_stage_get_status (PlayerStage *stage)
{
  return stage->pending.generation != NULL ? "generating"
      : stage->shown.generation == NULL    ? "idle"
      : stage->paused                      ? "paused"
                                           : "playing";
}

GBytes *
player_stage_ref_gif (PlayerStage *stage)
{
  return stage->shown.generation != NULL
      ? player_generation_get_gif (stage->shown.generation)
      : NULL;
}

const GstTagList *
player_stage_get_tags (PlayerStage *stage)
{
  return player_generation_get_tags (stage->shown.generation);
}

void
player_stage_clear (PlayerStage *stage)
{
  drop (stage, &stage->pending);
  drop (stage, &stage->opening);
  drop (stage, &stage->shown);
  g_clear_object (&stage->paintable);
}
