/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "servicelimits.h"

#include <string.h>
#include <vcjson.h>
#include <vctext.h>

#define NAME "Text2GIF"
#define LINES_MAX 20
#define TEXT_MAX 200 /* bytes; longer is no limit */

/* The member NAME, whichever letters are capitals; NULL: none. */
static JsonNode *
find_gif (JsonNode *node)
{
  g_autoptr (GList) members = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  members = json_object_get_members (json_node_get_object (node));
  for (const GList *member = members; member != NULL; member = member->next)
    if (g_ascii_strcasecmp (member->data, NAME) == 0)
      return vc_json_member (node, member->data);
  return NULL;
}

/* A text or a number, on one line; NULL where it is neither. */
static char *
describe (JsonNode *node)
{
  const char *text = vc_json_string (node);

  if (text != NULL)
    return strlen (text) <= TEXT_MAX ? vc_text_one_line (text, -1) : NULL;
  if (JSON_NODE_HOLDS_VALUE (node)
      && json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return NULL;
}

static void
add_line (GPtrArray *lines, const char *plan, JsonNode *limit)
{
  g_autofree char *text = limit != NULL ? describe (limit) : NULL;
  g_autofree char *name = NULL;

  if (text == NULL || strlen (plan) > TEXT_MAX || lines->len == LINES_MAX)
    return;
  name = vc_text_one_line (plan, -1);
  g_ptr_array_add (lines, g_strdup_printf ("%s: %s", name, text));
}

char **
service_limits_parse (GBytes *body)
{
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  g_autoptr (JsonNode) root = vc_json_parse (text, length);
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) plans = NULL;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  add_line (lines, NAME, find_gif (root));
  plans = json_object_get_members (json_node_get_object (root));
  for (const GList *plan = plans; plan != NULL; plan = plan->next)
    add_line (lines, plan->data, find_gif (vc_json_member (root, plan->data)));
  if (lines->len == 0)
    return NULL;
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&lines), FALSE);
}
