/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcwire.h"

#include <string.h>

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

/* json-glib recurses for each level; the protocol needs four. */
#define MAX_DEPTH 32

/* How much of a reply that makes no sense is shown. */
#define QUOTE_CHARS 60

#define NUL_ESCAPE "\\u0000"

#define SECONDS_MAX (24 * 60 * 60)

static void
free_secret_bytes (gpointer data)
{
  vc_secret_free (data);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, int value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

GBytes *
vc_wire_request (const VcRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  char *json;

  json_builder_begin_object (builder);
  add_string (builder, "token", request->token);
  add_string (builder, "sampler", request->sampler);
  add_string (builder, "prompt", request->prompt);
  if (request->negative_prompt != NULL)
    add_string (builder, "negative_prompt", request->negative_prompt);
  add_int (builder, "cfg_scale", request->cfg_scale);
  add_int (builder, "steps", request->steps);
  json_builder_end_object (builder);

  root = json_builder_get_root (builder);
  json = json_to_string (root, FALSE);
  return g_bytes_new_with_free_func (
      json, strlen (json), free_secret_bytes, json);
}

guint
vc_wire_retry_after (const char *header, GDateTime *now)
{
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds;
  GTimeSpan wait;

  if (header == NULL)
    return 0;
  if (header[0] != '\0' && header[strspn (header, "0123456789")] == '\0') {
    /* Also where it is out of range. */
    seconds = g_ascii_strtoull (header, NULL, 10);
    return MIN (seconds, SECONDS_MAX);
  }

  date = soup_date_time_new_from_http_string (header);
  if (date == NULL)
    return 0;
  wait = g_date_time_difference (date, now);
  /* Rounded up: a second too early is refused once more. */
  return CLAMP (
      (wait + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND, 0, SECONDS_MAX);
}

void
vc_reply_clear (VcReply *reply)
{
  g_clear_pointer (&reply->images, g_ptr_array_unref);
  g_clear_pointer (&reply->server_message, g_free);
}

/* Exactly one value, no deeper than MAX_DEPTH: what json-glib takes without
 * harm. */
static gboolean
is_one_shallow_value (const char *text, gsize length)
{
  guint depth = 0;
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
    if (ended && !g_ascii_isspace (c))
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

static JsonParser *
parse (GBytes *body)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *text = g_bytes_get_data (body, &length);

  if (length == 0 || !g_utf8_validate (text, length, NULL)
      || !is_one_shallow_value (text, length)
      || !json_parser_load_from_data (parser, text, length, NULL)
      || json_parser_get_root (parser) == NULL)
    return NULL;
  return g_steal_pointer (&parser);
}

static JsonNode *
member (JsonNode *node, const char *name)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return json_object_get_member (json_node_get_object (node), name);
}

static const char *
string_of (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

/* FastAPI's list: [{"loc": ["body", "cfg_scale"], "msg": "…"}, …]. Each entry
 * as "cfg-scale: …": our name for it. */
static void
append_validation_errors (GString *text, JsonArray *details)
{
  for (guint i = 0; i < json_array_get_length (details); i++) {
    JsonNode *entry = json_array_get_element (details, i);
    JsonNode *loc = member (entry, "loc");
    const char *msg = string_of (member (entry, "msg"));
    const char *name = NULL;

    /* The last string names the parameter; integers are places inside it. */
    if (loc != NULL && JSON_NODE_HOLDS_ARRAY (loc)) {
      JsonArray *path = json_node_get_array (loc);

      for (guint k = 0; k < json_array_get_length (path); k++) {
        const char *part = string_of (json_array_get_element (path, k));

        name = part != NULL ? part : name;
      }
    }
    if (name == NULL && msg == NULL)
      msg = string_of (entry);
    if (name == NULL && msg == NULL)
      continue;

    g_string_append_printf (text, "%s", text->len > 0 ? "; " : "");
    if (name != NULL) {
      g_autofree char *property = g_strdelimit (g_strdup (name), "_", '-');

      g_string_append_printf (text, "%s: ", property);
    }
    g_string_append (text, msg != NULL ? msg : "refused");
  }
}

/* Whether @node says something: not null, false, 0, "", [] or {}. */
static gboolean
is_said (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return FALSE;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) > 0;
  if (string_of (node) != NULL)
    return string_of (node)[0] != '\0';
  return json_node_get_double (node) != 0 || json_node_get_boolean (node);
}

/* The error's text in any shape that the service or FastAPI gives them, NULL
 * where @root is no error. */
static char *
error_text (JsonNode *root, guint *ret_code)
{
  JsonNode *node = member (root, "detail");
  JsonNode *code;
  const char *text;

  if (!is_said (node))
    node = member (root, "error");
  if (!is_said (node))
    return NULL;

  code = member (node, "code");
  if (code == NULL)
    code = member (root, "code");
  if (code != NULL && JSON_NODE_HOLDS_VALUE (code)
      && json_node_get_value_type (code) == G_TYPE_INT64
      && json_node_get_int (code) >= 400 && json_node_get_int (code) < 600)
    *ret_code = json_node_get_int (code);

  text = string_of (node);
  if (text == NULL)
    text = string_of (member (node, "message"));
  if (text == NULL)
    text = string_of (member (node, "msg"));
  if (text != NULL)
    return g_strdup (text);
  if (JSON_NODE_HOLDS_ARRAY (node)) {
    GString *list = g_string_new (NULL);

    append_validation_errors (list, json_node_get_array (node));
    return g_string_free (list, FALSE);
  }
  return json_to_string (node, FALSE);
}

/* Text of a page: what stands between the tags. */
static char *
plain_text (GBytes *body)
{
  gsize length;
  const char *data = g_bytes_get_data (body, &length);
  GString *text = g_string_new (NULL);
  gboolean in_tag = FALSE;

  for (gsize i = 0; i < length; i++) {
    if (data[i] == '<') {
      in_tag = TRUE;
    } else if (data[i] == '>' && in_tag) {
      in_tag = FALSE;
    } else if (!in_tag && !g_ascii_isspace (data[i])) {
      g_string_append_c (text, data[i]);
      continue;
    }
    if (text->len > 0 && text->str[text->len - 1] != ' ')
      g_string_append_c (text, ' ');
  }
  return g_string_free (text, FALSE);
}

/* "… users can … once per 5 minutes": the service's rate limit, whatever its
 * status (seen with 403 and 200). */
static gboolean
is_rate_limit (const char *text, guint *ret_wait_s)
{
  static const struct
  {
    const char *unit;
    guint64 seconds;
  } units[] = { { "second", 1 }, { "minute", 60 }, { "hour", 60 * 60 },
    { "day", 24 * 60 * 60 } };
  g_autofree char *lower = g_ascii_strdown (text, -1);
  const char *per = lower;

  if (strstr (lower, "users can") == NULL)
    return FALSE;

  while ((per = strstr (per, "per ")) != NULL) {
    char *unit;
    guint64 count;

    per += strlen ("per ");
    count = g_ascii_strtoull (per, &unit, 10);
    if (unit == per)
      count = 1; /* "per minute" */
    unit += strspn (unit, " ");
    for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
      if (g_str_has_prefix (unit, units[i].unit)) {
        *ret_wait_s =
            MIN (MIN (count, SECONDS_MAX) * units[i].seconds, SECONDS_MAX);
        return TRUE;
      }
    }
  }
  return FALSE;
}

