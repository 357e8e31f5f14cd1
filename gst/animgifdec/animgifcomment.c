/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "animgifcomment.h"

#include <string.h>

/* GIF89a §24 asks for 7-bit ASCII; programs write UTF-8 or their system's
 * encoding. */
static char *
to_utf8 (const char *comment)
{
  const char *end;

  if (g_utf8_validate (comment, -1, &end))
    return g_strdup (comment);
  /* Cut off in the middle of a character, at the end of what is kept. */
  if (g_utf8_get_char_validated (end, -1) == (gunichar) -2)
    return g_strndup (comment, end - comment);
  return g_convert (comment, -1, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);
}

static gboolean
is_blank (gunichar c)
{
  return g_unichar_isspace (c) || g_unichar_iscntrl (c);
}

/* Embeddings, overrides and isolates: they would reach into the text behind. */
static gboolean
turns_direction (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
anim_gif_comment_to_line (const char *comment)
{
  g_autofree char *text = to_utf8 (comment);
  GString *line = g_string_new (NULL);

  for (const char *p = text; p != NULL && *p != '\0';
       p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!is_blank (c) && !turns_direction (c))
      g_string_append_unichar (line, c);
    else if (is_blank (c) && line->len > 0 && line->str[line->len - 1] != ' ')
      g_string_append_c (line, ' ');
  }
  g_strchomp (line->str);
  return g_string_free (line, *line->str == '\0');
}
