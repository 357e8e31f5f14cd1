/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "failure.h"
#include "number.h"
#include "template.h"

#include <string.h>

#define MAX_JOBS 1000
#define MAX_SECONDS 604800
#define NAME "visioncraft-batch"

static const char description[] =
    "PROMPTS is a list: JSON Lines with \"prompt\" and, where wanted, \"id\", "
    "\"negative_prompt\",\n\"sampler\", \"cfg_scale\", \"steps\", "
    "\"variations\" and \"output\"; or text with a prompt a line;\n\"-\" is "
    "standard input, read while it comes.\n"
    "\n"
    "--output names the files, several times for several formats: .mp4, "
    ".webm, .mov, .gif,\n.png, .m3u8. In it {n} is the item's number, {id} "
    "its id, {slug} words of the prompt,\n{variation} which one of equal "
    "prompts it is, from 0.\n"
    "\n"
    "Nothing is paid twice: the same command goes on where an earlier run "
    "ended, however\nit ended.\n"
    "\n"
    "Exit status: 0 all done; 64 usage; 65 some were refused; 66 the list "
    "cannot be read;\n69 a GStreamer plugin is missing; 74 a folder cannot be "
    "used; 75 start it again for\nthe rest; 76 only those are left that may "
    "have been billed; 77 no or no valid API\nkey; 130, 143 ended by a "
    "second signal.\n"
    "\n"
    "Example:\n"
    "  visioncraft-batch prompts.txt --output 'clips/{n}-{slug}.mp4' --rate "
    "30/min";

static const ValueOption own_options[] = {
  { "jobs", "Generations in flight (default: 4)", "N", TRUE },
  { "encoders", "Conversions at once (default: the processors)", "N", TRUE },
  { "rate", "No more requests than this: 30/min, 2/s, 500/h (default: any)",
      "N/TIME", TRUE },
  { "max-wait",
      "Give up for now when the service wants a longer wait (default: 900)",
      "SECONDS", TRUE },
  { "max-paid", "Ask for no more generations in this run than that", "N" },
  { "stop-after-failures", "Stop after so many failures in a row", "N", TRUE },
  { "grace",
      "After a signal, how long to wait for what is under way (default: 25)",
      "SECONDS", TRUE },
  { "journal-dir",
      "Where it is noted what was done (default: the outputs' folder)", "DIR" },
  { "shard", "Only every N-th prompt, from the K-th on, which is 0 to N-1",
      "K/N" },
  { "merge",
      "Instead of a run: read all journals in DIR, write one results.jsonl, "
      "and say what is missing",
      "DIR" },
  { "report", "Write a page with all pictures", "FILE" },
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
    { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &options->output_texts,
        "The files to write, like 'clips/{n}-{slug}.mp4'", "FILE" },
    { "check", 0, 0, G_OPTION_ARG_NONE, &options->check,
        "Only read the list, and say how many generations would be paid",
        NULL },
    { "repeat-unknown", 0, 0, G_OPTION_ARG_NONE, &options->repeat_unknown,
        "Ask again for what may have been billed already", NULL },
    { "retry-failed", 0, 0, G_OPTION_ARG_NONE, &options->retry_failed,
        "Try again what was refused or could not be converted", NULL },
    { "force", 'f', 0, G_OPTION_ARG_NONE, &options->force,
        "Replace files that are not of an earlier run", NULL },
    { "insecure", 0, 0, G_OPTION_ARG_NONE, &options->insecure,
        "Take any certificate: others can read the API key", NULL },
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
  g_autoptr (GOptionContext) context = g_option_context_new ("PROMPTS");
  g_autoptr (GError) wrong = NULL;

  g_option_context_set_summary (context,
      "Generates an animation for each prompt of a list with VisionCraft's "
      "service, and saves\nthem as video files.");
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
read_number (const Options *options, Option option, int minimum, int maximum,
    int *value, GError **error)
{
  g_autofree char *name =
      g_strconcat ("--", own_options[option - N_SHARED_OPTIONS].name, NULL);
  const char *text = options_get (options, option);

  return text == NULL
      || number_read (name, text, minimum, maximum, value, error);
}

static gboolean
read_numbers (Options *options, GError **error)
{
  options->jobs = 4;
  options->encoders = (int) g_get_num_processors ();
  options->max_wait_s = 900;
  options->grace_s = 25;
  options->max_paid = options->stop_after_failures = -1;
  return read_number (options, OPTION_JOBS, 1, MAX_JOBS, &options->jobs, error)
      && read_number (
          options, OPTION_ENCODERS, 1, MAX_JOBS, &options->encoders, error)
      && read_number (
          options, OPTION_MAX_WAIT, 0, MAX_SECONDS, &options->max_wait_s, error)
      && read_number (
          options, OPTION_MAX_PAID, 0, G_MAXINT, &options->max_paid, error)
      && read_number (options, OPTION_STOP_AFTER_FAILURES, 1, G_MAXINT,
          &options->stop_after_failures, error)
      && read_number (
          options, OPTION_GRACE, 0, MAX_SECONDS, &options->grace_s, error);
}

/* "30/min" and the like: seconds from one request to the next. */
static gboolean
read_rate (Options *options, GError **error)
{
  static const struct
  {
    const char *name;
    int seconds;
  } units[] = { { "s", 1 }, { "sec", 1 }, { "m", 60 }, { "min", 60 },
    { "h", 3600 }, { "d", 86400 } };
  const char *text = options_get (options, OPTION_RATE);
  char *end;
  double number;

  if (text == NULL)
    return TRUE;
  number = g_ascii_strtod (text, &end);
  for (guint i = 0; end[0] == '/' && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (end + 1, units[i].name) && g_ascii_isdigit (text[0])
        && number >= 0.001 && number <= 1e6) {
      options->interval_s = units[i].seconds / number;
      return TRUE;
    }
  return option_wrong_value (
      error, "--rate", "a number and a time, like 30/min, 2/s or 500/h");
}

/* "3/8" */
static gboolean
read_shard (Options *options, GError **error)
{
  const char *text = options_get (options, OPTION_SHARD);
  g_auto (GStrv) parts = NULL;
  guint64 index, count;

  options->shard = (Shard){ 0, 1 };
  if (text == NULL)
    return TRUE;
  parts = g_strsplit (text, "/", -1);
  if (g_strv_length (parts) != 2
      || !g_ascii_string_to_unsigned (parts[1], 10, 1, 1000000, &count, NULL)
      || !g_ascii_string_to_unsigned (parts[0], 10, 0, count - 1, &index, NULL))
    return option_wrong_value (error, "--shard",
        "like 0/8 for the first of eight parts, and 7/8 for the last");
  options->shard = (Shard){ (guint) index, (guint) count };
  return TRUE;
}

/* --- Files --- */

/* The folder that is above both, or one of them. */
static char *
common_folder (const char *a, const char *b)
{
  g_autofree char *whole = g_canonicalize_filename (a, NULL);
  g_autofree char *other = g_canonicalize_filename (b, NULL);

  for (;;) {
    gsize length = strlen (whole);
    char *above;

    if (g_str_equal (whole, "/") || g_str_equal (whole, other)
        || (g_str_has_prefix (other, whole) && other[length] == '/'))
      return g_steal_pointer (&whole);
    above = g_path_get_dirname (whole);
    g_free (whole);
    whole = above;
  }
}

static gboolean
read_outputs (Options *options, GError **error)
{
  char **texts = options->output_texts;

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++) {
    Template *template;
    g_autofree char *folder = NULL;
    char *common;

    if (!g_utf8_validate (texts[i], -1, NULL))
      return option_wrong_value (error, "--output", "valid UTF-8");
    template = template_new (texts[i], error);
    if (template == NULL)
      return FALSE;
    g_ptr_array_add (options->templates, template);
    folder = template_dup_folder (template);
    common = options->folder != NULL ? common_folder (options->folder, folder)
                                     : g_steal_pointer (&folder);
    g_free (options->folder);
    options->folder = common;
  }
  if (options->folder == NULL)
    options->folder = g_strdup (".");
  options->journal_dir =
      g_strdup (options_get (options, OPTION_JOURNAL_DIR) != NULL
              ? options_get (options, OPTION_JOURNAL_DIR)
              : options->folder);
  return TRUE;
}

