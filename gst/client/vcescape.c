/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcescape.h"

#include <string.h>

/* The @n hexadecimal digits at @text as a number; 0 where they are none. */
static gunichar
read_hex (const char *text, gsize n)
{
  gunichar value = 0;

  for (gsize i = 0; i < n; i++) {
    if (!g_ascii_isxdigit (text[i]))
      return 0;
    value = value << 4 | g_ascii_xdigit_value (text[i]);
  }
  return value;
}

/* A character reference of HTML from its "&" on: which character it is; 0: none.
 */
static gunichar
read_reference (const char *text, gsize *ret_used)
{
  /* The names of ASCII's signs. */
  static const char names[] =
      "\t:tab !:excl \":quot #:num $:dollar %:percnt &:amp ':apos (:lpar "
      "):rpar *:ast +:plus ,:comma .:period /:sol ::colon ;:semi <:lt =:equals "
      ">:gt ?:quest @:commat [:lsqb \\:bsol ]:rsqb ^:hat _:lowbar `:grave "
      "{:lcub |:verbar }:rcub  :nbsp ";
  g_autofree char *name = NULL, *needle = NULL;
  const char *found, *last = text + 1;
  guint64 number = 0;

  if (*last == '#') {
    gboolean hex = last[1] == 'x' || last[1] == 'X';

    number =
        g_ascii_strtoull (last + (hex ? 2 : 1), (char **) &last, hex ? 16 : 10);
    if (*last == ';')
      last++;
    *ret_used = last - text;
    return number < 0x110000 ? number : 0;
  }
  while (g_ascii_isalpha (*last) && last - text < 10)
    last++;
  if (*last != ';' || last - text < 3)
    return 0;
  name = g_ascii_strdown (text + 1, last - text - 1);
  needle = g_strdup_printf (":%s ", name);
  found = strstr (names, needle);
  *ret_used = last + 1 - text;
  return found != NULL ? (guchar) found[-1] : 0;
}

/* An escape's backslash is at @text: which character it is; 0: none. */
static gunichar
read_escape (const char *text, gsize *ret_used)
{
  gunichar c = 0;
  gsize n = 0;

  if (text[1] == 'u' && text[2] == '{') {
    while (n < 6 && g_ascii_isxdigit (text[3 + n]))
      n++;
    *ret_used = 4 + n;
    return text[3 + n] == '}' ? read_hex (text + 3, n) : 0;
  }
  if (text[1] == 'u' || text[1] == 'x') {
    n = text[1] == 'u' ? 4 : 2;
    *ret_used = 2 + n;
    return read_hex (text + 2, n);
  }
  while (n < 3 && text[1 + n] >= '0' && text[1 + n] <= '7')
    c = c << 3 | (gunichar) (text[1 + n++] - '0');
  *ret_used = n == 3 ? 4 : 2;
  if (n == 3)
    return c;
  return text[1] != '\0' && strchr ("\\/\"'", text[1]) != NULL ? text[1] : 0;
}

gsize
vc_escape_read (const char *text, char *bytes, gsize *ret_used)
{
  gunichar c = 0;

  if (text[0] == '%' && (text[1] == 'u' || text[1] == 'U')) {
    *ret_used = 6;
    c = read_hex (text + 2, 4);
  } else if (text[0] == '%') {
    *ret_used = 3;
    bytes[0] = read_hex (text + 1, 2); /* a byte, not a character */
    return bytes[0] != '\0';
  } else if (text[0] == '&') {
    c = read_reference (text, ret_used);
  } else if (text[0] == '\\') {
    c = read_escape (text, ret_used);
  }
  return c != 0 && g_unichar_validate (c) ? g_unichar_to_utf8 (c, bytes) : 0;
}
