/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A GIF's comment is added, and nothing else about it changes
 */
#include "gifcomment.h"
#include "gifgolden.h"

#include <string.h>

#define PROMPT "a fox;\nSoftware: none \u202e 狐"
#define LONG \
  "a fox in the snow that looks at the moon above a village whose windows " \
  "are lit, in the style of a woodcut of the nineteenth century with fine " \
  "lines, and behind it mountains, and behind them the sea with a single " \
  "sail, and above all of it clouds that the moon has edged with silver"
#define EXPECTED \
  "Prompt: a fox; Software: none   狐\nComment: " LONG "\nSoftware: tests"

static GstTagList *
make_tags (void)
{
  return gst_tag_list_new (GST_TAG_TITLE, "not this", GST_TAG_DESCRIPTION,
      PROMPT, GST_TAG_COMMENT, LONG, GST_TAG_APPLICATION_NAME, "tests", NULL);
}

static GifDecoder *
scan (GBytes *gif)
{
  GifDecoder *decoder = gif_decoder_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (gif, &size);

  gif_decoder_scan (decoder, data, size, TRUE);
  return decoder;
}

static void
assert_same_picture (
    GifDecoder *one, GBytes *one_gif, GifDecoder *other, GBytes *gif, guint n)
{
  const GifInfo *info = gif_decoder_get_info (one);
  const GifFrame *one_frame = gif_decoder_get_frame (one, n);
  const GifFrame *frame = gif_decoder_get_frame (other, n);
  gsize one_size, size;
  const guint8 *one_data = g_bytes_get_data (one_gif, &one_size);
  const guint8 *data = g_bytes_get_data (gif, &size);
  GifResult result = gif_decoder_render (one, one_data, one_size, n);

  g_assert_cmpint (gif_decoder_render (other, data, size, n), ==, result);
  g_assert_cmpuint (frame->delay_file_cs, ==, one_frame->delay_file_cs);
  g_assert_cmpint (frame->disposal, ==, one_frame->disposal);
  g_assert_cmpmem (gif_decoder_get_canvas (other),
      (gsize) 4 * info->width * info->height, gif_decoder_get_canvas (one),
      (gsize) 4 * info->width * info->height);
}

static void
assert_same_animation (GBytes *one_gif, GBytes *gif)
{
  g_autoptr (GifDecoder) one = scan (one_gif);
  g_autoptr (GifDecoder) other = scan (gif);
  const GifInfo *before = gif_decoder_get_info (one);
  const GifInfo *after = gif_decoder_get_info (other);

  g_assert_cmpuint (after->width, ==, before->width);
  g_assert_cmpuint (after->height, ==, before->height);
  g_assert_cmpuint (
      after->par_n * before->par_d, ==, before->par_n * after->par_d);
  g_assert_cmpint (after->loop_count, ==, before->loop_count);
  g_assert_cmpuint (after->n_frames, ==, before->n_frames);
  g_assert_cmpuint (after->n_comments, ==, before->n_comments + 1);
  g_assert_cmpstr (gif_decoder_get_comment (other, 0), ==, EXPECTED);
  for (guint i = 0; i < before->n_comments; i++)
    g_assert_cmpstr (gif_decoder_get_comment (other, i + 1), ==,
        gif_decoder_get_comment (one, i));
  for (guint n = 0; n < before->n_frames; n++)
    assert_same_picture (one, one_gif, other, gif, n);
}

static void
test_only_the_comment_is_new (gconstpointer name)
{
  g_autoptr (GifGolden) golden = gif_golden_load (name);
  g_autoptr (GBytes) gif = g_bytes_new (golden->data, golden->size);
  g_autoptr (GstTagList) tags = make_tags ();
  g_autoptr (GBytes) with_comment = gif_comment_add (gif, tags);
  g_autoptr (GBytes) again = gif_comment_add (with_comment, tags);

  g_assert_cmpmem (g_bytes_get_data (with_comment, NULL), 6, "GIF89a", 6);
  assert_same_animation (gif, with_comment);
  g_assert_true (again == with_comment);
}

/* Of a file that ends in its header or colours there is nothing to say. */
static void
test_a_damaged_header_is_left_alone (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("comments");
  g_autoptr (GstTagList) tags = make_tags ();
  gsize blocks = 13 + (3u << ((golden->data[10] & 7) + 1));

  g_assert_true ((golden->data[10] & 0x80) != 0);
  for (gsize size = 0; size < blocks; size++) {
    g_autoptr (GBytes) part =
        g_bytes_new_take (g_memdup2 (golden->data, size), size);
    g_autoptr (GBytes) result = gif_comment_add (part, tags);

    g_assert_true (result == part);
  }
}

static void
test_without_tags_nothing_changes (void)
{
  g_autoptr (GifGolden) golden = gif_golden_load ("comments");
  g_autoptr (GBytes) gif = g_bytes_new (golden->data, golden->size);
  g_autoptr (GstTagList) tags = gst_tag_list_new (GST_TAG_TITLE, "a fox", NULL);
  g_autoptr (GBytes) result = gif_comment_add (gif, tags);

  g_assert_true (result == gif);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) names = NULL;

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  names = gif_golden_list ();
  for (guint i = 0; i < names->len; i++) {
    const char *name = names->pdata[i];
    g_autofree char *path =
        g_strconcat ("/gif-comment/only-the-comment-is-new/", name, NULL);

    g_test_add_data_func (path, name, test_only_the_comment_is_new);
  }
  g_test_add_func ("/gif-comment/a-damaged-header-is-left-alone",
      test_a_damaged_header_is_left_alone);
  g_test_add_func ("/gif-comment/without-tags-nothing-changes",
      test_without_tags_nothing_changes);
  return g_test_run ();
}