static gboolean
read_shared (Options *options, GError **error)
{
  g_autoptr (GPtrArray) formats = g_ptr_array_new ();

  for (guint i = 0; i < options->templates->len; i++)
    g_ptr_array_add (
        formats, (gpointer) template_get_format (options->templates->pdata[i]));
  return shared_options_read (options->values,
      (const Format *const *) formats->pdata, formats->len, &options->settings,
      error);
}

static gboolean
check_rest (Options *options, GError **error)
{
  guint n_rest = options->rest != NULL ? g_strv_length (options->rest) : 0;

  if (options_get (options, OPTION_MERGE) != NULL)
    return n_rest == 0
        || option_wrong_value (error, "--merge", "given without a list");
  if (n_rest == 1) {
    options->prompts = options->rest[0];
    return TRUE;
  }
  g_set_error_literal (error, FAILURE, FAILURE_USAGE,
      n_rest == 0
          ? "Give a list of prompts: " NAME
            " prompts.txt --output 'clips/{n}-{slug}.mp4'; see --help."
          : "Give one list; every --output stands behind its own option.");
  return FALSE;
}

static gboolean
check (Options *options, GError **error)
{
  return check_rest (options, error) && read_outputs (options, error)
      && read_numbers (options, error) && read_rate (options, error)
      && read_shard (options, error) && read_shared (options, error);
}

gboolean
options_parse (Options *options, int *argc, char ***argv, GError **error)
{
  ValueOption value_options[N_OPTIONS];

  fill_value_options (value_options);
  options->templates =
      g_ptr_array_new_with_free_func ((GDestroyNotify) template_free);
  if (!parse_command_line (options, argc, argv, error))
    return FALSE;
  return options->version
      || (user_config_read (NAME, value_options, options->values, N_OPTIONS,
              N_SHARED_OPTIONS, error)
          && check (options, error));
}

void
options_clear (Options *options)
{
  values_clear (options->values, N_OPTIONS);
  g_clear_pointer (&options->rest, g_strfreev);
  g_clear_pointer (&options->output_texts, g_strfreev);
  g_clear_pointer (&options->templates, g_ptr_array_unref);
  g_clear_pointer (&options->folder, g_free);
  g_clear_pointer (&options->journal_dir, g_free);
}
