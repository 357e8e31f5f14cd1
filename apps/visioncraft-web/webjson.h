/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The one object that a request's @body is; NULL: it is no JSON, no object,
 * deeply nested, or something stands behind it. The caller owns it. */
JsonNode *web_json_read_object (GBytes *body);

/* The string member @name as it is; NULL: there is none, it is no string, or
 * not UTF-8. The caller owns it. */
char *web_json_dup_text (JsonObject *object, const char *name);

G_END_DECLS
