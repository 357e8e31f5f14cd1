/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "jsonline.h"

#include <string.h>

typedef struct
{
  const char *text;
  gsize size, at;
  const char *what; /* the first fault; NULL: none */
} Reader;

static void
member_free (gpointer data)
{
  JsonLineMember *member = data;

  g_free (member->name);
  g_free (member->text);
  g_clear_pointer (&member->texts, g_ptr_array_unref);
  g_free (member);
}

static gboolean
fail (Reader *reader, const char *what)
{
  if (reader->what == NULL)
    reader->what = what;
  return FALSE;
}

/* '\0' at the end; a NUL in the text is found by the UTF-8 check. */
static char
peek (const Reader *reader)
{
  return reader->at < reader->size ? reader->text[reader->at] : '\0';
}

static void
skip_space (Reader *reader)
{
  while (peek (reader) != '\0' && strchr (" \t\r\n", peek (reader)) != NULL)
    reader->at++;
}

static gboolean
take (Reader *reader, char c, const char *what)
{
  skip_space (reader);
  if (peek (reader) != c)
    return fail (reader, what);
  reader->at++;
  return TRUE;
}

/* --- Strings --- */

/* Four digits behind "\u"; stays before the first that is none. */
static gboolean
read_unit (Reader *reader, gunichar *ret_unit)
{
  *ret_unit = 0;
  for (guint i = 0; i < 4; i++) {
    int digit = g_ascii_xdigit_value (peek (reader));

    if (digit < 0)
      return fail (reader, "four hexadecimal digits are expected behind \\u");
    *ret_unit = *ret_unit * 16 + (gunichar) digit;
    reader->at++;
  }
  return TRUE;
}

static gboolean
is_between (gunichar unit, gunichar first, gunichar last)
{
  return unit >= first && unit <= last;
}

/* The character of an escape whose "\u" has been read. */
static gboolean
read_unicode (Reader *reader, GString *text)
{
  gsize begin = reader->at - 2;
  gunichar unit, low;

  if (!read_unit (reader, &unit))
    return FALSE;
  if (is_between (unit, 0xd800, 0xdbff) && reader->size - reader->at >= 2
      && memcmp (reader->text + reader->at, "\\u", 2) == 0) {
    reader->at += 2;
    if (!read_unit (reader, &low))
      return FALSE;
    if (is_between (low, 0xdc00, 0xdfff))
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  }
  if (unit == 0 || is_between (unit, 0xd800, 0xdfff)) {
    reader->at = begin;
    return fail (reader, "this escape is no character");
  }
  g_string_append_unichar (text, unit);
  return TRUE;
}

static gboolean
read_escape (Reader *reader, GString *text)
{
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  char c;
  const char *name;

  reader->at++;
  c = peek (reader);
  name = c != '\0' ? strchr (names, c) : NULL;
  if (name == NULL && c != 'u')
    return fail (reader, "no such escape");
  reader->at++;
  if (c == 'u')
    return read_unicode (reader, text);
  g_string_append_c (text, meanings[name - names]);
  return TRUE;
}

/* The caller owns it. NULL: a fault. */
static char *
read_string (Reader *reader, const char *what)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!take (reader, '"', what))
    return NULL;
  for (;;) {
    char c = peek (reader);

    if (reader->at >= reader->size) {
      fail (reader, "the string has no end");
      return NULL;
    }
    if ((guchar) c < 0x20) {
      fail (reader, "a control character must be written as an escape");
      return NULL;
    }
    if (c == '"')
      break;
    if (c == '\\') {
      if (!read_escape (reader, text))
        return NULL;
      continue;
    }
    g_string_append_c (text, c);
    reader->at++;
  }
  reader->at++;
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- Other values --- */

static gsize
skip_digits (Reader *reader)
{
  gsize before = reader->at;

  while (g_ascii_isdigit (peek (reader)))
    reader->at++;
  return reader->at - before;
}

static char *
read_number (Reader *reader)
{
  gsize begin = reader->at;
  gboolean good;

  if (peek (reader) == '-')
    reader->at++;
  if (peek (reader) == '0') {
    reader->at++;
    good = !g_ascii_isdigit (peek (reader));
  } else {
    good = skip_digits (reader) > 0;
  }
  if (good && peek (reader) == '.') {
    reader->at++;
    good = skip_digits (reader) > 0;
  }
  if (good && (peek (reader) == 'e' || peek (reader) == 'E')) {
    reader->at++;
    if (peek (reader) == '+' || peek (reader) == '-')
      reader->at++;
    good = skip_digits (reader) > 0;
  }
  if (good)
    return g_strndup (reader->text + begin, reader->at - begin);
  fail (reader, "this is no number");
  return NULL;
}

static gboolean
take_word (Reader *reader, const char *word)
{
  gsize length = strlen (word);

  if (reader->size - reader->at < length
      || memcmp (reader->text + reader->at, word, length) != 0)
    return FALSE;
  reader->at += length;
  return TRUE;
}

