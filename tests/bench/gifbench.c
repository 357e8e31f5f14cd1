/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GIF decoders side by side: CPU time, interleaved, medians. */

#include "benchinputs.h"
#include "benchmemory.h"
#include "benchpeers.h"
#include "gifdecoder.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_PEERS 8

static gint n_rounds = 11;
static gchar *only_input;
static gchar *only_peer;
static gchar *directory;
static gboolean decodes_once;
static gchar *memory_of;

static const GOptionEntry options[] = {
  { "rounds", 0, 0, G_OPTION_ARG_INT, &n_rounds, "Measurements of each (11)",
      "N" },
  { "input", 0, 0, G_OPTION_ARG_STRING, &only_input, "This input only",
      "NAME" },
  { "peer", 0, 0, G_OPTION_ARG_STRING, &only_peer, "This decoder only",
      "NAME" },
  { "once", 0, 0, G_OPTION_ARG_NONE, &decodes_once,
      "Decode once and measure nothing: for callgrind", NULL },
  { "memory", 0, 0, G_OPTION_ARG_FILENAME, &memory_of,
      "Print what peak memory one decoding of this file takes, in kB", "FILE" },
  { "save", 0, 0, G_OPTION_ARG_FILENAME, &directory,
      "Write the inputs there and end", "DIRECTORY" },
  { NULL },
};

static gdouble
cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (gdouble) now.tv_sec * 1e3 + (gdouble) now.tv_nsec / 1e6;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const gdouble *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

static gdouble
median (gdouble *times, guint n)
{
  qsort (times, n, sizeof *times, compare_times);
  return times[n / 2];
}

/* Fills @file in. Its content goes with @bytes and @file->packet_ends. */
static void
describe (BenchFile *file, const BenchInput *input, const GByteArray *bytes)
{
  g_autoptr (GifDecoder) decoder = gif_decoder_new ();
  guint i;

  *file = (BenchFile){ bytes->data, bytes->len, input->width, input->height,
    input->n_frames, g_new (gsize, input->n_frames) };
  g_assert_true (gif_decoder_scan (decoder, bytes->data, bytes->len, TRUE)
      == GIF_RESULT_END);
  g_assert_true (gif_decoder_get_info (decoder)->n_frames == input->n_frames);
  for (i = 0; i < input->n_frames; i++) {
    const GifFrame *frame = gif_decoder_get_frame (decoder, i);

    file->packet_ends[i] = frame->offset + frame->size;
  }
}

/* Sum over all pictures, so that peers can be compared. */
typedef struct
{
  const BenchFile *file;
  gboolean is_rgba;
  GChecksum *checksum;
  guint n_pictures;
} Witness;

static void
see_picture (const guint8 *pixels, gsize stride, gpointer data)
{
  Witness *witness = data;
  g_autofree guint8 *row = g_malloc (4 * (gsize) witness->file->width);
  guint x, y;

  for (y = 0; y < witness->file->height; y++, pixels += stride) {
    memcpy (row, pixels, 4 * (gsize) witness->file->width);
    for (x = 0; witness->is_rgba && x < witness->file->width; x++) {
      guint8 red = row[4 * x];

      row[4 * x] = row[4 * x + 2];
      row[4 * x + 2] = red;
    }
    g_checksum_update (
        witness->checksum, row, 4 * (gssize) witness->file->width);
  }
  witness->n_pictures++;
}

/* Returns: (transfer full): a hash of what @peer sees, NULL if it shows nothing. */
static gchar *
look (const BenchPeer *peer, const BenchFile *file)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  Witness witness = { file, peer->is_rgba, checksum, 0 };

  peer->decode (file, see_picture, &witness);
  if (witness.n_pictures == 0)
    return NULL;
  return g_strdup_printf (
      "%u %s", witness.n_pictures, g_checksum_get_string (checksum));
}

static gboolean
is_wanted (const gchar *name, const gchar *only)
{
  return !only || g_str_equal (name, only);
}

