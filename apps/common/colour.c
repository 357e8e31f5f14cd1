/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "colour.h"

#include <pango/pango.h>

gboolean
colour_parse (const char *text, guint32 *ret_rgb)
{
  PangoColor colour;

  if (!pango_color_parse (&colour, text))
    return FALSE;
  *ret_rgb = (guint32) (colour.red >> 8) << 16
      | (guint32) (colour.green >> 8) << 8 | colour.blue >> 8;
  return TRUE;
}
