/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include "colour.h"
#include "failure.h"
#include "number.h"

#include <string.h>

#define MAX_LOOPS 10000
#define MAX_RETRIES 1000
#define N_SWITCHES 11

static const char description[] =
    "The API key is looked for in --token-file, the environment variable\n"
    "VISIONCRAFT_TOKEN, and what --set-token has kept.\n"
    "\n"
    "FILE's ending chooses the format; several files come from one "
    "generation:\n"
    "  .mp4          H.264, for everything\n"
    "  .webm         VP9, for the web\n"
    "  .mov          ProRes 4444 with transparency, for editing\n"
    "  .gif          the service's GIF, unchanged\n"
    "  .png          the first frame; with a name like fox-%03d.png each "
    "frame\n"
    "  .m3u8         H.264 for HTTP live streaming, with segments beside it\n"
    "  -             standard output, in the format of --format\n"
    "\n"
    "Exit status: 0 done; 64 usage; 65 the service refused a parameter; 66 "
    "the file to\nconvert cannot be read; 69 the service is not available; 74 "
    "the file cannot be\nwritten; 75 try again later; 77 no or no valid API "
    "key.\n"
    "\n"
    "Example:\n"
    "  visioncraft-to-video \"a fox in the snow\" fox.mp4 --loops 3 --size "
    "512x512";

static const ValueOption value_options[N_OPTIONS] = {
  [OPTION_SAMPLER] = { "sampler", "The sampler's name (default: Euler)", "NAME",
      TRUE },
  [OPTION_STEPS] = { "steps", "Sampling steps, 1 to 50 (default: 30)", "N",
      TRUE },
  [OPTION_CFG_SCALE] = { "cfg-scale",
      "How closely to follow the prompt, 0 to 20 (default: 10)", "N", TRUE },
  [OPTION_NEGATIVE_PROMPT] = { "negative-prompt",
      "What the GIF should not show", "TEXT", TRUE },
  [OPTION_FROM] = { "from",
      "Convert this GIF (- is standard input) instead of generating one",
      "GIF" },
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
  [OPTION_FORMAT] = { "format", "Of standard output: mp4, webm, mov, gif, png",
      "NAME" },
  [OPTION_TOKEN_FILE] = { "token-file", "File that holds the API key", "FILE",
      TRUE },
  [OPTION_API_URL] = { "api-url",
      "The service's address (default: VISIONCRAFT_API_URL, or "
      "https://visioncraft.top)",
      "URL", TRUE },
  [OPTION_RETRIES] = { "retries",
      "How often to try again while the service is busy (default: 3)", "N",
      TRUE },
  [OPTION_CA_FILE] = { "ca-file",
      "Certificate authorities to trust, in PEM (default: the system's)",
      "FILE", TRUE },
  [OPTION_PROXY] = { "proxy",
      "The proxy's address (default: as the system says)", "URL", TRUE },
  [OPTION_CACHE_DIR] = { "cache-dir",
      "Where generated GIFs are kept (default: visioncraft in the user's "
      "cache)",
      "DIR", TRUE },
  [OPTION_VARIATION] = { "variation",
      "Which of the pictures of one prompt in the cache (default: 0)", "N" },
};

/* FILENAME is text as it is in argv, whatever the locale. */
static void
fill_entries (Options *options, GOptionEntry *entries)
{
  const GOptionEntry switches[N_SWITCHES] = {
    { "new", 0, 0, G_OPTION_ARG_NONE, &options->is_new,
        "Ask for another picture than those in the cache", NULL },
    { "no-cache", 0, 0, G_OPTION_ARG_NONE, &options->no_cache,
        "Neither look into the cache nor keep the GIF there", NULL },
    { "insecure", 0, 0, G_OPTION_ARG_NONE, &options->insecure,
        "Take any certificate: others can read the API key", NULL },
    { "set-token", 0, 0, G_OPTION_ARG_NONE, &options->set_token,
        "Ask for the API key, keep it for the next time, and end", NULL },
    { "list-samplers", 0, 0, G_OPTION_ARG_NONE, &options->list_samplers,
        "Print the names that --sampler takes, as the service has them, and "
        "end",
        NULL },
    { "open", 0, 0, G_OPTION_ARG_NONE, &options->open,
        "Show the first file in the desktop's program for it", NULL },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &options->force,
        "Replace files that exist", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options->json,
        "Print what happens on standard output, a JSON object a line", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Print errors only",
        NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version,
        "Print the version and end", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->rest,
        NULL, NULL },
  };

  for (guint i = 0; i < N_OPTIONS; i++)
    entries[i] = (GOptionEntry){ value_options[i].name, 0, 0,
      G_OPTION_ARG_FILENAME, &options->values[i].text, value_options[i].help,
      value_options[i].argument };
  memcpy (entries + N_OPTIONS, switches, sizeof switches);
}

