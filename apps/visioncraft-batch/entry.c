/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "entry.h"

#include "jsonline.h"

#include <string.h>

#define MAX_VARIATIONS 100000
#define MAX_ID 1024

static gboolean
fail (EntryFault *fault, gsize at, char *text_taken)
{
  fault->at = at;
  fault->text = text_taken;
  return FALSE;
}

/* --- What a member may be --- */

static gboolean
read_text (const JsonLineMember *member, gboolean may_be_empty, char **ret_text,
    EntryFault *fault)
{
  g_autofree char *stripped = NULL;

  if (member->kind != JSON_LINE_STRING)
    return fail (fault, member->value_at,
        g_strdup_printf ("\"%s\" must be a text in quotes", member->name));
  stripped = g_strstrip (g_strdup (member->text));
  if (!may_be_empty && stripped[0] == '\0')
    return fail (fault, member->value_at,
        g_strdup_printf ("\"%s\" is empty", member->name));
  g_free (*ret_text);
  *ret_text = g_strdup (member->text);
  return TRUE;
}

static gboolean
read_int (const JsonLineMember *member, int minimum, int maximum,
    int *ret_value, EntryFault *fault)
{
  gint64 value;

  if (member->kind != JSON_LINE_NUMBER
      || !g_ascii_string_to_signed (
          member->text, 10, minimum, maximum, &value, NULL))
    return fail (fault, member->value_at,
        g_strdup_printf ("\"%s\" must be a whole number from %d to %d",
            member->name, minimum, maximum));
  *ret_value = (int) value;
  return TRUE;
}

static gboolean
read_id (const JsonLineMember *member, char **ret_id, EntryFault *fault)
{
  if ((member->kind != JSON_LINE_STRING && member->kind != JSON_LINE_NUMBER)
      || member->text[0] == '\0' || strlen (member->text) > MAX_ID)
    return fail (fault, member->value_at,
        g_strdup_printf (
            "\"id\" must be a text of 1 to %d bytes, or a number", MAX_ID));
  *ret_id = g_strdup (member->text);
  return TRUE;
}

/* Below the outputs' folder: a list may come from anywhere. */
static gboolean
is_inside (const char *output)
{
  g_auto (GStrv) names = g_strsplit (output, "/", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], "..") || g_str_equal (names[i], ""))
      return FALSE;
  return names[0] != NULL;
}

static gboolean
read_outputs (
    const JsonLineMember *member, GPtrArray **ret_outputs, EntryFault *fault)
{
  *ret_outputs = g_ptr_array_new_with_free_func (g_free);
  if (member->kind == JSON_LINE_STRING)
    g_ptr_array_add (*ret_outputs, g_strdup (member->text));
  for (guint i = 0; member->kind == JSON_LINE_ARRAY && i < member->texts->len;
       i++)
    g_ptr_array_add (*ret_outputs, g_strdup (member->texts->pdata[i]));
  for (guint i = 0; i < (*ret_outputs)->len; i++)
    if (!is_inside ((*ret_outputs)->pdata[i]))
      return fail (fault, member->value_at,
          g_strdup ("\"output\" must stay below the outputs' folder"));
  return (*ret_outputs)->len > 0
      || fail (fault, member->value_at,
          g_strdup ("\"output\" must be a file's name, or an array of them"));
}

static gboolean
read_member (const JsonLineMember *member, Entry *entry, EntryFault *fault)
{
  Parameters *parameters = &entry->parameters;
  const char *name = member->name;
  gboolean good;
  int number;

  if (member->kind == JSON_LINE_NULL && !g_str_equal (name, "prompt"))
    return TRUE;
  if (g_str_equal (name, "prompt"))
    return read_text (member, FALSE, &parameters->prompt, fault);
  if (g_str_equal (name, "id")) {
    entry->id_at = member->value_at;
    return read_id (member, &entry->id, fault);
  }
  if (g_str_equal (name, "negative_prompt"))
    return read_text (member, TRUE, &parameters->negative_prompt, fault);
  if (g_str_equal (name, "sampler"))
    return read_text (member, FALSE, &parameters->sampler, fault);
  if (g_str_equal (name, "cfg_scale"))
    return read_int (member, 0, 20, &parameters->cfg_scale, fault);
  if (g_str_equal (name, "steps"))
    return read_int (member, 1, 50, &parameters->steps, fault);
  if (g_str_equal (name, "output")) {
    entry->outputs_at = member->value_at;
    return read_outputs (member, &entry->outputs, fault);
  }
  if (g_str_equal (name, "variations")) {
    good = read_int (member, 1, MAX_VARIATIONS, &number, fault);
    if (good)
      entry->n_variations = (guint) number;
    return good;
  }
  return fail (fault, member->name_at,
      g_strdup_printf (
          "\"%s\" is none of prompt, id, negative_prompt, sampler, cfg_scale, "
          "steps, variations and output",
          name));
}

/* --- The two kinds of lines --- */

static gboolean
read_json (Entry *entry, const char *line, gsize size, EntryFault *fault)
{
  const char *what;
  gsize at;
  g_autoptr (GPtrArray) members = json_line_parse (line, size, &at, &what);

  if (members == NULL)
    return fail (fault, at, g_strdup (what));
  for (guint i = 0; i < members->len; i++)
    if (!read_member (members->pdata[i], entry, fault))
      return FALSE;
  return json_line_find (members, "prompt") != NULL
      || fail (fault, 0, g_strdup ("the line has no \"prompt\""));
}

static gboolean
read_plain (Entry *entry, const char *line, gsize size, EntryFault *fault)
{
  const char *end;

  if (!g_utf8_validate_len (line, size, &end))
    return fail (fault, (gsize) (end - line),
        g_strdup (end < line + size && *end == '\0'
                ? "there is a NUL in the line"
                : "this is not UTF-8 text"));
  g_free (entry->parameters.prompt);
  entry->parameters.prompt = g_strstrip (g_strndup (line, size));
  return TRUE;
}

gboolean
entry_read (Entry *ret_entry, const char *line, gsize size, gboolean is_json,
    const Parameters *defaults, EntryFault *ret_fault)
{
  gboolean good;

  *ret_entry =
      (Entry){ .parameters = parameters_copy (defaults), .n_variations = 1 };
  good = is_json ? read_json (ret_entry, line, size, ret_fault)
                 : read_plain (ret_entry, line, size, ret_fault);
  /* The element takes no empty one for one. */
  if (good && g_strcmp0 (ret_entry->parameters.negative_prompt, "") == 0)
    g_clear_pointer (&ret_entry->parameters.negative_prompt, g_free);
  if (!good)
    entry_clear (ret_entry);
  return good;
}

void
entry_clear (Entry *entry)
{
  g_clear_pointer (&entry->id, g_free);
  parameters_clear (&entry->parameters);
  g_clear_pointer (&entry->outputs, g_ptr_array_unref);
}
