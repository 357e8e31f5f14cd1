/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The decoder element: a file in chunks of any size, with seeks, flushes, ends,
 * new streams and restarts between them. Nothing may hang, and after each frame
 * comes a later one until there is a new segment.
 *
 * The first byte is the number of steps, of two bytes each; the rest is the
 * file. */

#include "fuzz.h"
#include "gstanimgifdec.h"

#include <gst/check/gstharness.h>

#define MAX_STEPS 32
#define MAX_PIXELS (64 * 64)

typedef struct
{
  GstHarness *h;
  const uint8_t *file;
  size_t size, at;
} Run;

static void
push (Run *run, size_t n)
{
  GstBuffer *buffer;

  n = MIN (n, run->size - run->at);
  if (n == 0)
    return;
  buffer = gst_buffer_new_memdup (run->file + run->at, n);
  run->at += n;
  gst_harness_push (run->h, buffer);
}

static void
seek (Run *run, double rate, GstSeekFlags flags, guint8 value)
{
  GstClockTime start = value * 10 * GST_MSECOND;
  gboolean backwards = rate < 0;

  gst_harness_push_upstream_event (run->h,
      gst_event_new_seek (rate, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET,
          backwards ? 0 : start,
          backwards ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE,
          backwards ? (gint64) start : -1));
}

static void
begin_stream (Run *run, guint8 value)
{
  g_autofree char *id = g_strdup_printf ("fuzz-%u", value);
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/gif");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (run->h, gst_event_new_stream_start (id));
  gst_harness_push_event (run->h, gst_event_new_caps (caps));
  gst_harness_push_event (run->h, gst_event_new_segment (&segment));
  run->at = 0;
}

static void
flush (Run *run)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_BYTES);
  gst_harness_push_event (run->h, gst_event_new_flush_start ());
  gst_harness_push_event (run->h, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (run->h, gst_event_new_segment (&segment));
  run->at = 0;
}

static void
ask (Run *run)
{
  gint64 value;

  gst_element_query_position (run->h->element, GST_FORMAT_TIME, &value);
  gst_element_query_duration (run->h->element, GST_FORMAT_TIME, &value);
}

static void
restart (Run *run)
{
  gst_element_set_state (run->h->element, GST_STATE_READY);
  gst_element_set_state (run->h->element, GST_STATE_PLAYING);
  begin_stream (run, 0);
}

static void
take (Run *run)
{
  GstBuffer *buffer = gst_harness_try_pull (run->h);

  if (buffer != NULL)
    gst_buffer_unref (buffer);
}

static void
step (Run *run, guint8 what, guint8 value)
{
  static const GstSeekFlags tricks[] = { GST_SEEK_FLAG_NONE,
    GST_SEEK_FLAG_TRICKMODE, GST_SEEK_FLAG_TRICKMODE_KEY_UNITS,
    GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_TRICKMODE
        | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS };

  switch (what % 14) {
    case 0:
      push (run, value);
      break;
    case 1:
      push (run, 16 * (size_t) value);
      break;
    case 2:
      seek (run, 1.0, GST_SEEK_FLAG_FLUSH, value);
      break;
    case 3:
      seek (run, -1.0, GST_SEEK_FLAG_FLUSH, value);
      break;
    case 4:
      seek (run, 0.5 + value / 64.0,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, value);
      break;
    case 5:
      seek (run, value & 8 ? 2.0 : -20.0, tricks[value % 4], value);
      break;
    case 6:
      flush (run);
      break;
    case 7:
      gst_harness_push_event (run->h, gst_event_new_eos ());
      break;
    case 8:
      restart (run);
      break;
    case 9:
      take (run);
      break;
    case 10:
      ask (run);
      break;
    case 11:
      gst_harness_push_upstream_event (run->h,
          gst_event_new_seek (0.5 + value / 64.0, GST_FORMAT_TIME,
              GST_SEEK_FLAG_INSTANT_RATE_CHANGE, GST_SEEK_TYPE_NONE, -1,
              GST_SEEK_TYPE_NONE, -1));
      break;
    case 12:
      g_object_set (run->h->element, "loop-count", 1 + value % 2, NULL);
      break;
    default:
      begin_stream (run, value);
      break;
  }
}

static Run
start (const uint8_t *file, size_t size)
{
  GstElement *element = gst_element_factory_make ("animgifdec", NULL);
  Run run = { .file = file, .size = size };

  g_object_set (
      element, "max-pixels", (guint64) MAX_PIXELS, "loop-count", 2, NULL);
  run.h = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (run.h, "image/gif");
  return run;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gsize once;
  size_t n_steps;
  Run run;

  if (g_once_init_enter (&once)) {
    gst_init (NULL, NULL);
    GST_ELEMENT_REGISTER (animgifdec, NULL);
    g_once_init_leave (&once, 1);
  }
  if (size == 0)
    return 0;
  n_steps = MIN (data[0] % (MAX_STEPS + 1), (size - 1) / 2);
  run = start (data + 1 + 2 * n_steps, size - 1 - 2 * n_steps);
  for (size_t i = 0; i < n_steps; i++)
    step (&run, data[1 + 2 * i], data[2 + 2 * i]);
  push (&run, run.size);
  gst_harness_push_event (run.h, gst_event_new_eos ());
  gst_harness_teardown (run.h);
  return 0;
}
