/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes that pass a pad, as one piece.
 */
#include "giftap.h"

#include <string.h>

#define SIZE 100000
#define N_PIECES 10

typedef struct
{
  GstPad *pad;
  GifTap *tap;
  GBytes *block;
} Fixture;

static void
setup (Fixture *fixture, gconstpointer unused)
{
  guint8 *data = g_malloc (SIZE);
  GstSegment segment;

  for (guint i = 0; i < SIZE; i++)
    data[i] = (guint8) (i * 7 + i / 256);
  fixture->block = g_bytes_new_take (data, SIZE);
  fixture->pad = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  gst_pad_set_active (fixture->pad, TRUE);
  fixture->tap = gif_tap_new (fixture->pad);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_pad_push_event (fixture->pad, gst_event_new_stream_start ("gif"));
  gst_pad_push_event (fixture->pad, gst_event_new_segment (&segment));
}

static void
teardown (Fixture *fixture, gconstpointer unused)
{
  gif_tap_free (fixture->tap);
  gst_object_unref (fixture->pad);
  g_bytes_unref (fixture->block);
}

static void
push (Fixture *fixture, guint64 offset, GBytes *bytes_taken)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes_taken);

  GST_BUFFER_OFFSET (buffer) = offset;
  gst_pad_push (fixture->pad, buffer); /* nobody is behind it */
  g_bytes_unref (bytes_taken);
}

/* Pieces of @block, which are the whole of it. */
static void
push_pieces (Fixture *fixture, GBytes *block)
{
  for (guint i = 0; i < N_PIECES; i++)
    push (fixture, i * SIZE / N_PIECES,
        g_bytes_new_from_bytes (block, i * SIZE / N_PIECES, SIZE / N_PIECES));
}

static void
test_pieces_of_a_block_are_not_copied (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) bytes = NULL;

  push_pieces (fixture, fixture->block);
  g_assert_null (gif_tap_get_bytes (fixture->tap));
  gst_pad_push_event (fixture->pad, gst_event_new_eos ());
  bytes = gif_tap_get_bytes (fixture->tap);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, SIZE);
  g_assert_true (g_bytes_get_data (bytes, NULL)
      == g_bytes_get_data (fixture->block, NULL));
}

/* They stay when all else is gone. */
static void
test_bytes_outlive_the_tap (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) copy =
      g_bytes_new (g_bytes_get_data (fixture->block, NULL), SIZE);
  g_autoptr (GBytes) bytes = NULL;

  push_pieces (fixture, fixture->block);
  gst_pad_push_event (fixture->pad, gst_event_new_eos ());
  bytes = gif_tap_get_bytes (fixture->tap);
  gif_tap_free (fixture->tap);
  g_bytes_unref (fixture->block);
  g_assert_true (g_bytes_equal (bytes, copy));
  fixture->block = g_bytes_ref (copy);
  fixture->tap = gif_tap_new (fixture->pad);
}

static void
test_pieces_of_many_blocks_become_one (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *data = g_bytes_get_data (fixture->block, NULL);

  for (guint i = 0; i < N_PIECES; i++)
    push (fixture, i * SIZE / N_PIECES,
        g_bytes_new (data + i * SIZE / N_PIECES, SIZE / N_PIECES));
  gst_pad_push_event (fixture->pad, gst_event_new_eos ());
  bytes = gif_tap_get_bytes (fixture->tap);
  g_assert_true (g_bytes_equal (bytes, fixture->block));
}

/* A source that was sought back begins again. */
static void
test_second_round_replaces_the_first (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) bytes = NULL;

  push (fixture, 0, g_bytes_new ("GIF8", 4));
  push (fixture, 4, g_bytes_new ("9a", 2));
  push_pieces (fixture, fixture->block);
  gst_pad_push_event (fixture->pad, gst_event_new_eos ());
  bytes = gif_tap_get_bytes (fixture->tap);
  g_assert_true (g_bytes_equal (bytes, fixture->block));
}

static void
test_nothing_is_no_bytes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GBytes) bytes = NULL;

  gst_pad_push_event (fixture->pad, gst_event_new_eos ());
  bytes = gif_tap_get_bytes (fixture->tap);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
#define TEST(name) \
  g_test_add ("/gif-tap/" #name, Fixture, NULL, setup, test_##name, teardown)
  TEST (pieces_of_a_block_are_not_copied);
  TEST (bytes_outlive_the_tap);
  TEST (pieces_of_many_blocks_become_one);
  TEST (second_round_replaces_the_first);
  TEST (nothing_is_no_bytes);
#undef TEST
  return g_test_run ();
}
