/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sharedoptions.h"

#include "cachelist.h"
#include "colour.h"
#include "failure.h"
#include "number.h"

#define MAX_LOOPS 10000

const ValueOption shared_options[N_SHARED_OPTIONS] = {
  [OPTION_SAMPLER] = { "sampler", "The sampler's name (default: Euler)", "NAME",
      TRUE },
  [OPTION_STEPS] = { "steps", "Sampling steps, 1 to 50 (default: 30)", "N",
      TRUE },
  [OPTION_CFG_SCALE] = { "cfg-scale",
      "How closely to follow the prompt, 0 to 20 (default: 10)", "N", TRUE },
  [OPTION_NEGATIVE_PROMPT] = { "negative-prompt",
      "What the GIF should not show", "TEXT", TRUE },
  [OPTION_LOOPS] = { "loops", "How often to show the animation (default: 1)",
      "N", TRUE },
  [OPTION_FPS] = { "fps",
      "Frames per second, also 29.97 or N/D (default: the GIF's own times)",
      "N", TRUE },
  [OPTION_SIZE] = { "size",
      "Fit into this size, with black borders (default: the GIF's)", "WxH",
      TRUE },
  [OPTION_BACKGROUND] = { "background",
      "What transparent pixels become, a name or #rrggbb (default: white where "
      "the format has no transparency)",
      "COLOUR", TRUE },
  [OPTION_QUALITY] = { "quality",
      "0 (smallest) to 100 (best) for mp4, webm, m3u8 (default: 75)", "N",
      TRUE },
  [OPTION_TOKEN_FILE] = { "token-file", "File that holds the API key", "FILE",
      TRUE },
  [OPTION_API_URL] = { "api-url",
      "The service's address (default: VISIONCRAFT_API_URL, or "
      "https://visioncraft.top)",
      "URL", TRUE },
  [OPTION_CA_FILE] = { "ca-file",
      "Certificate authorities to trust, in PEM (default: the system's)",
      "FILE", TRUE },
  [OPTION_PROXY] = { "proxy",
      "The proxy's address (default: as the system says)", "URL", TRUE },
  [OPTION_CACHE_DIR] = { "cache-dir",
      "Where generated GIFs are kept (default: visioncraft in the user's "
      "cache)",
      "DIR", TRUE },
};

/* The files that the options are for. */
typedef struct
{
  const Format *const *formats;
  guint n;
} Formats;

gboolean
option_wrong_value (GError **error, const char *option, const char *wanted)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s must be %s.", option, wanted);
  return FALSE;
}

static gboolean
any_format (Formats formats, gboolean (*test) (const Format *format))
{
  for (guint i = 0; i < formats.n; i++)
    if (test (formats.formats[i]))
      return TRUE;
  return FALSE;
}

static gboolean
wants_even (const Format *format)
{
  return format->wants_even;
}

static gboolean
is_video (const Format *format)
{
  return format->id != FORMAT_GIF;
}

static gboolean
has_times (const Format *format)
{
  return format->has_times;
}

static gboolean
has_quality (const Format *format)
{
  return format->has_quality;
}