static gboolean
parse_command_line (Options *options, int *argc, char ***argv, GError **error)
{
  GOptionEntry entries[N_OPTIONS + N_SWITCHES + 1] = { 0 };
  g_autoptr (GOptionContext) context = g_option_context_new ("PROMPT FILE…");
  g_autoptr (GError) wrong = NULL;

  fill_entries (options, entries);
  g_option_context_set_summary (context,
      "Generates an animation from a text prompt with VisionCraft's service, "
      "and saves\nit as a video file.");
  g_option_context_set_description (context, description);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &wrong))
    return TRUE;
  g_set_error (
      error, FAILURE, FAILURE_USAGE, "%s: see --help.", wrong->message);
  return FALSE;
}

const char *
options_get (const Options *options, Option option)
{
  return options->values[option].text;
}

static gboolean
wrong_value (GError **error, const char *option, const char *wanted)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s must be %s.", option, wanted);
  return FALSE;
}

/* --- Values --- */

static gboolean
read_number (const Options *options, Option option, int minimum, int maximum,
    int *value, GError **error)
{
  g_autofree char *name = g_strconcat ("--", value_options[option].name, NULL);
  const char *text = options_get (options, option);

  return text == NULL
      || number_read (name, text, minimum, maximum, value, error);
}

static gboolean
read_numbers (Options *options, GError **error)
{
  EncodeSettings *encode = &options->encode;
  const char *fps = options_get (options, OPTION_FPS);

  options->steps = options->cfg_scale = options->retries = -1;
  return read_number (options, OPTION_STEPS, 1, 50, &options->steps, error)
      && read_number (
          options, OPTION_CFG_SCALE, 0, 20, &options->cfg_scale, error)
      && read_number (
          options, OPTION_RETRIES, 0, MAX_RETRIES, &options->retries, error)
      && read_number (
          options, OPTION_VARIATION, 0, G_MAXINT, &options->variation, error)
      && read_number (
          options, OPTION_LOOPS, 1, MAX_LOOPS, &encode->n_loops, error)
      && read_number (options, OPTION_QUALITY, 0, 100, &encode->quality, error)
      && (fps == NULL
          || number_read_rate (
              "--fps", fps, &encode->fps_n, &encode->fps_d, error));
}

static gboolean
any_target (const Options *options, gboolean (*test) (const Format *format))
{
  for (guint i = 0; i < options->targets->len; i++)
    if (test (g_array_index (options->targets, Target, i).format))
      return TRUE;
  return FALSE;
}

static gboolean
wants_even (const Format *format)
{
  return format->wants_even;
}

static gboolean
read_size (Options *options, GError **error)
{
  EncodeSettings *encode = &options->encode;
  const char *text = options_get (options, OPTION_SIZE);

  if (text == NULL)
    return TRUE;
  if (!number_read_size (
          "--size", text, &encode->width, &encode->height, error))
    return FALSE;
  if ((encode->width % 2 != 0 || encode->height % 2 != 0)
      && any_target (options, wants_even))
    return wrong_value (error, "--size", "even both ways for this format");
  return TRUE;
}

static gboolean
read_background (Options *options, GError **error)
{
  const char *text = options_get (options, OPTION_BACKGROUND);

  options->encode.has_background = text != NULL;
  if (text == NULL || colour_parse (text, &options->encode.background))
    return TRUE;
  return wrong_value (error, "--background",
      "a colour like #336699, or a name of CSS like navy");
}

static gboolean
check_texts (const Options *options, GError **error)
{
  static const Option texts[] = { OPTION_NEGATIVE_PROMPT, OPTION_SAMPLER,
    OPTION_API_URL, OPTION_PROXY };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    const char *text = options_get (options, texts[i]);
    g_autofree char *name =
        g_strconcat ("--", value_options[texts[i]].name, NULL);

    if (text != NULL && !g_utf8_validate (text, -1, NULL))
      return wrong_value (error, name, "valid UTF-8");
  }
  return TRUE;
}

/* --- What the format has a use for --- */

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

/* An option that no file can honour is better refused than ignored. Defaults
 * of the configuration file are for those that can. */
