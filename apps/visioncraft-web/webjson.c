/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "webjson.h"

/* json-glib recurses for each level; ours has one. */
#define DEPTH_MAX 8

/* One object that is not deep, with nothing behind it but white space, if it is
 * JSON at all. The parser would take several. */
static gboolean
is_one_shallow_object (const char *text, gsize length)
{
  gboolean in_string = FALSE;
  gsize i;
  int depth = 0;

  for (i = 0; i < length; i++) {
    if (in_string) {
      if (text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = FALSE;
    } else if (text[i] == '"') {
      in_string = TRUE;
    } else if (text[i] == '[' || text[i] == '{') {
      if (++depth > DEPTH_MAX)
        return FALSE;
    } else if ((text[i] == ']' || text[i] == '}') && --depth <= 0) {
      break;
    }
  }
  for (i++; i < length; i++) {
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  }
  return depth == 0;
}

JsonNode *
web_json_read_object (GBytes *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *text = g_bytes_get_data (body, &length);
  JsonNode *root;

  /* An empty body parses, with no root. */
  if (length == 0 || !is_one_shallow_object (text, length)
      || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    return NULL;
  root = json_parser_get_root (parser);
  return root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_ref (root)
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
