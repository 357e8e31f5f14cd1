/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include "colour.h"
#include "failure.h"

#include <stdio.h>

#define MAX_LOOPS 10000
#define MAX_FPS 240
#define MAX_SIDE 8192
#define MAX_RETRIES 1000

/* Options that are text until they are checked. */
typedef struct
{
  char *fps, *size, *background;
  char **rest;
} Raw;

static const char description[] =
    "The API key is read from the environment variable VISIONCRAFT_TOKEN or "
    "from --token-file.\n"
    "\n"
    "FILE's ending chooses the format:\n"
    "  .mp4          H.264, for everything\n"
    "  .webm         VP9, for the web\n"
    "  .mov          ProRes 4444 with transparency, for editing\n"
    "  .gif          the service's GIF, unchanged\n"
    "  .png          the first frame; with a name like fox-%03d.png each "
    "frame\n"
    "  .m3u8         H.264 for HTTP live streaming, with segments beside it\n"
    "\n"
    "Exit status: 0 done; 64 usage; 65 the service refused a parameter; 69 "
    "the service\nis not available; 74 the file cannot be written; 75 try "
    "again later; 77 no or no\nvalid API key.\n"
    "\n"
    "Example:\n"
    "  visioncraft-to-video \"a fox in the snow\" fox.mp4 --loops 3 --size "
    "512x512";

/* FILENAME is text as it is in argv, whatever the locale. */
#define TEXT G_OPTION_ARG_FILENAME

static gboolean
parse_raw (Options *options, Raw *raw, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "sampler", 0, 0, TEXT, &options->sampler,
        "The sampler's name (default: Euler)", "NAME" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &options->steps,
        "Sampling steps, 1 to 50 (default: 30)", "N" },
    { "cfg-scale", 0, 0, G_OPTION_ARG_INT, &options->cfg_scale,
        "How closely to follow the prompt, 0 to 20 (default: 10)", "N" },
    { "negative-prompt", 0, 0, TEXT, &options->negative_prompt,
        "What the GIF should not show", "TEXT" },
    { "loops", 0, 0, G_OPTION_ARG_INT, &options->n_loops,
        "How often to show the animation (default: 1)", "N" },
    { "fps", 0, 0, TEXT, &raw->fps,
        "Frames per second, also N/D (default: the GIF's own times)", "N" },
    { "size", 0, 0, TEXT, &raw->size,
        "Fit into this size, with black borders (default: the GIF's)", "WxH" },
    { "background", 0, 0, TEXT, &raw->background,
        "What transparent pixels become, a name or #rrggbb (default: white "
        "where the format has no transparency)",
        "COLOUR" },
    { "quality", 0, 0, G_OPTION_ARG_INT, &options->quality,
        "0 (smallest) to 100 (best) for mp4, webm, m3u8 (default: 75)", "N" },
    { "api-url", 0, 0, TEXT, &options->api_url,
        "The service's address (default: VISIONCRAFT_API_URL, or "
        "https://visioncraft.top)",
        "URL" },
    { "token-file", 0, 0, TEXT, &options->token_file,
        "File whose first line is the API key", "FILE" },
    { "retries", 0, 0, G_OPTION_ARG_INT, &options->retries,
        "How often to try again while the service is busy (default: 3)", "N" },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &options->force,
        "Replace files that exist", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &options->quiet, "Print errors only",
        NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version,
        "Print the version and end", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &raw->rest, NULL,
        NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("PROMPT FILE");
  g_autoptr (GError) wrong = NULL;

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

static gboolean
wrong_value (GError **error, const char *option, const char *wanted)
{
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s must be %s.", option, wanted);
  return FALSE;
}

/* Numbers that were not given are -1 here. */
static gboolean
check_range (
    const char *option, int value, int minimum, int maximum, GError **error)
{
  if (value == -1 || (value >= minimum && value <= maximum))
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE, "%s must be %d to %d.", option,
      minimum, maximum);
  return FALSE;
}

static gboolean
check_numbers (const Options *options, GError **error)
{
  return check_range ("--steps", options->steps, 1, 50, error)
      && check_range ("--cfg-scale", options->cfg_scale, 0, 20, error)
      && check_range ("--loops", options->n_loops, 1, MAX_LOOPS, error)
      && check_range ("--quality", options->quality, 0, 100, error)
      && check_range ("--retries", options->retries, 0, MAX_RETRIES, error);
}

