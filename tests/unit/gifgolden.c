/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "gifgolden.h"

#include <string.h>

#define MAX_ROWS 8 /* the .conf of a larger picture has only its hash */

GifGolden *
gif_golden_load (const char *name)
{
  g_autofree char *gif_name = g_strconcat (name, ".gif", NULL);
  g_autofree char *conf_name = g_strconcat (name, ".conf", NULL);
  g_autofree char *gif_path = g_build_filename (GIF_DATA_DIR, gif_name, NULL);
  g_autofree char *conf_path = g_build_filename (GIF_DATA_DIR, conf_name, NULL);
  g_autoptr (GError) error = NULL;
  GifGolden *golden = g_new0 (GifGolden, 1);

  golden->name = g_strdup (name);
  golden->conf = g_key_file_new ();
  g_file_get_contents (
      gif_path, (char **) &golden->data, &golden->size, &error);
  g_assert_no_error (error);
  g_key_file_load_from_file (golden->conf, conf_path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  return golden;
}

void
gif_golden_free (GifGolden *golden)
{
  g_free (golden->name);
  g_free (golden->data);
  g_key_file_unref (golden->conf);
  g_free (golden);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
gif_golden_list (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (GIF_DATA_DIR, 0, &error);
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  const char *entry;

  g_assert_no_error (error);
  while ((entry = g_dir_read_name (dir))) {
    if (g_str_has_suffix (entry, ".txt"))
      g_ptr_array_add (names, g_strndup (entry, strlen (entry) - 4));
  }
  g_assert_cmpuint (names->len, >, 0);
  g_ptr_array_sort (names, compare_names);
  return names;
}

char *
gif_golden_text (const GifGolden *golden, int n, const char *key)
{
  g_autofree char *group =
      n < 0 ? g_strdup ("gif") : g_strdup_printf ("frame %d", n);
  g_autoptr (GError) error = NULL;
  char *text = g_key_file_get_value (golden->conf, group, key, &error);

  g_assert_no_error (error);
  return text;
}

int
gif_golden_int (const GifGolden *golden, int n, const char *key)
{
  g_autofree char *text = gif_golden_text (golden, n, key);
  char *end;
  gint64 value = g_ascii_strtoll (text, &end, 10);

  if (g_str_equal (text, "true"))
    return TRUE;
  if (g_str_equal (text, "false"))
    return FALSE;
  g_assert_cmpstr (end, ==, "");
  return (int) value;
}

static void
assert_row (const GifGolden *golden, guint n, guint y, const guint8 *pixels)
{
  guint width = (guint) gif_golden_int (golden, -1, "width"), x;
  g_autofree char *key = g_strdup_printf ("row%u", y);
  g_autofree char *expected = gif_golden_text (golden, (int) n, key);
  g_autoptr (GString) row = g_string_new (NULL);

  for (x = 0; x < width; x++)
    g_string_append_printf (row, "%s%02x%02x%02x%02x", x > 0 ? " " : "",
        pixels[4 * x], pixels[4 * x + 1], pixels[4 * x + 2], pixels[4 * x + 3]);
  if (!g_str_equal (row->str, expected))
    g_test_message ("%s, frame %u, row %u:\n  is        %s\n  should be %s",
        golden->name, n, y, row->str, expected);
  g_assert_cmpstr (row->str, ==, expected);
}

void
gif_golden_assert_picture (
    const GifGolden *golden, guint n, const guint8 *pixels)
{
  gsize width = (gsize) gif_golden_int (golden, -1, "width");
  gsize height = (gsize) gif_golden_int (golden, -1, "height");
  g_autofree char *expected = gif_golden_text (golden, (int) n, "sha256");
  g_autofree char *hash = g_compute_checksum_for_data (
      G_CHECKSUM_SHA256, pixels, 4 * width * height);
  guint y;

  if (width <= MAX_ROWS && height <= MAX_ROWS) {
    for (y = 0; y < height; y++)
      assert_row (golden, n, y, pixels + 4 * width * y);
  }
  if (!g_str_equal (hash, expected))
    g_test_message ("%s, frame %u is another picture", golden->name, n);
  g_assert_cmpstr (hash, ==, expected);
}

GifDecoder *
gif_golden_scan (const GifGolden *golden)
{
  GifDecoder *decoder = gif_decoder_new ();

  g_assert_cmpint (gif_decoder_scan (decoder, golden->data, golden->size, TRUE),
      ==, GIF_RESULT_END);
  return decoder;
}
