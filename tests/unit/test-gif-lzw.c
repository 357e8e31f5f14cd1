/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Codes to pixels. Pixels are their index plus one here, so that a pixel that
 * was never written cannot pass for one. */

#include "giflzw.h"

#include <string.h>

#define MAX_PIXELS 70000
#define CLEAR(code_size) (1u << (code_size))
#define END(code_size) (CLEAR (code_size) + 1)

/* Room for the pixels, one more than are wanted, and codes packed for them. */
typedef struct
{
  GifLzw *lzw;
  guint32 *memory;
  guint32 *out;

  GByteArray *bytes;
  guint code_size, width, next, n_bits;
  guint64 bits;
  gboolean is_first;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  guint i;

  f->lzw = gif_lzw_new ();
  f->memory = g_new (guint32, GIF_LZW_MAX_COLORS + MAX_PIXELS + 1);
  f->out = f->memory + GIF_LZW_MAX_COLORS;
  for (i = 0; i < GIF_LZW_MAX_COLORS; i++)
    f->memory[i] = i + 1;
  f->bytes = g_byte_array_new ();
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  gif_lzw_free (f->lzw);
  g_free (f->memory);
  g_byte_array_unref (f->bytes);
}

static void
begin (Fixture *f, guint code_size)
{
  g_byte_array_set_size (f->bytes, 0);
  f->code_size = code_size;
  f->width = code_size + 1;
  f->next = END (code_size) + 1;
  f->is_first = TRUE;
  f->bits = 0;
  f->n_bits = 0;
}

/* Appends @code in the width that a decoder expects here. */
static void
put (Fixture *f, guint code)
{
  f->bits |= (guint64) code << f->n_bits;
  f->n_bits += f->width;
  for (; f->n_bits >= 8; f->n_bits -= 8, f->bits >>= 8) {
    guint8 byte = f->bits & 0xff;

    g_byte_array_append (f->bytes, &byte, 1);
  }

  if (code == CLEAR (f->code_size)) {
    f->width = f->code_size + 1;
    f->next = END (f->code_size) + 1;
    f->is_first = TRUE;
    return;
  }
  if (!f->is_first && f->next < 4096)
    f->next++;
  f->is_first = FALSE;
  if (f->next == 1u << f->width && f->width < 12)
    f->width++;
}

static void
finish (Fixture *f)
{
  guint8 byte = f->bits & 0xff;

  if (f->n_bits > 0)
    g_byte_array_append (f->bytes, &byte, 1);
}

/* Decodes what was put, in pieces of @step bytes, from memory of exactly the size
 * that is allowed. */
static gsize
decode_in_pieces (Fixture *f, gsize n_pixels, gsize step)
{
  gsize n_bytes = f->bytes->len, at;

  memset (f->out, 0, n_pixels * sizeof (guint32));
  f->out[n_pixels] = 0xdeadbeef;
  gif_lzw_begin (f->lzw, f->code_size, f->memory, f->out, n_pixels);
  for (at = 0; at < n_bytes; at += step) {
    gsize n = MIN (step, n_bytes - at);
    g_autofree guint8 *in = g_memdup2 (f->bytes->data + at, n);

    if (!gif_lzw_feed (f->lzw, in, n))
      break;
  }
  g_assert_cmphex (f->out[n_pixels], ==, 0xdeadbeef);
  return gif_lzw_end (f->lzw);
}

static gsize
decode (Fixture *f, gsize n_pixels)
{
  return decode_in_pieces (f, n_pixels, MAX (1, f->bytes->len));
}

static void
assert_indices (Fixture *f, const gchar *digits)
{
  gsize i;

  g_assert_cmpuint (decode (f, MAX_PIXELS), ==, strlen (digits));
  for (i = 0; digits[i]; i++)
    g_assert_cmpuint (f->out[i], ==, (guint) (digits[i] - '0') + 1);
}

static void
put_all (Fixture *f, guint code_size, const gint *codes)
{
  begin (f, code_size);
  for (; *codes >= 0; codes++)
    put (f, (guint) *codes);
  finish (f);
}