static void
run_input (const gchar *program, const BenchInput *input,
    const GByteArray *bytes, const BenchFile *file)
{
  g_autofree gdouble *times = g_new (gdouble, MAX_PEERS * (gsize) n_rounds);
  gdouble n_mpx = 1e-6 * input->width * input->height * input->n_frames;
  gdouble canvas_kb = 4.0 * input->width * input->height / 1024, reference = 0;
  g_autofree gchar *truth = look (bench_peer_get (0), file);
  const BenchPeer *peer;
  gint round;
  guint k;

  for (round = 0; round < n_rounds; round++) {
    for (k = 0; (peer = bench_peer_get (k)); k++) {
      gdouble start = cpu_ms ();

      if (is_wanted (peer->name, only_peer))
        peer->decode (file, NULL, NULL);
      times[k * (gsize) n_rounds + (gsize) round] = cpu_ms () - start;
    }
  }
  if (!only_peer)
    reference = median (times + n_rounds, (guint) n_rounds);

  g_print ("\n%s: %s, %u × %u × %u frames, %.2f MB, %.2f bits per pixel\n\n",
      input->name, input->description, input->width, input->height,
      input->n_frames, (gdouble) file->size / 1e6,
      (gdouble) file->size * 8 / (n_mpx * 1e6));
  g_print ("| decoder | CPU ms | Mpx/s | × libavcodec | peak canvases | same "
           "pictures |\n|---|--:|--:|--:|--:|---|\n");
  for (k = 0; (peer = bench_peer_get (k)); k++) {
    gdouble ms = median (times + k * (gsize) n_rounds, (guint) n_rounds);
    g_autofree gchar *seen = NULL;

    if (!is_wanted (peer->name, only_peer))
      continue;
    seen = look (peer, file);
    g_print ("| %s | %.1f | %.0f | %.2f | %.1f | %s |\n", peer->name, ms,
        n_mpx / ms * 1e3, reference / ms,
        (gdouble) bench_memory_measure (program, peer->name, input->name, bytes)
            / canvas_kb,
        !seen                           ? "–"
            : g_str_equal (seen, truth) ? "yes"
                                        : "no");
  }
}

/* What the memory is measured of comes from a file: making it leaves memory
 * behind that decoding would use. The mapping lives as long as the process. */
static GByteArray *
get_bytes (const BenchInput *input)
{
  GMappedFile *map;

  if (!memory_of)
    return bench_input_make (input);
  map = g_mapped_file_new (memory_of, FALSE, NULL);
  g_assert_true (map != NULL);
  return g_byte_array_new_take ((guint8 *) g_mapped_file_get_contents (map),
      g_mapped_file_get_length (map));
}

static void
print_as_it_is (const gchar *text)
{
  fputs (text, stdout);
}

/* The peer of --peer, ours without it. */
static const BenchPeer *
get_peer (void)
{
  const BenchPeer *peer;
  guint k;

  for (k = 0; (peer = bench_peer_get (k)) && !is_wanted (peer->name, only_peer);
       k++)
    ;
  if (!peer)
    g_error ("no decoder is called %s", only_peer);
  return peer;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  const BenchInput *input;
  guint i;

  /* The table has signs beyond ASCII, whatever the locale. */
  g_set_print_handler (print_as_it_is);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  for (i = 0; (input = bench_input_get (i)); i++) {
    g_autoptr (GByteArray) bytes = NULL;
    BenchFile file;

    if (!is_wanted (input->name, only_input))
      continue;
    bytes = get_bytes (input);
    describe (&file, input, bytes);
    if (directory) {
      g_autofree gchar *path =
          g_strdup_printf ("%s/%s.gif", directory, input->name);

      g_assert_true (g_file_set_contents (
          path, (const gchar *) bytes->data, bytes->len, NULL));
    } else if (decodes_once) {
      get_peer ()->decode (&file, NULL, NULL);
    } else if (memory_of) {
      bench_memory_report (get_peer (), &file);
    } else {
      run_input (argv[0], input, bytes, &file);
    }
    g_free (file.packet_ends);
    if (memory_of)
      g_byte_array_steal (bytes, NULL);
  }
  return 0;
}
