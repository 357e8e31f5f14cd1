/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "number.h"

#include "failure.h"

#include <stdio.h>
#include <string.h>

#define MAX_FPS 240
#define MIN_SIDE 16
#define MAX_SIDE 8192
#define MAX_DECIMALS 3

static const struct
{
  const char *text;
  int n, d;
} ntsc_rates[] = {
  { "23.976", 24000, 1001 },
  { "23.98", 24000, 1001 },
  { "29.97", 30000, 1001 },
  { "59.94", 60000, 1001 },
  { "119.88", 120000, 1001 },
};

gboolean
number_read (const char *option, const char *text, int minimum, int maximum,
    int *ret_value, GError **error)
{
  gint64 value;

  if (g_ascii_string_to_signed (text, 10, minimum, maximum, &value, NULL)) {
    *ret_value = (int) value;
    return TRUE;
  }
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "%s must be a whole number from %d to %d, not \"%s\".", option, minimum,
      maximum, text);
  return FALSE;
}

gboolean
number_check (const void *options, const NumberRange *ranges, guint n_ranges,
    GError **error)
{
  for (guint i = 0; i < n_ranges; i++) {
    const NumberRange *range = &ranges[i];
    int value = G_STRUCT_MEMBER (int, options, range->offset);
    g_autofree char *text = g_strdup_printf ("%d", value);

    if (!number_read (
            range->option, text, range->minimum, range->maximum, &value, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
option_check_text (const char *option, const char *text, GError **error)
{
  if (text == NULL || text[0] != '\0')
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s must not be empty.", option);
  return FALSE;
}

/* Digits, perhaps a point and more digits: as a fraction. */
static gboolean
read_decimal (const char *text, int *ret_n, int *ret_d)
{
  gsize n_whole = strspn (text, "0123456789");
  const char *rest = text + n_whole;
  gsize n_decimals = 0;

  if (n_whole == 0 || n_whole > MAX_DECIMALS)
    return FALSE;
  if (rest[0] == '.') {
    n_decimals = strspn (rest + 1, "0123456789");
    if (n_decimals == 0 || n_decimals > MAX_DECIMALS)
      return FALSE;
    rest += 1 + n_decimals;
  }
  if (rest[0] != '\0')
    return FALSE;
  *ret_n = 0;
  *ret_d = 1;
  for (const char *c = text; *c != '\0'; c++)
    if (*c != '.')
      *ret_n = *ret_n * 10 + (*c - '0');
  for (gsize i = 0; i < n_decimals; i++)
    *ret_d *= 10;
  return TRUE;
}

static gboolean
read_fraction (const char *text, int *ret_n, int *ret_d)
{
  int end = 0;

  return g_ascii_isdigit (text[0])
      && sscanf (text, "%6d/%6d%n", ret_n, ret_d, &end) == 2
      && text[end] == '\0';
}

gboolean
number_read_rate (const char *option, const char *text, int *ret_n, int *ret_d,
    GError **error)
{
  gboolean is_ntsc = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (ntsc_rates); i++) {
    if (g_str_equal (text, ntsc_rates[i].text)) {
      *ret_n = ntsc_rates[i].n;
      *ret_d = ntsc_rates[i].d;
      is_ntsc = TRUE;
    }
  }
  if ((is_ntsc || read_decimal (text, ret_n, ret_d)
          || read_fraction (text, ret_n, ret_d))
      && *ret_n > 0 && *ret_d > 0 && *ret_n <= MAX_FPS * *ret_d)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "%s must be a rate of at most %d like 25, 29.97 or 30000/1001, not "
      "\"%s\".",
      option, MAX_FPS, text);
  return FALSE;
}

gboolean
number_read_size (const char *option, const char *text, int *ret_width,
    int *ret_height, GError **error)
{
  int end = 0;

  if (sscanf (text, "%5dx%5d%n", ret_width, ret_height, &end) == 2
      && text[end] == '\0' && *ret_width >= MIN_SIDE && *ret_height >= MIN_SIDE
      && *ret_width <= MAX_SIDE && *ret_height <= MAX_SIDE)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "%s must be a size like 512x512, of %d to %d pixels each way.", option,
      MIN_SIDE, MAX_SIDE);
  return FALSE;
}
