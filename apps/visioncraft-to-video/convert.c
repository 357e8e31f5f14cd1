/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "convert.h"

#include "failure.h"
#include "generate.h"

#include <gio/gio.h>
#include <string.h>

#define DRAW_EVERY_MS 125
#define GIF_HEADER_SIZE 13

typedef struct
{
  const Options *options;
  Progress *progress;
  GMainLoop *loop;
  GPtrArray *outputs; /* of Output, a target each */
  GPtrArray *encodes; /* of Encode, likewise; they end before the outputs */
  guint n_encoded;
  Generate *generate;
  GBytes *gif;
  GstTagList *tags;
  char *cache_dir; /* NULL: none */
  GError *error;
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->generate, generate_free);
  g_clear_pointer (&run->encodes, g_ptr_array_unref);
  g_clear_pointer (&run->outputs, g_ptr_array_unref);
  g_clear_pointer (&run->gif, g_bytes_unref);
  g_clear_pointer (&run->tags, gst_tag_list_unref);
  g_free (run->cache_dir);
  g_main_loop_unref (run->loop);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* --- Encoding, one file after the other --- */

static void start_next (Run *run);

static void
on_encoded (Encode *encode, const GError *error, gpointer data)
{
  Run *run = data;

  if (error != NULL) {
    run->error = g_error_copy (error);
    g_main_loop_quit (run->loop);
    return;
  }
  run->n_encoded++;
  start_next (run);
}

static void
start_next (Run *run)
{
  if (run->n_encoded == run->encodes->len)
    g_main_loop_quit (run->loop);
  else
    encode_start (run->encodes->pdata[run->n_encoded], run->gif, run->tags,
        on_encoded, run);
}

static void
start_encoding (Run *run, GBytes *gif, const GstTagList *tags)
{
  run->gif = g_bytes_ref (gif);
  run->tags = tags != NULL ? gst_tag_list_copy (tags) : NULL;
  progress_take_saved (run->progress, -1);
  progress_draw (run->progress);
  start_next (run);
}

static gboolean
on_draw (gpointer data)
{
  Run *run = data;

  if (run->gif != NULL && run->n_encoded < run->encodes->len) {
    double fraction = encode_get_fraction (run->encodes->pdata[run->n_encoded]);

    if (fraction >= 0)
      progress_take_saved (
          run->progress, (run->n_encoded + fraction) / run->encodes->len);
  }
  progress_draw (run->progress);
  return G_SOURCE_CONTINUE;
}

/* --- Where the GIF comes from --- */

static void
on_message (GstMessage *message, gpointer data)
{
  progress_take (((Run *) data)->progress, message);
}

static void
on_generated (Generate *generate, GBytes *gif, const GstTagList *tags,
    const GError *error, gpointer data)
{
  Run *run = data;

  if (error == NULL) {
    if (generate_was_cached (generate))
      progress_say (run->progress, "From the cache; --new for another");
    start_encoding (run, gif, tags);
    return;
  }
  run->error = g_error_copy (error);
  g_main_loop_quit (run->loop);
}

static gboolean
make_generate (Run *run, const char *key, GError **error)
{
  const Options *options = run->options;
  const GenerateRequest request = {
    .prompt = options->prompt,
    .negative_prompt = options_get (options, OPTION_NEGATIVE_PROMPT),
    .sampler = options_get (options, OPTION_SAMPLER),
    .steps = options->settings.steps,
    .cfg_scale = options->settings.cfg_scale,
    .api_url = options_get (options, OPTION_API_URL),
    .token = key,
    .ca_file = options_get (options, OPTION_CA_FILE),
    .proxy = options_get (options, OPTION_PROXY),
    .insecure = options->insecure,
    .retries = options->retries,
    .cache_dir = run->cache_dir,
    .variation = (guint) options->variation,
    .is_new = options->is_new,
  };

  run->generate = generate_new (&request, error);
  return run->generate != NULL;
}

/* What was paid for is not lost: how to go on, in a sentence. NULL: nothing was,
 * or it is not kept. The caller owns it. */
static char *
dup_way_on (Run *run)
{
  g_autofree char *how = NULL;

  if (run->generate == NULL || !progress_is_paid (run->progress)
      || run->cache_dir == NULL)
    return NULL;
  how = run->options->is_new
      ? g_strdup_printf ("with --variation=%u instead of --new ",
          generate_get_variation (run->generate))
      : g_strdup ("");
  return g_strdup_printf (
      "The GIF is in the cache: the same command %sasks for nothing again.",
      how);
}

/* Takes @error_taken over. Returns FALSE. */
static gboolean
fail (Run *run, GError *error_taken, GError **error)
{
  g_autofree char *way_on = run->gif != NULL ? dup_way_on (run) : NULL;

  if (way_on != NULL) {
    g_autofree char *before = error_taken->message;

    error_taken->message = g_strdup_printf ("%s %s", before, way_on);
  }
  g_propagate_error (error, error_taken);
  return FALSE;
}

