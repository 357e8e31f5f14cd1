/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webprompt.h"

#include "cachelist.h"
#include "webjson.h"

#include <libsoup/soup.h>
#include <string.h>

#define FILE_NAME_CHARS 40

/* The longest unknown name that an error repeats. */
#define FIELD_BYTES_MAX 64

/* The string member @name with white space around it removed; NULL where it is
 * missing or empty, with @ret_fault where it is not a text that fits. */
static char *
take_text (
    JsonObject *object, const char *name, guint max_chars, WebFault **ret_fault)
{
  JsonNode *node = json_object_get_member (object, name);
  g_autofree char *text = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return NULL;
  text = web_json_dup_text (object, name);
  if (text == NULL) {
    *ret_fault = web_fault_new_for_field (
        SOUP_STATUS_UNPROCESSABLE_ENTITY, "malformed", name);
    return NULL;
  }
  g_strstrip (text);
  if (g_utf8_strlen (text, -1) > max_chars) {
    *ret_fault = web_fault_new_for_field (
        SOUP_STATUS_UNPROCESSABLE_ENTITY, "too-long", name);
    return NULL;
  }
  return text[0] != '\0' ? g_steal_pointer (&text) : NULL;
}

static int
take_number (JsonObject *object, const char *name, int min, int max,
    int fallback, WebFault **ret_fault)
{
  JsonNode *node = json_object_get_member (object, name);
  gint64 value;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return fallback;
  if (json_node_get_value_type (node) == G_TYPE_INT64) {
    value = json_node_get_int (node);
    if (value >= min && value <= max)
      return (int) value;
  }
  if (*ret_fault == NULL)
    *ret_fault = web_fault_new_for_field (
        SOUP_STATUS_UNPROCESSABLE_ENTITY, "out-of-range", name);
  return fallback;
}

static char *
take_sampler (
    JsonObject *object, const char *const *samplers, WebFault **ret_fault)
{
  g_autofree char *sampler = take_text (object, "sampler", 100, ret_fault);

  if (*ret_fault != NULL)
    return NULL;
  if (sampler == NULL)
    return g_strdup (samplers[0]);
  if (!g_strv_contains (samplers, sampler)) {
    *ret_fault = web_fault_new_for_field (
        SOUP_STATUS_UNPROCESSABLE_ENTITY, "no-sampler", "sampler");
    return NULL;
  }
  return g_steal_pointer (&sampler);
}

static const char *const members[] = { "prompt", "negative_prompt", "sampler",
  "cfg_scale", "steps", NULL };

/* A name that is written wrong would be paid for without its effect. */
static WebFault *
find_unknown_member (JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL)) {
    if (!g_strv_contains (members, name))
      return web_fault_new_for_field (SOUP_STATUS_UNPROCESSABLE_ENTITY,
          "unknown",
          strlen (name) <= FIELD_BYTES_MAX && g_utf8_validate (name, -1, NULL)
              ? name
              : NULL);
  }
  return NULL;
}

static WebPrompt *
take_prompt (JsonObject *object, guint max_chars, const char *const *samplers,
    WebFault **ret_fault)
{
  g_autoptr (WebPrompt) prompt = g_new0 (WebPrompt, 1);

  *ret_fault = find_unknown_member (object);
  if (*ret_fault == NULL)
    prompt->prompt = take_text (object, "prompt", max_chars, ret_fault);
  if (*ret_fault == NULL && prompt->prompt == NULL)
    *ret_fault = web_fault_new_for_field (
        SOUP_STATUS_UNPROCESSABLE_ENTITY, "missing", "prompt");
  if (*ret_fault == NULL)
    prompt->negative_prompt =
        take_text (object, "negative_prompt", max_chars, ret_fault);
  if (*ret_fault == NULL)
    prompt->sampler = take_sampler (object, samplers, ret_fault);
  prompt->cfg_scale = take_number (object, "cfg_scale", WEB_CFG_SCALE_MIN,
      WEB_CFG_SCALE_MAX, WEB_CFG_SCALE_DEFAULT, ret_fault);
  prompt->steps = take_number (object, "steps", WEB_STEPS_MIN, WEB_STEPS_MAX,
      WEB_STEPS_DEFAULT, ret_fault);
  return *ret_fault == NULL ? g_steal_pointer (&prompt) : NULL;
}

WebPrompt *
web_prompt_parse (GBytes *body, guint max_chars, const char *const *samplers,
    WebFault **ret_fault)
{
  g_autoptr (JsonNode) root = web_json_read_object (body);

  *ret_fault = NULL;
  if (root == NULL) {
    *ret_fault = web_fault_new (SOUP_STATUS_BAD_REQUEST, "malformed");
    return NULL;
  }
  return take_prompt (
      json_node_get_object (root), max_chars, samplers, ret_fault);
}

void
web_prompt_add_to (const WebPrompt *prompt, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "prompt");
  json_builder_add_string_value (builder, prompt->prompt);
  json_builder_set_member_name (builder, "negative_prompt");
  json_builder_add_string_value (
      builder, prompt->negative_prompt != NULL ? prompt->negative_prompt : "");
  json_builder_set_member_name (builder, "sampler");
  json_builder_add_string_value (builder, prompt->sampler);
  json_builder_set_member_name (builder, "cfg_scale");
  json_builder_add_int_value (builder, prompt->cfg_scale);
  json_builder_set_member_name (builder, "steps");
  json_builder_add_int_value (builder, prompt->steps);
}

char *
web_prompt_make_file_name (const WebPrompt *prompt, const char *extension)
{
  g_autofree char *ascii = g_str_to_ascii (prompt->prompt, "C");
  GString *name = g_string_new (NULL);

  for (const char *c = ascii; *c != '\0' && name->len < FILE_NAME_CHARS; c++) {
    if (g_ascii_isalnum (*c))
      g_string_append_c (name, g_ascii_tolower (*c));
    else if (name->len > 0 && name->str[name->len - 1] != '-')
      g_string_append_c (name, '-');
  }
  while (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  if (name->len == 0)
    g_string_append (name, "visioncraft");
  g_string_append_printf (name, ".%s", extension);
  return g_string_free (name, FALSE);
}

GstTagList *
web_prompt_make_tags (const WebPrompt *prompt)
{
  const CacheEntry entry = {
    .prompt = prompt->prompt,
    .negative_prompt = prompt->negative_prompt,
    .sampler = prompt->sampler,
    .cfg_scale = prompt->cfg_scale,
    .steps = prompt->steps,
  };

  return cache_entry_new_tags (&entry);
}

void
web_prompt_free (WebPrompt *prompt)
{
  if (prompt == NULL)
    return;
  g_free (prompt->prompt);
  g_free (prompt->negative_prompt);
  g_free (prompt->sampler);
  g_free (prompt);
}
