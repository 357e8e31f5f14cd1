/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockcheck.c: what the service checks in a request, in FastAPI's words
 *
 * One difference: numbers in strings and fractions are refused, where the
 * service may convert them, so that a client's slip is seen.
 */
#include "mockcheck.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define DEFAULT_CFG_SCALE 10
#define DEFAULT_STEPS 30

static const char *const samplers[] = { "Euler", "Euler a", "LMS", "Heun",
  "DPM2", "DPM2 a", "DPM++ 2S a", "DPM++ 2M", "DPM++ SDE", "DPM fast",
  "DPM adaptive", "LMS Karras", "DPM2 Karras", "DPM2 a Karras",
  "DPM++ 2S a Karras", "DPM++ 2M Karras", "DPM++ SDE Karras", "DDIM", "PLMS",
  NULL };

const char *const *
mock_order_list_samplers (void)
{
  return samplers;
}

void
mock_parameters_free (MockParameters *parameters)
{
  g_free (parameters->token);
  g_free (parameters->sampler);
  g_free (parameters->prompt);
  g_free (parameters);
}

/* One entry of the detail list; @name NULL: the body as a whole. */
static void
add_fault (
    JsonBuilder *list, const char *name, const char *message, const char *type)
{
  json_builder_begin_object (list);
  json_builder_set_member_name (list, "loc");
  json_builder_begin_array (list);
  json_builder_add_string_value (list, "body");
  if (name != NULL)
    json_builder_add_string_value (list, name);
  json_builder_end_array (list);
  json_builder_set_member_name (list, "msg");
  json_builder_add_string_value (list, message);
  json_builder_set_member_name (list, "type");
  json_builder_add_string_value (list, type);
  json_builder_end_object (list);
}

/* Transfer full; NULL when missing (which may be a fault) or no string. */
static char *
read_string (
    JsonObject *body, const char *name, gboolean required, JsonBuilder *faults)
{
  JsonNode *node = json_object_get_member (body, name);

  if (node == NULL && required)
    add_fault (faults, name, "field required", "value_error.missing");
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING) {
    add_fault (faults, name, "str type expected", "type_error.str");
    return NULL;
  }
  return json_node_dup_string (node);
}

static gint64
read_integer (JsonObject *body, const char *name, gint64 min, gint64 max,
    gint64 fallback, JsonBuilder *faults)
{
  JsonNode *node = json_object_get_member (body, name);
  g_autofree char *message = NULL;
  gint64 value;

  if (node == NULL)
    return fallback;
  if (!JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_INT64) {
    add_fault (
        faults, name, "value is not a valid integer", "type_error.integer");
    return fallback;
  }
  value = json_node_get_int (node);
  if (value >= min && value <= max)
    return value;
  message = g_strdup_printf (
      "ensure this value is %s than or equal to %" G_GINT64_FORMAT,
      value < min ? "greater" : "less", value < min ? min : max);
  add_fault (faults, name, message,
      value < min ? "value_error.number.not_ge" : "value_error.number.not_le");
  return fallback;
}

static void
read_members (MockParameters *parameters, JsonObject *body, JsonBuilder *faults)
{
  g_free (read_string (body, "negative_prompt", FALSE, faults));
  parameters->token = read_string (body, "token", TRUE, faults);
  parameters->sampler = read_string (body, "sampler", TRUE, faults);
  parameters->prompt = read_string (body, "prompt", TRUE, faults);
  parameters->cfg_scale =
      read_integer (body, "cfg_scale", 0, 20, DEFAULT_CFG_SCALE, faults);
  parameters->steps =
      read_integer (body, "steps", 1, 50, DEFAULT_STEPS, faults);
}

static MockReply *
make_fault_reply (JsonBuilder *faults)
{
  g_autoptr (JsonNode) root = json_builder_get_root (faults);
  g_autofree char *text = json_to_string (root, FALSE);
  MockReply *reply = mock_reply_new (422);

  mock_reply_set_text (reply, "application/json", text);
  return reply;
}

MockReply *
mock_order_refuse (guint status, const char *detail)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = NULL;
  MockReply *reply = mock_reply_new (status);

  json_object_set_string_member (object, "detail", detail);
  json_node_set_object (root, object);
  text = json_to_string (root, FALSE);
  mock_reply_set_text (reply, "application/json", text);
  return reply;
}

static gboolean
is_json_type (const MockRequest *request)
{
  const char *type =
      soup_message_headers_get_content_type (request->headers, NULL);

  return type != NULL && g_ascii_strcasecmp (type, "application/json") == 0;
}

/* FALSE when the body is no JSON object; @faults then says so. */
static gboolean
read_body (
    MockParameters *parameters, const MockRequest *request, JsonBuilder *faults)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize size;
  const char *text = g_bytes_get_data (request->body, &size);
  JsonNode *root;

  if (!is_json_type (request)) {
    add_fault (faults, NULL, "value is not a valid dict", "type_error.dict");
    return FALSE;
  }
  if (size == 0 || !g_utf8_validate_len (text, size, NULL)
      || !json_parser_load_from_data (parser, text, (gssize) size, NULL)) {
    add_fault (faults, NULL, "Expecting value: line 1 column 1 (char 0)",
        "value_error.jsondecode");
    return FALSE;
  }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    add_fault (faults, NULL, "value is not a valid dict", "type_error.dict");
    return FALSE;
  }
  read_members (parameters, json_node_get_object (root), faults);
  return TRUE;
}

static gboolean
has_faults (JsonBuilder *faults)
{
  g_autoptr (JsonNode) root = json_builder_get_root (faults);
  JsonArray *list =
      json_object_get_array_member (json_node_get_object (root), "detail");

  return json_array_get_length (list) > 0;
}

static MockReply *
check_parameters (const MockParameters *parameters, const char *token)
{
  g_autofree char *text = NULL;

  if (*parameters->token == '\0'
      || (token != NULL && !g_str_equal (parameters->token, token)))
    return mock_order_refuse (403, "Invalid API key");
  if (!g_strv_contains (samplers, parameters->sampler)) {
    text = g_strdup_printf (
        "The server doesn't have %s sampler", parameters->sampler);
    return mock_order_refuse (400, text);
  }
  return NULL;
}

MockParameters *
mock_check_request (
    const MockRequest *request, const char *token, MockReply **ret_refusal)
{
  MockParameters *parameters = g_new0 (MockParameters, 1);
  g_autoptr (JsonBuilder) faults = json_builder_new ();

  json_builder_begin_object (faults);
  json_builder_set_member_name (faults, "detail");
  json_builder_begin_array (faults);
  read_body (parameters, request, faults);
  json_builder_end_array (faults);
  json_builder_end_object (faults);
  *ret_refusal = has_faults (faults) ? make_fault_reply (faults)
                                     : check_parameters (parameters, token);
  return parameters;
}
