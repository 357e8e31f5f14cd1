/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jsonevent.h"

#include <stdio.h>

JsonObject *
json_event_new (const char *event)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "event", event);
  return object;
}

void
json_event_print (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *line = NULL;

  json_node_take_object (node, object);
  line = json_to_string (node, FALSE);
  printf ("%s\n", line);
  fflush (stdout);
}

void
json_event_set_text (JsonObject *object, const char *name, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  json_object_set_string_member (object, name, valid);
}