static void
test_strings_grow_by_one_pixel (Fixture *f, gconstpointer data)
{
  put_all (f, 2, (const gint[]){ 4, 0, 1, 6, 2, 8, 5, -1 });
  assert_indices (f, "01012012");
}

static void
test_a_code_may_be_used_while_it_is_made (Fixture *f, gconstpointer data)
{
  put_all (f, 2, (const gint[]){ 4, 3, 6, 7, 8, 0, 8, 11, 5, -1 });
  assert_indices (f,
      "3333333333"
      "0"
      "333333333");
}

static void
test_data_may_begin_without_clear_code (Fixture *f, gconstpointer data)
{
  put_all (f, 2, (const gint[]){ 1, 6, 2, 5, -1 });
  assert_indices (f, "1112");
}

static void
test_data_may_end_without_end_code (Fixture *f, gconstpointer data)
{
  put_all (f, 3, (const gint[]){ 8, 1, 7, 2, -1 });
  assert_indices (f, "172");
}

static void
test_nothing_follows_the_end_code (Fixture *f, gconstpointer data)
{
  put_all (f, 2, (const gint[]){ 4, 1, 2, 5, 3, 3, 3, 3, -1 });
  assert_indices (f, "12");
}

static void
test_an_invalid_code_ends_the_data (Fixture *f, gconstpointer data)
{
  put_all (f, 2, (const gint[]){ 4, 1, 2, 7, 15, 1, -1 });
  assert_indices (f, "1222"); /* 7 is "22", just made; 15 is not */
  put_all (f, 2, (const gint[]){ 4, 6, 1, -1 });
  assert_indices (f, "");
  put_all (f, 2, (const gint[]){ 4, 1, 2, 4, 7, 1, -1 });
  assert_indices (f, "12");
}

static void
test_a_clear_code_forgets_all_strings (Fixture *f, gconstpointer data)
{
  /* Code 6 is "00", then "33": not the one of before. */
  put_all (f, 2, (const gint[]){ 4, 0, 6, 7, 4, 4, 3, 6, 6, 5, -1 });
  assert_indices (f, "00000033333");
}

static void
test_no_input_is_no_pixel (Fixture *f, gconstpointer data)
{
  begin (f, 8);
  assert_indices (f, "");
}

static void
test_codes_in_part_are_none (Fixture *f, gconstpointer data)
{
  gsize n;

  begin (f, 8);
  put (f, 7);
  put (f, 9);
  finish (f);
  n = f->bytes->len;
  g_assert_cmpuint (n, ==, 3); /* 18 bits */
  assert_indices (f, "79");
  g_byte_array_set_size (f->bytes, 2);
  assert_indices (f, "7");
  g_byte_array_set_size (f->bytes, 1);
  assert_indices (f, "");
}

/* Encodes @n indices of which the next is @next_index(), with all codes used. */
static void
encode (Fixture *f, guint code_size, const guint8 *indices, gsize n,
    gboolean clear_when_full)
{
  g_autofree guint16 *children =
      g_new0 (guint16, 4096 * 256); /* of code and index; 0: none */
  gsize i;
  guint next = END (code_size) + 1, string;

  begin (f, code_size);
  put (f, CLEAR (code_size));
  string = indices[0];
  for (i = 1; i < n; i++) {
    guint16 *child = &children[string * 256 + indices[i]];

    if (*child) {
      string = *child;
      continue;
    }
    put (f, string);
    if (next < 4096) {
      *child = (guint16) next++;
    } else if (clear_when_full) {
      put (f, CLEAR (code_size));
      memset (children, 0, 4096 * 256 * sizeof (guint16));
      next = END (code_size) + 1;
    }
    string = indices[i];
  }
  put (f, string);
  put (f, END (code_size));
  finish (f);
}

/* Indices below @n_colors, in runs of up to @max_run. */
static guint8 *
make_indices (gsize n, guint n_colors, guint max_run)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (n_colors * 1000 + max_run);
  guint8 *indices = g_malloc (n);
  gsize i = 0;

  while (i < n) {
    gsize run = (gsize) g_rand_int_range (rand, 1, (gint32) max_run + 1);
    gint index = g_rand_int_range (rand, 0, (gint32) n_colors);

    run = MIN (run, n - i);
    memset (indices + i, index, run);
    i += run;
  }
  return indices;
}

