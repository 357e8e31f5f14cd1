/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersource.h"

#include "apikey.h"
#include "cachelist.h"
#include "gifvideo.h"

static void
set_up_source (GstElement *source, const char *key,
    const PlayerService *service, const PlayerRequest *request)
{
  g_object_set (source, "prompt", request->prompt, "cfg-scale",
      request->cfg_scale, "steps", request->steps, NULL);
  /* What is not said keeps the element's default. */
  if (request->negative_prompt != NULL && request->negative_prompt[0] != '\0')
    g_object_set (source, "negative-prompt", request->negative_prompt, NULL);
  if (request->sampler != NULL && request->sampler[0] != '\0')
    g_object_set (source, "sampler", request->sampler, NULL);
  if (service->api_url != NULL)
    g_object_set (source, "api-url", service->api_url, NULL);
  g_object_set (source, "token", key, NULL);
}

/* What the user named goes before what the window keeps. NULL and @error. */
static char *
find_key (const PlayerService *service, GError **error)
{
  const char *environment = g_getenv ("VISIONCRAFT_TOKEN");
  g_autofree char *warning = NULL;
  char *key;

  if (service->key != NULL && service->token_file == NULL
      && (environment == NULL || environment[0] == '\0'))
    return g_strdup (service->key);
  key = api_key_find (service->token_file, &warning, error);
  if (warning != NULL)
    g_message ("%s", warning);
  return key;
}

GstElement *
player_source_add_service (GstBin *bin, const PlayerService *service,
    const PlayerRequest *request, GError **error)
{
  g_autofree char *cache_dir = cache_list_dup_default_dir ();
  g_autofree char *key = find_key (service, error);
  GstElement *source;

  if (key == NULL)
    return NULL;
  source = gif_video_add_element (bin, "visioncraftgifsrc", NULL, error);
  if (source == NULL)
    return NULL;
  set_up_source (source, key, service, request);
  g_object_set (source, "cache-dir", cache_dir, NULL);
  cache_list_take_variation (source, 0);
  return source;
}

GstElement *
player_source_add_file (GstBin *bin, const char *path, GError **error)
{
  GstElement *source = gif_video_add_element (bin, "filesrc", NULL, error);

  if (source != NULL)
    g_object_set (source, "location", path, NULL);
  return source;
}
