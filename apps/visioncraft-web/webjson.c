/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "webjson.h"

#include <vcjson.h>

JsonNode *
web_json_read_object (GBytes *body)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (JsonNode) root = vc_json_parse (text, length);

  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? g_steal_pointer (&root)
                                                       : NULL;
}

char *
web_json_dup_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *text = NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  text = json_node_dup_string (node);
  return g_utf8_validate (text, -1, NULL) ? g_steal_pointer (&text) : NULL;
}
