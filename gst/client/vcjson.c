/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcjson.h"

#include <string.h>

/* json-glib recurses for each level; the protocol needs four. */
#define MAX_DEPTH 32

/* Each value costs json-glib a microsecond, in a thread that many share. */
#define MAX_VALUES 10000

#define BYTE_ORDER_MARK "\357\273\277"
#define NUL_ESCAPE "\\u0000"

/* What stands outside of strings (RFC 8259 §2). json-glib takes comments too, and
 * strings in single quotes, where brackets and double quotes mean nothing. */
static gboolean
is_json_sign (char c)
{
  return g_ascii_isspace (c) || g_ascii_isalnum (c)
      || (c != '\0' && strchr ("{}[]:,\"+-.", c) != NULL);
}

/* Exactly one value, no deeper than MAX_DEPTH and of no more than MAX_VALUES:
 * what json-glib takes without harm. */
static gboolean
is_one_shallow_value (const char *text, gsize length)
{
  guint depth = 0, n_values = 0;
  gboolean in_string = FALSE, ended = FALSE;

  for (gsize i = 0; i < length; i++) {
    char c = text[i];

    if (in_string) {
      /* A NUL would cut an address short. */
      if (length - i >= strlen (NUL_ESCAPE)
          && memcmp (text + i, NUL_ESCAPE, strlen (NUL_ESCAPE)) == 0)
        return FALSE;
      if (c == '\\')
        i++;
      else if (c == '"')
        in_string = FALSE;
      continue;
    }
    if (!is_json_sign (c) || (ended && !g_ascii_isspace (c)))
      return FALSE;
    if ((c == '{' || c == '[' || c == ',') && ++n_values > MAX_VALUES)
      return FALSE;
    if (c == '{' || c == '[') {
      if (++depth > MAX_DEPTH)
        return FALSE;
    } else if (c == '}' || c == ']') {
      if (depth == 0)
        return FALSE;
      ended = --depth == 0;
    } else if (depth == 0 && !g_ascii_isspace (c)) {
      return FALSE; /* the protocol's replies are objects or arrays */
    } else if (c == '"') {
      in_string = TRUE;
    }
  }
  return ended;
}

JsonNode *
vc_json_parse (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize mark = strlen (BYTE_ORDER_MARK);

  if (length >= mark && memcmp (text, BYTE_ORDER_MARK, mark) == 0) {
    text += mark;
    length -= mark;
  }
  if (length == 0 || !g_utf8_validate (text, length, NULL)
      || !is_one_shallow_value (text, length)
      || !json_parser_load_from_data (parser, text, length, NULL))
    return NULL;
  return json_parser_steal_root (parser);
}

JsonNode *
vc_json_member (JsonNode *node, const char *name)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return json_object_get_member (json_node_get_object (node), name);
}

JsonArray *
vc_json_array (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node)
      ? json_node_get_array (node)
      : NULL;
}

const char *
vc_json_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

gboolean
vc_json_is_said (JsonNode *node)
{
  const char *text = vc_json_string (node);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) > 0;
  if (text != NULL)
    return text[0] != '\0';
  return json_node_get_double (node) != 0 || json_node_get_boolean (node);
}
