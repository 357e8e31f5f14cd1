/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "options.h"

#include "failure.h"
#include "number.h"

#include <string.h>

#define MAX_RETRIES 1000

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

static const ValueOption own_options[] = {
  { "from", "Convert this GIF (- is standard input) instead of generating one",
      "GIF" },
  { "format", "Of standard output: mp4, webm, mov, gif, png", "NAME" },
  { "retries", "How often to try again while the service is busy (default: 3)",
      "N", TRUE },
  { "variation",
      "Which of the pictures of one prompt in the cache (default: 0)", "N" },
};

static void
fill_value_options (ValueOption *value_options)
{
  memcpy (value_options, shared_options, sizeof shared_options);
  memcpy (value_options + N_SHARED_OPTIONS, own_options, sizeof own_options);
}

static void
add_entries (Options *options, GOptionContext *context)
{
  const GOptionEntry switches[] = {
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
    { NULL },
  };
  ValueOption value_options[N_OPTIONS];

  fill_value_options (value_options);
  value_options_add (context, value_options, options->values, N_OPTIONS);
  g_option_context_add_main_entries (context, switches, NULL);
}

static gboolean
parse_command_line (Options *options, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("PROMPT FILE…");
  g_autoptr (GError) wrong = NULL;

  g_option_context_set_summary (context,
      "Generates an animation from a text prompt with VisionCraft's service, "
      "and saves\nit as a video file.");
  g_option_context_set_description (context, description);
  add_entries (options, context);
  if (g_option_context_parse (context, argc, argv, &wrong))
    return TRUE;
  g_set_error (
      error, FAILURE, FAILURE_USAGE, "%s: see --help.", wrong->message);
  return FALSE;
}

const char *
options_get (const Options *options, guint option)
{
  return options->values[option].text;
}

/* --- Values --- */

static gboolean
read_own_number (const Options *options, Option option, int maximum, int *value,
    GError **error)
{
  g_autofree char *name =
      g_strconcat ("--", own_options[option - N_SHARED_OPTIONS].name, NULL);
  const char *text = options_get (options, option);

  return text == NULL || number_read (name, text, 0, maximum, value, error);
}

static gboolean
read_values (Options *options, GError **error)
{
  g_autoptr (GPtrArray) formats = g_ptr_array_new ();

  for (guint i = 0; i < options->targets->len; i++)
    g_ptr_array_add (
        formats, (gpointer) g_array_index (options->targets, Target, i).format);
  options->retries = -1;
  return read_own_number (
             options, OPTION_RETRIES, MAX_RETRIES, &options->retries, error)
      && read_own_number (
          options, OPTION_VARIATION, G_MAXINT, &options->variation, error)
      && shared_options_read (options->values,
          (const Format *const *) formats->pdata, formats->len,
          &options->settings, error);
}

/* --- Prompt and files --- */

static gboolean
check_prompt (const char *prompt, GError **error)
{
  const Format *format;

  if (prompt[strspn (prompt, " \t\r\n")] == '\0')
    return option_wrong_value (error, "PROMPT", "some text");
  if (!g_utf8_validate (prompt, -1, NULL))
    return option_wrong_value (error, "PROMPT", "valid UTF-8");
  format = format_of_file (prompt, NULL);
  if (format == NULL || !g_file_test (prompt, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (format->id == FORMAT_GIF)
    g_set_error (error, FAILURE, FAILURE_USAGE,
        "\"%s\" is a file, and would be paid for as a prompt: convert it with "
        "--from \"%s\".",
        prompt, prompt);
  else
    g_set_error (error, FAILURE, FAILURE_USAGE,
        "\"%s\" is a file, and would be paid for as a prompt; only GIFs can be "
        "converted, with --from.",
        prompt);
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
    return option_wrong_value (error, "The format of standard output",
        "given by --format, like --format mp4");
  if (target.format == NULL)
    return FALSE;
  for (guint i = 0; i < options->targets->len; i++) {
    g_autofree char *one = g_canonicalize_filename (file, NULL);
    g_autofree char *other = g_canonicalize_filename (
        g_array_index (options->targets, Target, i).file, NULL);

    if (g_str_equal (one, other))
      return option_wrong_value (error, "Each FILE", "another one");
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
  gboolean to_stdout = FALSE;

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
      return option_wrong_value (
          error, "FILE", "a name with --json, which uses standard output");
    to_stdout |= g_str_equal (options->rest[i], "-");
  }
  if (options->values[OPTION_FORMAT].text != NULL && !to_stdout)
    return option_wrong_value (error, "FILE",
        "- with --format; other files say their format by their names");
  return TRUE;
}

static gboolean
check (Options *options, GError **error)
{
  return check_rest (options, error) && read_values (options, error);
}

gboolean
options_parse (Options *options, int *argc, char ***argv, GError **error)
{
  ValueOption value_options[N_OPTIONS];

  fill_value_options (value_options);
  options->targets = g_array_new (FALSE, FALSE, sizeof (Target));
  if (!parse_command_line (options, argc, argv, error))
    return FALSE;
  if (options->version || options->set_token)
    return TRUE;
  if (!user_config_read ("visioncraft-to-video", value_options, options->values,
          N_OPTIONS, N_SHARED_OPTIONS, error))
    return FALSE;
  return options->list_samplers ? shared_options_read (
             options->values, NULL, 0, &options->settings, error)
                                : check (options, error);
}

void
options_clear (Options *options)
{
  values_clear (options->values, N_OPTIONS);
  g_clear_pointer (&options->rest, g_strfreev);
  g_clear_pointer (&options->targets, g_array_unref);
}
