/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "format.h"

#include "failure.h"

#include <string.h>

static const Format formats[] = {
  { FORMAT_GIF, ".gif" },
  { FORMAT_MP4, ".mp4", .has_times = TRUE, .has_quality = TRUE,
      .wants_even = TRUE },
  { FORMAT_WEBM, ".webm", .has_times = TRUE, .has_quality = TRUE },
  { FORMAT_MOV, ".mov", .has_alpha = TRUE, .has_times = TRUE },
  { FORMAT_PNG, ".png", .has_alpha = TRUE },
  { FORMAT_PNGS, ".png", .has_alpha = TRUE, .has_times = TRUE },
  { FORMAT_M3U8, ".m3u8", .has_times = TRUE, .has_quality = TRUE,
      .wants_even = TRUE, .default_fps = 25 },
};

/* multifilesink hands the name to printf: it must be one %d, perhaps with a
 * width, and nothing else. */
static gboolean
is_pattern (const char *name)
{
  return g_regex_match_simple (
      "^[^%]*%(0?[1-9])?d[^%]*$", name, G_REGEX_RAW, 0);
}

const Format *
format_of_file (const char *file, GError **error)
{
  g_autofree char *name = g_path_get_basename (file);
  FormatId png = is_pattern (name) ? FORMAT_PNGS : FORMAT_PNG;
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot != NULL && dot != name && i < G_N_ELEMENTS (formats);
       i++) {
    const Format *format = &formats[i];
    gboolean is_png = g_str_equal (format->suffix, ".png");

    if (g_ascii_strcasecmp (dot, format->suffix) == 0
        && (!is_png || format->id == png))
      return format;
  }
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "\"%s\" names no format: let it end in .mp4, .webm, .mov, .gif, .png or "
      ".m3u8.",
      file);
  return NULL;
}

char *
format_numbered_name (const char *name, guint number)
{
  const char *percent = strrchr (name, '%');
  const char *end = strchr (percent, 'd');
  int width = (int) g_ascii_strtoull (percent + 1, NULL, 10);
  g_autofree char *digits =
      g_strdup_printf (percent[1] == '0' ? "%0*u" : "%*u", width, number);

  return g_strdup_printf (
      "%.*s%s%s", (int) (percent - name), name, digits, end + 1);
}

char *
format_first_file (const char *file)
{
  g_autofree char *name = g_path_get_basename (file);
  g_autofree char *folder = g_path_get_dirname (file);
  const Format *format = format_of_file (file, NULL);
  g_autofree char *first = NULL;

  if (format == NULL || format->id != FORMAT_PNGS)
    return g_strdup (file);
  first = format_numbered_name (name, 0);
  return g_build_filename (folder, first, NULL);
}

/* "1%d" and "11%d"; three digits with zeros before them are enough for a
 * GIF. */
gboolean
format_runs_together (const char *file)
{
  const Format *format = format_of_file (file, NULL);
  const char *percent = strrchr (file, '%');
  const char *end;

  if (format == NULL || format->id != FORMAT_PNGS
      || (percent[1] == '0' && percent[2] >= '3'))
    return FALSE;
  end = strchr (percent, 'd');
  return (percent > file && g_ascii_isdigit (percent[-1]))
      || g_ascii_isdigit (end[1]);
}

const Format *
format_of_name (const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_ascii_strcasecmp (name, formats[i].suffix + 1) == 0
        && formats[i].id != FORMAT_PNGS && formats[i].id != FORMAT_M3U8)
      return &formats[i];
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "\"%s\" is no format for --format: choose mp4, webm, mov, gif or png.",
      name);
  return NULL;
}