static void
say_what_it_cost (Run *run)
{
  g_autofree char *way_on = dup_way_on (run);

  if (way_on != NULL)
    progress_say (run->progress, way_on);
  else if (run->generate != NULL)
    progress_say (run->progress,
        progress_is_paid (run->progress)
            ? "The service has made the GIF, and bills it."
            : "The service was asked, and may bill it.");
}

/* Any file that begins like a GIF; what is wrong inside, the decoder says. Looks
 * first: some files, like those in /dev, have no end. */
static GBytes *
read_gif (const char *from, GError **error)
{
  g_autoptr (GFile) file =
      g_file_new_for_path (g_str_equal (from, "-") ? "/dev/stdin" : from);
  g_autoptr (GFileInputStream) input = NULL;
  g_autoptr (GOutputStream) gif = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) reason = NULL;
  char magic[GIF_HEADER_SIZE];
  gsize size = 0;

  if ((input = g_file_read (file, NULL, &reason)) == NULL
      || !g_input_stream_read_all (
          G_INPUT_STREAM (input), magic, sizeof magic, &size, NULL, &reason)) {
    g_set_error (error, FAILURE, FAILURE_INPUT,
        "The GIF to convert cannot be read: %s.", reason->message);
    return NULL;
  }
  if (size < sizeof magic || memcmp (magic, "GIF8", 4) != 0) {
    g_set_error (error, FAILURE, FAILURE_INPUT, "\"%s\" is no GIF.", from);
    return NULL;
  }
  if (g_output_stream_write_all (gif, magic, size, NULL, NULL, &reason)
      && g_output_stream_splice (gif, G_INPUT_STREAM (input),
             G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &reason)
          >= 0)
    return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (gif));
  g_set_error (error, FAILURE, FAILURE_INPUT,
      "The GIF to convert cannot be read: %s.", reason->message);
  return NULL;
}

/* --- Files --- */

static gboolean
make_outputs (Run *run, GError **error)
{
  const Options *options = run->options;

  for (guint i = 0; i < options->targets->len; i++) {
    const Target *target = &g_array_index (options->targets, Target, i);
    Output *output = g_str_equal (target->file, "-")
        ? output_new_for_stdout (target->format, error)
        : output_new (target->file, target->format, options->force, error);
    Encode *encode;

    if (output == NULL)
      return FALSE;
    g_ptr_array_add (run->outputs, output);
    encode = encode_new (output, &options->settings.encode, error);
    if (encode == NULL)
      return FALSE;
    g_ptr_array_add (run->encodes, encode);
  }
  return TRUE;
}

static gboolean
publish (Run *run, GError **error)
{
  for (guint i = 0; i < run->outputs->len; i++) {
    Output *output = run->outputs->pdata[i];
    guint n_files;
    guint64 n_bytes;

    if (!output_publish (output, &n_files, &n_bytes, error))
      return FALSE;
    progress_wrote (run->progress, output_get_file (output), n_files, n_bytes);
  }
  return TRUE;
}

static void
run_loop (Run *run)
{
  guint draw = g_timeout_add (DRAW_EVERY_MS, on_draw, run);

  if (run->generate != NULL) {
    progress_draw (run->progress);
    generate_start (run->generate, on_message, on_generated, run);
  }
  g_main_loop_run (run->loop);
  g_source_remove (draw);
  /* Nothing writes any more. */
  g_ptr_array_set_size (run->encodes, 0);
}

gboolean
convert_run (const Options *options, const char *key, Progress *progress,
    Interrupt *interrupt, GError **error)
{
  const char *from = options_get (options, OPTION_FROM);
  g_auto (Run) run = {
    .options = options,
    .progress = progress,
    .loop = interrupt_ref_loop (interrupt),
    .cache_dir = options->no_cache
        ? NULL
        : shared_options_dup_cache_dir (options->values),
    .outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) output_free),
    .encodes = g_ptr_array_new_with_free_func ((GDestroyNotify) encode_free),
  };
  g_autoptr (GBytes) gif = NULL;

  if (!make_outputs (&run, error))
    return FALSE;
  if (from == NULL ? !make_generate (&run, key, error)
                   : (gif = read_gif (from, error)) == NULL)
    return FALSE;
  if (interrupt_get_signal (interrupt) != 0)
    return FALSE;
  if (gif != NULL)
    start_encoding (&run, gif, NULL);
  run_loop (&run);
  if (run.error != NULL)
    return fail (&run, run.error, error);
  if (interrupt_get_signal (interrupt) != 0) {
    say_what_it_cost (&run);
    return FALSE;
  }
  return publish (&run, &run.error) || fail (&run, run.error, error);
}
