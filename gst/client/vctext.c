/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vctext.h"
#include "vcescape.h"
#include "vcredact.h"

#include <string.h>

/* --- Lines --- */

/* How much of a text is looked at for a quote. */
#define QUOTE_INPUT_MAX (64 * 1024)

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d

/* C0, DEL and C1 (ECMA-48), line and paragraph separators, and what is there but
 * not seen, with all that turns the direction of writing (Unicode UAX #9): none
 * of it is a server's to write on a terminal or into a log. Joiners make emoji
 * and letters of several scripts. */
static gboolean
is_control (gunichar c)
{
  switch (g_unichar_type (c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return TRUE;
    case G_UNICODE_FORMAT:
      return c != ZERO_WIDTH_JOINER && c != ZERO_WIDTH_NON_JOINER;
    default:
      return FALSE;
  }
}

char *
vc_text_one_line (const char *text, gssize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, length);
  GString *line = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    g_string_append_unichar (line, is_control (c) ? ' ' : c);
  }
  return g_string_free (line, FALSE);
}

/* How many bytes at the end of a text that was cut may be a part of a secret, in
 * any encoding. */
static gsize
doubtful_bytes (const char *const *secrets)
{
  gsize longest = 0;

  for (guint i = 0; secrets != NULL && secrets[i] != NULL; i++)
    longest = MAX (longest, strlen (secrets[i]));
  return 16 * longest;
}

char *
vc_text_quote (const char *text, gssize length, const char *const *secrets)
{
  gsize size = length < 0 ? strlen (text) : (gsize) length;
  g_autofree char *line = vc_text_one_line (text, MIN (size, QUOTE_INPUT_MAX));
  /* Before anything is cut: half a secret is a secret too. */
  g_autofree char *redacted = vc_redact (line, secrets);
  gsize most = strlen (redacted);

  if (size > QUOTE_INPUT_MAX)
    most -= MIN (most, doubtful_bytes (secrets));
  most = MIN (most, VC_SERVER_MESSAGE_MAX);
  if (redacted[most] != '\0')
    *g_utf8_find_prev_char (redacted, redacted + most + 1) = '\0';
  g_strstrip (redacted);
  return redacted[0] != '\0' ? g_steal_pointer (&redacted) : NULL;
}

/* --- Pages --- */

#define BYTE_ORDER_MARK "\357\273\277"

gboolean
vc_text_is_page (const char *page, gsize length)
{
  gsize i = 0, mark = strlen (BYTE_ORDER_MARK);

  if (length >= mark && memcmp (page, BYTE_ORDER_MARK, mark) == 0)
    i = mark;
  while (i < length && g_ascii_isspace (page[i]))
    i++;
  return i + 1 < length && page[i] == '<'
      && (strchr ("!?", page[i + 1]) != NULL || g_ascii_isalpha (page[i + 1]));
}

/* Where the element or comment ends that begins at @at and has nothing to read
 * in it; NULL where none begins there. */
static const char *
skip_unreadable (const char *at)
{
  static const struct
  {
    const char *start, *end;
  } rows[] = { { "<!--", "-->" }, { "<script", "</script" },
    { "<style", "</style" }, { "<svg", "</svg" },
    { "<template", "</template" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize length = strlen (rows[i].start);

    if (g_ascii_strncasecmp (at, rows[i].start, length) != 0
        || (g_ascii_isalpha (at[1]) && g_ascii_isalpha (at[length])))
      continue;
    for (at += length; *at != '\0'; at++) {
      if (g_ascii_strncasecmp (at, rows[i].end, strlen (rows[i].end)) == 0)
        break;
    }
    return at;
  }
  return NULL;
}

/* The end of the tag at @at, whose attributes may hold ">" in quotes. */
static const char *
skip_tag (const char *at)
{
  char quote = '\0';

  for (; *at != '\0'; at++) {
    if (quote != '\0')
      quote = *at == quote ? '\0' : quote;
    else if (*at == '>')
      return at + 1;
    else if ((*at == '"' || *at == '\'') && at[-1] == '=')
      quote = *at;
  }
  return at;
}

char *
vc_text_of_page (const char *page, gsize length)
{
  g_autofree char *copy = g_strndup (page, length);
  GString *text = g_string_new (NULL);
  const char *at = copy;

  while (*at != '\0') {
    const char *unreadable = skip_unreadable (at);
    char bytes[6];
    gsize used, n;

    if (unreadable != NULL) {
      at = skip_tag (unreadable);
    } else if (*at == '<' && !g_ascii_isspace (at[1])) {
      at = skip_tag (at);
    } else if (g_ascii_isspace (*at)) {
      at++;
    } else {
      n = *at == '&' ? vc_escape_read (at, bytes, &used) : 0;
      g_string_append_len (text, n > 0 ? bytes : at, n > 0 ? n : 1);
      at += n > 0 ? used : 1;
      continue;
    }
    if (text->len > 0 && text->str[text->len - 1] != ' ')
      g_string_append_c (text, ' ');
  }
  return g_string_free (text, FALSE);
}
