/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "event.h"

#include "jsonevent.h"

#include <string.h>

static const char *const names[N_EVENTS] = {
  [EVENT_REQUEST] = "request",
  [EVENT_BACK] = "back",
  [EVENT_GIF] = "gif",
  [EVENT_DONE] = "done",
  [EVENT_REFUSED] = "refused",
  [EVENT_FAILED] = "failed",
  [EVENT_UNKNOWN] = "unknown",
  [EVENT_LEFT] = "left",
  [EVENT_START] = "start",
  [EVENT_END] = "end",
};

const char *
event_name (Event event)
{
  return names[event];
}

gboolean
event_from_name (const char *name, Event *ret_event)
{
  for (guint i = 0; i < N_EVENTS; i++)
    if (g_str_equal (names[i], name)) {
      *ret_event = i;
      return TRUE;
    }
  return FALSE;
}

JsonObject *
event_new (Event event)
{
  JsonObject *object = json_event_new (names[event]);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *time = g_date_time_format (now, "%Y-%m-%dT%H:%M:%S.%fZ");

  json_object_set_string_member (object, "time", time);
  return object;
}

JsonObject *
event_new_for_item (Event event, const Item *item, gboolean whole)
{
  const Parameters *parameters = &item->parameters;
  JsonObject *object = event_new (event);
  char key[DIGEST_TEXT_SIZE];

  digest_to_text (item->key, key);
  json_object_set_string_member (object, "key", key);
  if (!whole)
    return object;
  json_object_set_int_member (object, "n", (gint64) item->n);
  json_object_set_string_member (object, "id", item->id);
  json_object_set_int_member (object, "variation", item->variation);
  json_object_set_string_member (object, "prompt", parameters->prompt);
  if (parameters->negative_prompt != NULL)
    json_object_set_string_member (
        object, "negative_prompt", parameters->negative_prompt);
  json_object_set_string_member (object, "sampler", parameters->sampler);
  json_object_set_int_member (object, "cfg_scale", parameters->cfg_scale);
  json_object_set_int_member (object, "steps", parameters->steps);
  return object;
}

char *
event_file_name (const char *folder, const char *file)
{
  g_autofree char *above = g_canonicalize_filename (folder, NULL);
  g_autofree char *whole = g_canonicalize_filename (file, NULL);
  gsize length = g_str_equal (above, "/") ? 0 : strlen (above);

  return g_str_has_prefix (whole, above) && whole[length] == '/'
      ? g_strdup (whole + length + 1)
      : g_steal_pointer (&whole);
}

char *
event_line (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}