static GError *
error_from_text (VcReply *reply, guint status, const char *text)
{
  const char *quote = reply->server_message;
  VcErrorCode code;

  if (is_rate_limit (text, &reply->retry_after_s)) {
    reply->rate_limited = TRUE;
    code = VC_ERROR_BUSY;
  } else if (strstr (text, "doesn't have ") != NULL) {
    code = VC_ERROR_PARAMETER;
  } else {
    code =
        status >= 300 ? vc_error_code_from_status (status) : VC_ERROR_SERVICE;
  }

  if (quote != NULL)
    return g_error_new (
        VC_ERROR, code, "The service answered %u: \"%s\".", status, quote);
  return g_error_new (
      VC_ERROR, code, "The service answered %u without a word.", status);
}

/* The addresses in {"images": […]}, each absolute. The first is the GIF: NULL
 * with @error where it is none. */
static GPtrArray *
read_images (JsonNode *images, GUri *base, GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array;

  if (images == NULL || !JSON_NODE_HOLDS_ARRAY (images)
      || json_array_get_length (json_node_get_array (images)) == 0) {
    g_set_error (
        error, VC_ERROR, VC_ERROR_REPLY, "The service's reply names no image.");
    return NULL;
  }

  array = json_node_get_array (images);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    const char *address = string_of (json_array_get_element (array, i));
    g_autoptr (GUri) uri = NULL;

    if (address != NULL && address[0] != '\0')
      uri = g_uri_parse_relative (base, address, SOUP_HTTP_URI_FLAGS, NULL);
    if (uri != NULL) {
      g_ptr_array_add (
          addresses, g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO));
    } else if (i == 0) {
      g_set_error (error, VC_ERROR, VC_ERROR_REPLY,
          "The service's reply holds no address where the image's should be.");
      return NULL;
    }
  }
  return g_steal_pointer (&addresses);
}

static char *
quote_bytes (GBytes *body, const char *const *secrets)
{
  gsize size;
  const char *data = g_bytes_get_data (body, &size);

  return size > 0 ? vc_error_quote (data, size, secrets) : NULL;
}

static GError *
not_json (const char *quote)
{
  g_autofree char *start = NULL;

  if (quote == NULL)
    return g_error_new_literal (
        VC_ERROR, VC_ERROR_REPLY, "The service's reply is empty.");
  start =
      g_utf8_substring (quote, 0, MIN (g_utf8_strlen (quote, -1), QUOTE_CHARS));
  return g_error_new (VC_ERROR, VC_ERROR_REPLY,
      "The service's reply is not the JSON of its protocol but \"%s\".", start);
}

gboolean
vc_wire_read_reply (GBytes *body, guint status, GUri *base,
    const char *const *secrets, VcReply *ret_reply, GError **error)
{
  g_autoptr (JsonParser) parser = parse (body);
  JsonNode *root = parser != NULL ? json_parser_get_root (parser) : NULL;
  g_autofree char *text = NULL;
  guint code = status;

  memset (ret_reply, 0, sizeof (*ret_reply));

  if (root != NULL)
    text = error_text (root, &code);
  if (text == NULL && (status < 200 || status >= 300))
    text = plain_text (body);
  if (text != NULL) {
    ret_reply->server_message = vc_error_quote (text, -1, secrets);
    /* A code inside a 200 is the real status. */
    g_propagate_error (
        error, error_from_text (ret_reply, status < 300 ? code : status, text));
    return FALSE;
  }

  if (root != NULL)
    ret_reply->images = read_images (member (root, "images"), base, error);
  if (ret_reply->images != NULL)
    return TRUE;

  ret_reply->server_message = quote_bytes (body, secrets);
  if (root == NULL)
    g_propagate_error (error, not_json (ret_reply->server_message));
  return FALSE;
}