static char *
read_scalar (Reader *reader, JsonLineKind *ret_kind)
{
  static const char *const words[] = { "true", "false", "null" };

  skip_space (reader);
  if (peek (reader) == '"') {
    *ret_kind = JSON_LINE_STRING;
    return read_string (reader, NULL);
  }
  if (peek (reader) == '-' || g_ascii_isdigit (peek (reader))) {
    *ret_kind = JSON_LINE_NUMBER;
    return read_number (reader);
  }
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (take_word (reader, words[i])) {
      *ret_kind = i < 2 ? JSON_LINE_BOOLEAN : JSON_LINE_NULL;
      return g_strdup (words[i]);
    }
  fail (reader,
      peek (reader) == '{' ? "no object is expected here"
                           : "a value is expected here");
  return NULL;
}

static gboolean
read_array (Reader *reader, JsonLineMember *member)
{
  member->kind = JSON_LINE_ARRAY;
  member->texts = g_ptr_array_new_with_free_func (g_free);
  reader->at++;
  skip_space (reader);
  if (peek (reader) == ']') {
    reader->at++;
    return TRUE;
  }
  for (;;) {
    JsonLineKind kind;
    char *text = read_scalar (reader, &kind);

    if (text == NULL)
      return FALSE;
    g_ptr_array_add (member->texts, text);
    skip_space (reader);
    if (peek (reader) == ']') {
      reader->at++;
      return TRUE;
    }
    if (!take (reader, ',', "a comma or ] is expected here"))
      return FALSE;
  }
}

static gboolean
read_member (Reader *reader, GPtrArray *members)
{
  JsonLineMember *member = g_new0 (JsonLineMember, 1);
  gboolean is_second;

  skip_space (reader);
  member->name_at = reader->at;
  member->name = read_string (reader, "a name in quotes is expected here");
  is_second =
      member->name != NULL && json_line_find (members, member->name) != NULL;
  g_ptr_array_add (members, member);
  if (is_second) {
    reader->at = member->name_at;
    return fail (reader, "this name stands twice in the line");
  }
  if (member->name == NULL || !take (reader, ':', "a colon is expected here"))
    return FALSE;
  skip_space (reader);
  member->value_at = reader->at;
  if (peek (reader) == '[')
    return read_array (reader, member);
  member->text = read_scalar (reader, &member->kind);
  return member->text != NULL;
}

static gboolean
read_object (Reader *reader, GPtrArray *members)
{
  if (!take (reader, '{', "a JSON object is expected here"))
    return FALSE;
  skip_space (reader);
  if (peek (reader) != '}') {
    do {
      if (!read_member (reader, members))
        return FALSE;
      skip_space (reader);
      if (peek (reader) == '}')
        break;
    } while (take (reader, ',', "a comma or } is expected here"));
  }
  if (reader->what != NULL)
    return FALSE;
  reader->at++;
  skip_space (reader);
  return reader->at == reader->size
      || fail (reader, "nothing more is expected behind the object");
}

GPtrArray *
json_line_parse (
    const char *line, gsize size, gsize *ret_at, const char **ret_what)
{
  Reader reader = { .text = line, .size = size };
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (member_free);
  const char *end;

  if (!g_utf8_validate_len (line, size, &end)) {
    reader.at = (gsize) (end - line);
    fail (&reader,
        *end == '\0' ? "there is a NUL in the line" : "this is not UTF-8 text");
  } else if (read_object (&reader, members)) {
    return g_steal_pointer (&members);
  }
  *ret_at = reader.at;
  *ret_what = reader.what;
  return NULL;
}

/* --- Looking up --- */

const JsonLineMember *
json_line_find (const GPtrArray *members, const char *name)
{
  for (guint i = 0; i < members->len; i++) {
    const JsonLineMember *member = members->pdata[i];

    if (g_strcmp0 (member->name, name) == 0)
      return member;
  }
  return NULL;
}

const char *
json_line_string (const GPtrArray *members, const char *name)
{
  const JsonLineMember *member = json_line_find (members, name);

  return member != NULL && member->kind == JSON_LINE_STRING ? member->text
                                                            : NULL;
}

gint64
json_line_int (const GPtrArray *members, const char *name, gint64 otherwise)
{
  const JsonLineMember *member = json_line_find (members, name);
  gint64 number;

  return member != NULL && member->kind == JSON_LINE_NUMBER
          && g_ascii_string_to_signed (
              member->text, 10, G_MININT64, G_MAXINT64, &number, NULL)
      ? number
      : otherwise;
}

double
json_line_double (const GPtrArray *members, const char *name)
{
  const JsonLineMember *member = json_line_find (members, name);

  return member != NULL && member->kind == JSON_LINE_NUMBER
      ? g_ascii_strtod (member->text, NULL)
      : 0;
}

gboolean
json_line_is_true (const GPtrArray *members, const char *name)
{
  const JsonLineMember *member = json_line_find (members, name);

  return member != NULL && member->kind == JSON_LINE_BOOLEAN
      && member->text[0] == 't';
}