static void
assert_round_trip (
    Fixture *f, guint code_size, guint max_run, gboolean clear_when_full)
{
  g_autofree guint8 *indices =
      make_indices (MAX_PIXELS, MIN (1u << code_size, 256), max_run);
  gsize i;

  encode (f, code_size, indices, MAX_PIXELS, clear_when_full);
  g_assert_cmpuint (decode (f, MAX_PIXELS), ==, MAX_PIXELS);
  for (i = 0; i < MAX_PIXELS; i++) {
    if (f->out[i] != indices[i] + 1u)
      g_error ("code size %u, runs of %u: pixel %" G_GSIZE_FORMAT " is wrong",
          code_size, max_run, i);
  }
}

static void
test_what_was_encoded_comes_back (Fixture *f, gconstpointer data)
{
  static const guint max_runs[] = { 1, 2, 5, 40, 3000, MAX_PIXELS };
  guint code_size, i;

  for (code_size = 1; code_size <= GIF_MAX_CODE_SIZE; code_size++) {
    for (i = 0; i < G_N_ELEMENTS (max_runs); i++) {
      assert_round_trip (f, code_size, max_runs[i], TRUE);
      assert_round_trip (f, code_size, max_runs[i], FALSE);
    }
  }
}

static void
test_output_stops_at_any_pixel (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *indices = make_indices (3000, 7, 30);
  gsize n, i;

  encode (f, 3, indices, 3000, TRUE);
  for (n = 0; n <= 3000; n++) {
    g_assert_cmpuint (decode (f, n), ==, n);
    for (i = 0; i < n; i++)
      g_assert_cmpuint (f->out[i], ==, indices[i] + 1u);
  }
}

static void
test_input_stops_at_any_byte (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *indices = make_indices (3000, 200, 9);
  gsize i, n, before = 3000;

  encode (f, 8, indices, 3000, TRUE);
  for (; f->bytes->len > 0;
       g_byte_array_set_size (f->bytes, f->bytes->len - 1)) {
    n = decode (f, 3000);
    g_assert_cmpuint (n, <=, before);
    for (i = 0; i < n; i++)
      g_assert_cmpuint (f->out[i], ==, indices[i] + 1u);
    before = n;
  }
  g_assert_cmpuint (before, ==, 0);
}

static void
test_longest_strings_are_cut_at_the_end (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *indices = g_malloc0 (MAX_PIXELS);
  gsize n;

  /* One colour: the strings are 1, 2, 3 … pixels long; stop inside of each. */
  encode (f, 2, indices, MAX_PIXELS, FALSE);
  for (n = 60000; n < MAX_PIXELS; n += 97) {
    g_assert_cmpuint (decode (f, n), ==, n);
    g_assert_cmpuint (f->out[n - 1], ==, 1);
  }
}

static void
test_pieces_make_the_same (Fixture *f, gconstpointer data)
{
  g_autofree guint8 *indices = make_indices (3000, 200, 9);
  gsize step, i;

  encode (f, 8, indices, 3000, TRUE);
  for (step = 1; step < 40; step++) {
    g_assert_cmpuint (decode_in_pieces (f, 3000, step), ==, 3000);
    for (i = 0; i < 3000; i++)
      g_assert_cmpuint (f->out[i], ==, indices[i] + 1u);
  }
}

static void
test_no_more_is_asked_for_at_the_end (Fixture *f, gconstpointer data)
{
  static const guint8 more[] = { 0 };

  put_all (f, 2, (const gint[]){ 4, 1, 2, 5, -1 });
  gif_lzw_begin (f->lzw, 2, f->memory, f->out, 3);
  g_assert_false (gif_lzw_feed (f->lzw, f->bytes->data, f->bytes->len));

  put_all (f, 2, (const gint[]){ 4, 1, 2, -1 });
  gif_lzw_begin (f->lzw, 2, f->memory, f->out, 2);
  g_assert_false (gif_lzw_feed (f->lzw, f->bytes->data, f->bytes->len));
  gif_lzw_begin (f->lzw, 2, f->memory, f->out, 30);
  g_assert_true (gif_lzw_feed (f->lzw, f->bytes->data, f->bytes->len));
  g_assert_true (gif_lzw_feed (f->lzw, more, 0));
}

