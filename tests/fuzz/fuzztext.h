/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Whether @c changes a terminal or the order of what is read, and shows
 * nothing: C0, C1, line and paragraph separators, bidirectional controls
 * (UAX #9). */
static inline gboolean
fuzz_is_control (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 || c == 0x061c
      || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e)
      || (c >= 0x2066 && c <= 0x2069);
}

/* Aborts unless @text is valid UTF-8 without such characters. */
static inline void
fuzz_assert_clean (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (; *text != '\0'; text = g_utf8_next_char (text))
    g_assert_false (fuzz_is_control (g_utf8_get_char (text)));
}