static gboolean
read_fps (Options *options, const char *text, GError **error)
{
  int end = 0;

  options->fps_d = 1;
  if (text == NULL)
    return TRUE;
  if ((sscanf (text, "%6d%n", &options->fps_n, &end) == 1 && text[end] == '\0')
      || (sscanf (text, "%6d/%6d%n", &options->fps_n, &options->fps_d, &end)
              == 2
          && text[end] == '\0')) {
    if (options->fps_n > 0 && options->fps_d > 0
        && options->fps_n <= MAX_FPS * options->fps_d)
      return TRUE;
  }
  return wrong_value (error, "--fps", "a rate like 25 or 30000/1001");
}

static gboolean
read_size (Options *options, const char *text, GError **error)
{
  int end = 0;

  if (text == NULL)
    return TRUE;
  if (sscanf (text, "%5dx%5d%n", &options->width, &options->height, &end) != 2
      || text[end] != '\0' || options->width < 16 || options->height < 16
      || options->width > MAX_SIDE || options->height > MAX_SIDE)
    return wrong_value (
        error, "--size", "a size like 512x512, of 16 to 8192 pixels each way");
  if (options->format->wants_even
      && (options->width % 2 != 0 || options->height % 2 != 0))
    return wrong_value (error, "--size", "even both ways for this format");
  return TRUE;
}

static gboolean
read_background (Options *options, const char *text, GError **error)
{
  options->background = 0xffffff;
  options->has_background = text != NULL;
  if (text == NULL || colour_parse (text, &options->background))
    return TRUE;
  return wrong_value (error, "--background",
      "a colour like #336699, or one of HTML's names like navy");
}

/* An option that the format cannot honour is better refused than ignored. */
static gboolean
check_format (const Options *options, const Raw *raw, GError **error)
{
  const Format *format = options->format;
  const char *option = NULL;

  if (format->id == FORMAT_GIF && raw->size != NULL)
    option = "--size";
  else if (format->id == FORMAT_GIF && raw->background != NULL)
    option = "--background";
  else if (!format->has_times && raw->fps != NULL)
    option = "--fps";
  else if (!format->has_times && options->n_loops != -1)
    option = "--loops";
  else if (!format->has_quality && options->quality != -1)
    option = "--quality";
  if (option == NULL)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_USAGE,
      "%s means nothing for %s files%s.", option, format->suffix,
      format->id == FORMAT_GIF ? ", which are the service's bytes"
          : format->id == FORMAT_PNG
          ? "; for all frames use a name like fox-%03d.png"
          : "");
  return FALSE;
}

static gboolean
check_text (const char *option, const char *text, GError **error)
{
  if (text == NULL || g_utf8_validate (text, -1, NULL))
    return TRUE;
  return wrong_value (error, option, "valid UTF-8");
}

static gboolean
check_texts (const Options *options, GError **error)
{
  if (options->prompt[strspn (options->prompt, " \t\r\n")] == '\0')
    return wrong_value (error, "PROMPT", "some text");
  return check_text ("PROMPT", options->prompt, error)
      && check_text ("--negative-prompt", options->negative_prompt, error)
      && check_text ("--sampler", options->sampler, error)
      && check_text ("--api-url", options->api_url, error);
}

static gboolean
check (Options *options, Raw *raw, GError **error)
{
  if (raw->rest == NULL || g_strv_length (raw->rest) != 2) {
    g_set_error (error, FAILURE, FAILURE_USAGE,
        "Give a prompt (in quotes) and a file: visioncraft-to-video \"a fox "
        "in the snow\" fox.mp4; see --help.");
    return FALSE;
  }
  options->prompt = g_strdup (raw->rest[0]);
  options->file = g_strdup (raw->rest[1]);
  options->format = format_of_file (options->file, error);
  return options->format != NULL && check_texts (options, error)
      && check_numbers (options, error) && read_fps (options, raw->fps, error)
      && read_size (options, raw->size, error)
      && read_background (options, raw->background, error)
      && check_format (options, raw, error);
}

gboolean
options_parse (Options *options, int *argc, char ***argv, GError **error)
{
  Raw raw = { 0 };
  gboolean good;

  options->steps = options->cfg_scale = options->retries = -1;
  options->n_loops = options->quality = -1;
  good = parse_raw (options, &raw, argc, argv, error)
      && (options->version || check (options, &raw, error));
  g_free (raw.fps);
  g_free (raw.size);
  g_free (raw.background);
  g_strfreev (raw.rest);
  return good;
}

void
options_clear (Options *options)
{
  g_clear_pointer (&options->prompt, g_free);
  g_clear_pointer (&options->file, g_free);
  g_clear_pointer (&options->sampler, g_free);
  g_clear_pointer (&options->negative_prompt, g_free);
  g_clear_pointer (&options->api_url, g_free);
  g_clear_pointer (&options->token_file, g_free);
}
