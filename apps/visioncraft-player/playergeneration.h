/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "playersource.h"

G_BEGIN_DECLS

/* One generation from the request, or a file, to its endless show. It knows nothing of
 * windows: pictures leave as GstSample. To be used from the thread of the
 * default main context, on which all its signals are emitted:
 *
 *   "progress" (text, fraction)  while it is made; fraction is -1 while nobody
 *                                can know
 *   "ready" ()                   once, before the first picture
 *   "complete" ()                once, before or after "ready": all of the
 *                                GIF is there and can be saved
 *   "picture" (GstSample)        each picture at its time, RGBA
 *   "round" (n)                  the animation was shown @n times
 *   "failed" (text)              at most once, and then nothing more
 */
#define PLAYER_TYPE_GENERATION (player_generation_get_type ())
G_DECLARE_FINAL_TYPE (
    PlayerGeneration, player_generation, PLAYER, GENERATION, GObject)

/* Does not begin yet. */
PlayerGeneration *player_generation_new (void);

/* Sends the request and shows the animation when it comes; it is kept in the
 * user's cache. FALSE and @error when it cannot even begin: an element is not
 * installed, there is no key (FAILURE_KEY), the prompt is empty. Only once for
 * each object. */
gboolean player_generation_start (PlayerGeneration *self,
    const PlayerService *service, const PlayerRequest *request, GError **error);

/* Shows the GIF in the file @path likewise; nothing is asked of the service.
 * @tags (NULL: none) are what is known of it. */
gboolean player_generation_start_file (PlayerGeneration *self, const char *path,
    const GstTagList *tags, GError **error);

/* Ends it in whatever state: the request is cancelled, nothing is emitted any
 * more. The GIF stays. Also happens when the object goes. */
void player_generation_stop (PlayerGeneration *self);

/* Stands still, or goes on. */
void player_generation_set_paused (PlayerGeneration *self, gboolean paused);

/* The GIF's bytes; NULL before "complete". Transfer full. */
GBytes *player_generation_get_gif (PlayerGeneration *self);

/* What is known of it: prompt, parameters, that a machine made it. Owned by
 * @self. */
const GstTagList *player_generation_get_tags (PlayerGeneration *self);

/* The pipeline, for tests. Owned by @self; NULL unless it runs. */
GstElement *player_generation_get_pipeline (PlayerGeneration *self);

G_END_DECLS
