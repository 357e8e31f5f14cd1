/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON from anywhere: pure functions. */

/* Parses @length bytes at @text, which may begin with a byte order mark. NULL
 * where they are not one object or array of valid UTF-8, nested no deeper than
 * 32 levels, without NUL characters. A full reference. */
JsonNode *vc_json_parse (const char *text, gsize length);

/* The member @name of an object; NULL where there is none, or @node is none. */
JsonNode *vc_json_member (JsonNode *node, const char *name);

/* The array that @node is; NULL where it is none. */
JsonArray *vc_json_array (JsonNode *node);

/* The text of a string; NULL where @node is none. */
const char *vc_json_string (JsonNode *node);

/* Whether @node says something: not null, false, 0, "", [] or {}. */
gboolean vc_json_is_said (JsonNode *node);

G_END_DECLS