static gboolean
check_formats (const Options *options, GError **error)
{
  static const struct
  {
    Option option;
    gboolean (*test) (const Format *format);
  } needs[] = {
    { OPTION_SIZE, is_video },
    { OPTION_BACKGROUND, is_video },
    { OPTION_FPS, has_times },
    { OPTION_LOOPS, has_times },
    { OPTION_QUALITY, has_quality },
  };
  const Format *format = g_array_index (options->targets, Target, 0).format;

  for (guint i = 0; i < G_N_ELEMENTS (needs); i++) {
    const Value *value = &options->values[needs[i].option];

    if (value->text == NULL || value->from_config
        || any_target (options, needs[i].test))
      continue;
    g_set_error (error, FAILURE, FAILURE_USAGE,
        "--%s means nothing for %s files%s.",
        value_options[needs[i].option].name, format->suffix,
        format->id == FORMAT_GIF ? ", which are the service's bytes"
            : format->id == FORMAT_PNG
            ? "; for all frames use a name like fox-%03d.png"
            : "");
    return FALSE;
  }
  return TRUE;
}

/* --- Prompt and files --- */

static gboolean
check_prompt (const char *prompt, GError **error)
{
  g_autofree char *folded = g_ascii_strdown (prompt, -1);

  if (prompt[strspn (prompt, " \t\r\n")] == '\0')
    return wrong_value (error, "PROMPT", "some text");
  if (!g_utf8_validate (prompt, -1, NULL))
    return wrong_value (error, "PROMPT", "valid UTF-8");
  if (!g_str_has_suffix (folded, ".gif")
      || !g_file_test (prompt, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "\"%s\" is a file, and would be paid for as a prompt: convert it with "
      "--from \"%s\".",
      prompt, prompt);
  return FALSE;
}

static gboolean
add_target (Options *options, const char *file, GError **error)
{
  const char *name = options_get (options, OPTION_FORMAT);
  Target target = { file, NULL };

  if (!g_str_equal (file, "-"))
    target.format = format_of_file (file, error);
  else if (name != NULL)
    target.format = format_of_name (name, error);
  else
    return wrong_value (error, "The format of standard output",
        "given by --format, like --format mp4");
  if (target.format == NULL)
    return FALSE;
  for (guint i = 0; i < options->targets->len; i++) {
    g_autofree char *one = g_canonicalize_filename (file, NULL);
    g_autofree char *other = g_canonicalize_filename (
        g_array_index (options->targets, Target, i).file, NULL);

    if (g_str_equal (one, other))
      return wrong_value (error, "Each FILE", "another one");
  }
  g_array_append_val (options->targets, target);
  return TRUE;
}

static gboolean
check_rest (Options *options, GError **error)
{
  const char *from = options_get (options, OPTION_FROM);
  guint n_rest = options->rest != NULL ? g_strv_length (options->rest) : 0;
  guint first = from == NULL ? 1 : 0;

  if (n_rest <= first) {
    g_set_error_literal (error, FAILURE, FAILURE_USAGE,
        from == NULL
            ? "Give a prompt (in quotes) and a file: visioncraft-to-video \"a "
              "fox in the snow\" fox.mp4; see --help."
            : "Give a file to convert to: visioncraft-to-video --from fox.gif "
              "fox.mp4; see --help.");
    return FALSE;
  }
  if (from == NULL) {
    options->prompt = options->rest[0];
    if (!check_prompt (options->prompt, error))
      return FALSE;
  }
  for (guint i = first; i < n_rest; i++) {
    if (!add_target (options, options->rest[i], error))
      return FALSE;
    if (g_str_equal (options->rest[i], "-") && options->json)
      return wrong_value (
          error, "FILE", "a name with --json, which uses standard output");
  }
  return TRUE;
}

static gboolean
check (Options *options, GError **error)
{
  return check_texts (options, error) && read_numbers (options, error)
      && check_rest (options, error) && read_size (options, error)
      && read_background (options, error) && check_formats (options, error);
}

gboolean
options_parse (Options *options, int *argc, char ***argv, GError **error)
{
  options->encode = (EncodeSettings) ENCODE_DEFAULTS;
  options->targets = g_array_new (FALSE, FALSE, sizeof (Target));
  if (!parse_command_line (options, argc, argv, error))
    return FALSE;
  if (options->version || options->set_token)
    return TRUE;
  if (!user_config_read ("visioncraft-to-video", value_options, options->values,
          N_OPTIONS, error))
    return FALSE;
  return options->list_samplers ? check_texts (options, error)
                                : check (options, error);
}

void
options_clear (Options *options)
{
  values_clear (options->values, N_OPTIONS);
  g_clear_pointer (&options->rest, g_strfreev);
  g_clear_pointer (&options->targets, g_array_unref);
}
