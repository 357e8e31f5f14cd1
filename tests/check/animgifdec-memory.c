/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory that grows with the file may be refused: GLib's functions that return
 * NULL are replaced by some that do. */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#undef g_try_malloc
#undef g_try_malloc0
#undef g_try_realloc

static int n_granted = -1; /* atomic; requests until one is refused */
static int n_refused;      /* atomic */

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

/* Small frames on a large screen, some of which are taken away again; the last
 * one is so large that it is seen through a window. */
static GBytes *
write_gif (void)
{
  TestGif gif;

  test_gif_init (&gif, 64, 48, 40, (const guint[]){ 10, 20, G_MAXUINT });
  for (guint i = 1; i < gif.n_frames; i++) {
    gif.frames[i].width = gif.frames[i].height = 16;
    gif.frames[i].disposal = i % 4;
  }
  gif.frames[gif.n_frames - 1].width = 60000;
  return test_gif_write (&gif);
}

/* Errors that were posted, which must say so; a warning would be about damage,
 * and there is none. */
static guint
count_errors (GstHarness *h)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (h->element);
  GstMessage *message;
  guint n = 0;

  while ((message = gst_bus_pop_filtered (
              bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING))
      != NULL) {
    g_autoptr (GError) error = NULL;

    fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    fail_unless (g_error_matches (
        error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT));
    gst_message_unref (message);
    n++;
  }
  fail_unless (n <= 1);
  return n;
}

typedef struct
{
  const char *caps; /* that downstream takes; NULL: any video */
  double rate;
} Run;

static const Run runs[] = {
  { NULL, 1 },
  { "video/x-raw,format=A420", 1 },
  { "video/x-raw,framerate=25/1", 1 },
  { NULL, -1 },
};

/* Plays all of it with request @n refused: there is one error, which says so, or
 * nothing is missing. FALSE: there are not so many. */
static gboolean
play_without (const Run *run, guint n, GBytes *bytes, guint *n_wanted)
{
  GstHarness *h = start_decoder ("loop-count", 2, NULL);
  guint n_errors;

  gst_harness_set_drop_buffers (h, TRUE);
  if (run->caps != NULL)
    gst_harness_set_sink_caps_str (h, run->caps);
  g_atomic_int_set (&n_refused, 0);
  if (run->rate > 0)
    g_atomic_int_set (&n_granted, (int) n);
  push_bytes (h, bytes, 50);
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  if (run->rate < 0) {
    g_atomic_int_set (&n_granted, (int) n);
    fail_unless (seek (h, run->rate, GST_SEEK_FLAG_FLUSH, 0, -1));
    gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  }
  g_atomic_int_set (&n_granted, -1);

  n_errors = count_errors (h);
  fail_unless (n_errors <= (guint) g_atomic_int_get (&n_refused));
  if (n == G_MAXINT)
    *n_wanted = gst_harness_buffers_received (h);
  if (n_errors == 0)
    fail_unless_equals_int (gst_harness_buffers_received (h), *n_wanted);
  stop_decoder (h);
  return g_atomic_int_get (&n_refused) > 0;
}

GST_START_TEST (test_any_memory_may_be_refused)
{
  g_autoptr (GBytes) bytes = write_gif ();
  guint n = 0, n_wanted = 0;

  play_without (&runs[__i__], G_MAXINT, bytes, &n_wanted);
  while (play_without (&runs[__i__], n, bytes, &n_wanted))
    n++;
  /* Bytes, frame index, canvas, window, pool; backwards what is kept. */
  fail_unless (n >= 5, "only %u requests", n);
}
GST_END_TEST

static Suite *
animgifdec_memory_suite (void)
{
  Suite *suite = suite_create ("animgifdec-memory");
  TCase *tcase = decoder_case_new (suite, "general");

  tcase_add_loop_test (
      tcase, test_any_memory_may_be_refused, 0, G_N_ELEMENTS (runs));
  return suite;
}

GST_CHECK_MAIN (animgifdec_memory)