/* Whatever its place: first, last, in the middle, in long strings, not at all. */
static void
test_a_watched_index_is_seen_if_it_comes (Fixture *f, gconstpointer data)
{
  guint8 indices[2000];
  guint watched, n_seen = 0;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (indices); i++)
    indices[i] = i < 3 ? (guint8) i : i < 1500 ? 7 : 3 + i % 3;
  indices[1999] = 8;
  encode (f, 4, indices, G_N_ELEMENTS (indices), TRUE);
  for (watched = 0; watched < 16; watched++) {
    gif_lzw_begin (f->lzw, 4, f->memory, f->out, G_N_ELEMENTS (indices));
    gif_lzw_watch (f->lzw, watched);
    gif_lzw_feed (f->lzw, f->bytes->data, f->bytes->len);
    g_assert_cmpuint (gif_lzw_end (f->lzw), ==, G_N_ELEMENTS (indices));
    for (i = 0; i < G_N_ELEMENTS (indices); i++)
      g_assert_cmpuint (f->out[i], ==, indices[i] + 1u);
    g_assert_cmpint (gif_lzw_has_seen (f->lzw), ==,
        memchr (indices, (int) watched, sizeof indices) != NULL);
    n_seen += gif_lzw_has_seen (f->lzw);
  }
  g_assert_cmpuint (n_seen, ==, 8);
  /* One that did not come does not disturb the next image. */
  gif_lzw_begin (f->lzw, 4, f->memory, f->out, 1);
  gif_lzw_watch (f->lzw, 15);
  g_assert_cmpuint (decode (f, MAX_PIXELS), ==, G_N_ELEMENTS (indices));
  put_all (f, 4, (const gint[]){ 16, 15, 17, -1 });
  g_assert_cmpuint (decode (f, MAX_PIXELS), ==, 1);
  g_assert_cmpuint (f->out[0], ==, 16);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *claim;
    void (*check) (Fixture *f, gconstpointer data);
  } claims[] = {
    { "strings-grow-by-one-pixel", test_strings_grow_by_one_pixel },
    { "a-code-may-be-used-while-it-is-made",
        test_a_code_may_be_used_while_it_is_made },
    { "data-may-begin-without-clear-code",
        test_data_may_begin_without_clear_code },
    { "data-may-end-without-end-code", test_data_may_end_without_end_code },
    { "nothing-follows-the-end-code", test_nothing_follows_the_end_code },
    { "an-invalid-code-ends-the-data", test_an_invalid_code_ends_the_data },
    { "a-clear-code-forgets-all-strings",
        test_a_clear_code_forgets_all_strings },
    { "no-input-is-no-pixel", test_no_input_is_no_pixel },
    { "codes-in-part-are-none", test_codes_in_part_are_none },
    { "what-was-encoded-comes-back", test_what_was_encoded_comes_back },
    { "output-stops-at-any-pixel", test_output_stops_at_any_pixel },
    { "input-stops-at-any-byte", test_input_stops_at_any_byte },
    { "longest-strings-are-cut-at-the-end",
        test_longest_strings_are_cut_at_the_end },
    { "pieces-make-the-same", test_pieces_make_the_same },
    { "no-more-is-asked-for-at-the-end", test_no_more_is_asked_for_at_the_end },
    { "a-watched-index-is-seen-if-it-comes",
        test_a_watched_index_is_seen_if_it_comes },
  };
  guint i;

  g_test_init (&argc, &argv, NULL);
  for (i = 0; i < G_N_ELEMENTS (claims); i++) {
    g_autofree gchar *path = g_strdup_printf ("/gif/lzw/%s", claims[i].claim);

    g_test_add (path, Fixture, NULL, set_up, claims[i].check, tear_down);
  }
  return g_test_run ();
}
