/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What is asked of the service. Strings NULL or empty: not said. */
typedef struct
{
  const char *prompt;
  const char *negative_prompt;
  const char *sampler;
  int cfg_scale; /* 0 to 20 */
  int steps;     /* 1 to 50 */
} PlayerRequest;

/* Where the service is; NULL: as the environment says (VISIONCRAFT_API_URL,
 * VISIONCRAFT_TOKEN). */
typedef struct
{
  const char *api_url;
  const char *token_file;
  const char *key; /* where neither it nor the environment has one */
} PlayerService;

/* Adds a source of a GIF to @bin, which owns it. NULL and @error: an element is
 * not installed, or there is no key (FAILURE_KEY).
 *
 * The service is asked for a new picture: nobody who presses Generate wants what
 * is in the cache, which keeps it for the next session. */
GstElement *player_source_add_service (GstBin *bin,
    const PlayerService *service, const PlayerRequest *request, GError **error);
GstElement *player_source_add_file (
    GstBin *bin, const char *path, GError **error);

G_END_DECLS
