/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "colour.h"

static const struct
{
  const char *name;
  guint32 rgb;
} names[] = {
  { "aqua", 0x00ffff },
  { "black", 0x000000 },
  { "blue", 0x0000ff },
  { "fuchsia", 0xff00ff },
  { "gray", 0x808080 },
  { "green", 0x008000 },
  { "lime", 0x00ff00 },
  { "maroon", 0x800000 },
  { "navy", 0x000080 },
  { "olive", 0x808000 },
  { "purple", 0x800080 },
  { "red", 0xff0000 },
  { "silver", 0xc0c0c0 },
  { "teal", 0x008080 },
  { "white", 0xffffff },
  { "yellow", 0xffff00 },
};

gboolean
colour_parse (const char *text, guint32 *ret_rgb)
{
  guint64 number;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_ascii_strcasecmp (text, names[i].name) == 0) {
      *ret_rgb = names[i].rgb;
      return TRUE;
    }
  }
  if (!g_regex_match_simple (
          "^#([0-9a-f]{3}|[0-9a-f]{6})$", text, G_REGEX_CASELESS, 0))
    return FALSE;

  number = g_ascii_strtoull (text + 1, NULL, 16);
  if (text[4] == '\0') /* #rgb: each digit twice */
    number = ((number >> 8) * 0x110000) | ((number >> 4 & 15) * 0x1100)
        | ((number & 15) * 0x11);
  *ret_rgb = (guint32) number;
  return TRUE;
}