static gboolean
check_texts (const Value *values, GError **error)
{
  static const struct
  {
    SharedOption option;
    gboolean may_be_empty, is_file;
  } texts[] = {
    { OPTION_NEGATIVE_PROMPT, .may_be_empty = TRUE },
    { OPTION_SAMPLER },
    { OPTION_API_URL },
    { OPTION_PROXY, .may_be_empty = TRUE },
    { OPTION_CA_FILE, .is_file = TRUE },
    { OPTION_CACHE_DIR, .is_file = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text = values[texts[i].option].text;
    g_autofree char *name =
        g_strconcat ("--", shared_options[texts[i].option].name, NULL);

    if (text != NULL && !texts[i].is_file && !g_utf8_validate (text, -1, NULL))
      return option_wrong_value (error, name, "valid UTF-8");
    if (!texts[i].may_be_empty && !option_check_text (name, text, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_number (const Value *values, SharedOption option, int minimum, int maximum,
    int *value, GError **error)
{
  g_autofree char *name = g_strconcat ("--", shared_options[option].name, NULL);
  const char *text = values[option].text;

  return text == NULL
      || number_read (name, text, minimum, maximum, value, error);
}

static gboolean
read_numbers (const Value *values, SharedSettings *settings, GError **error)
{
  EncodeSettings *encode = &settings->encode;
  const char *fps = values[OPTION_FPS].text;

  return read_number (values, OPTION_STEPS, 1, 50, &settings->steps, error)
      && read_number (
          values, OPTION_CFG_SCALE, 0, 20, &settings->cfg_scale, error)
      && read_number (
          values, OPTION_LOOPS, 1, MAX_LOOPS, &encode->n_loops, error)
      && read_number (values, OPTION_QUALITY, 0, 100, &encode->quality, error)
      && (fps == NULL
          || number_read_rate (
              "--fps", fps, &encode->fps_n, &encode->fps_d, error));
}

static gboolean
read_size (const Value *values, Formats formats, EncodeSettings *encode,
    GError **error)
{
  const char *text = values[OPTION_SIZE].text;

  if (text == NULL)
    return TRUE;
  if (!number_read_size (
          "--size", text, &encode->width, &encode->height, error))
    return FALSE;
  if ((encode->width % 2 != 0 || encode->height % 2 != 0)
      && any_format (formats, wants_even))
    return option_wrong_value (
        error, "--size", "even both ways for this format");
  return TRUE;
}

static gboolean
read_background (const Value *values, EncodeSettings *encode, GError **error)
{
  const char *text = values[OPTION_BACKGROUND].text;

  encode->has_background = text != NULL;
  if (text == NULL || colour_parse (text, &encode->background))
    return TRUE;
  return option_wrong_value (error, "--background",
      "a colour like #336699, or a name of CSS like navy");
}

/* An option that no file can honour is better refused than ignored. Defaults
 * of the configuration file are for those that can. */
static gboolean
check_formats (const Value *values, Formats formats, GError **error)
{
  static const struct
  {
    SharedOption option;
    gboolean (*test) (const Format *format);
  } needs[] = {
    { OPTION_SIZE, is_video },
    { OPTION_BACKGROUND, is_video },
    { OPTION_FPS, has_times },
    { OPTION_LOOPS, has_times },
    { OPTION_QUALITY, has_quality },
  };

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++) {
    const Value *value = &values[needs[i].option];

    if (value->text == NULL || value->from_config || formats.n == 0
        || any_format (formats, needs[i].test))
      continue;
    g_set_error (error, FAILURE, FAILURE_USAGE,
        "--%s means nothing for %s files%s.",
        shared_options[needs[i].option].name, formats.formats[0]->suffix,
        formats.formats[0]->id == FORMAT_GIF
            ? ", which stay as the service made them"
            : formats.formats[0]->id == FORMAT_PNG
            ? "; for all frames use a name like fox-%03d.png"
            : "");
    return FALSE;
  }
  return TRUE;
}

gboolean
shared_options_read (const Value *values, const Format *const *formats,
    guint n_formats, SharedSettings *ret_settings, GError **error)
{
  const Formats all = { formats, n_formats };

  *ret_settings = (SharedSettings){
    .steps = -1, .cfg_scale = -1, .encode = ENCODE_DEFAULTS
  };
  return check_texts (values, error)
      && read_numbers (values, ret_settings, error)
      && read_size (values, all, &ret_settings->encode, error)
      && read_background (values, &ret_settings->encode, error)
      && check_formats (values, all, error);
}

char *
shared_options_dup_cache_dir (const Value *values)
{
  const char *given = values[OPTION_CACHE_DIR].text;

  return given != NULL ? g_strdup (given) : cache_list_dup_default_dir ();
}
