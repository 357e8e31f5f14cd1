/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that grows with the file may be refused: GLib's functions that return
 * NULL are replaced by some that do. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#undef g_try_malloc
#undef g_try_malloc0
#undef g_try_realloc

static int n_granted; /* atomic; requests until one is refused */
static int n_refused; /* atomic */

static gboolean
is_refused (void)
{
  if (g_atomic_int_add (&n_granted, -1) != 0)
    return FALSE;
  g_atomic_int_inc (&n_refused);
  return TRUE;
}

gpointer
g_try_malloc (gsize size)
{
  return is_refused () ? NULL : g_malloc (size);
}

gpointer
g_try_malloc0 (gsize size)
{
  return is_refused () ? NULL : g_malloc0 (size);
}

gpointer
g_try_realloc (gpointer memory, gsize size)
{
  return is_refused () ? NULL : g_realloc (memory, size);
}

gpointer
g_try_malloc_n (gsize n, gsize size)
{
  return is_refused () ? NULL : g_malloc_n (n, size);
}

gpointer
g_try_malloc0_n (gsize n, gsize size)
{
  return is_refused () ? NULL : g_malloc0_n (n, size);
}

gpointer
g_try_realloc_n (gpointer memory, gsize n, gsize size)
{
  return is_refused () ? NULL : g_realloc_n (memory, n, size);
}

/* Small frames on a large screen, some of which are taken away again. */
static GBytes *
write_gif (void)
{
  TestGif gif;

  test_gif_init (&gif, 64, 48, 40, (const guint[]){ 10, 20, G_MAXUINT });
  for (guint i = 1; i < gif.n_frames; i++) {
    gif.frames[i].width = gif.frames[i].height = 16;
    gif.frames[i].disposal = i % 4;
  }
  return test_gif_write (&gif);
}

/* One error that says so; or, where only one picture lacks something, a warning
 * about that. */
static void
assert_said (GstHarness *h)
{
  g_autoptr (GstMessage) message =
      await_message (h, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (
        error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
  }
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_ERROR), 0);
}

/* Plays all of it with request @n refused. FALSE: there are not so many. */
static gboolean
play_without (guint n, GBytes *bytes)
{
  GstHarness *h = start_decoder ("loop-count", 2, NULL);

  gst_harness_set_drop_buffers (h, TRUE);
  g_atomic_int_set (&n_refused, 0);
  g_atomic_int_set (&n_granted, n);
  push_bytes (h, bytes, 50);
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  g_atomic_int_set (&n_granted, -1);
  if (g_atomic_int_get (&n_refused) > 0)
    assert_said (h);
  else
    fail_unless_equals_int (count_messages (h, GST_MESSAGE_ERROR), 0);
  stop_decoder (h);
  return g_atomic_int_get (&n_refused) > 0;
}

GST_START_TEST (test_any_memory_may_be_refused)
{
  g_autoptr (GBytes) bytes = write_gif ();
  guint n = 0;

  while (play_without (n, bytes))
    n++;
  /* Bytes, frame index, pool. */
  fail_unless (n >= 3, "only %u requests", n);
}
GST_END_TEST

static Suite *
animgifdec_memory_suite (void)
{
  Suite *suite = suite_create ("animgifdec-memory");
  TCase *tcase = decoder_case_new (suite, "general");

  tcase_add_test (tcase, test_any_memory_may_be_refused);
  return suite;
}

GST_CHECK_MAIN (animgifdec_memory)
