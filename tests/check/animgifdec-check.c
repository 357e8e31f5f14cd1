/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"

#include "gstanimgifdec.h"

#include <gst/video/video.h>

#define MESSAGE_TIMEOUT (20 * GST_SECOND)

static void
register_decoder (void)
{
  fail_unless (GST_ELEMENT_REGISTER (animgifdec, NULL));
}

TCase *
decoder_case_new (Suite *suite, const char *name)
{
  TCase *tcase = tcase_create (name);

  tcase_add_unchecked_fixture (tcase, register_decoder, NULL);
  suite_add_tcase (suite, tcase);
  return tcase;
}

GstHarness *
start_decoder (const char *first_property, ...)
{
  GstElement *element = gst_element_factory_make ("animgifdec", NULL);
  GstBus *bus = gst_bus_new ();
  GstHarness *h;
  va_list args;

  fail_unless (element != NULL);
  va_start (args, first_property);
  g_object_set_valist (G_OBJECT (element), first_property, args);
  va_end (args);
  gst_element_set_bus (element, bus);

  h = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (h, "image/gif");
  g_object_set_data_full (
      G_OBJECT (h->element), "test-bus", bus, gst_object_unref);
  return h;
}

void
stop_decoder (GstHarness *h)
{
  GstBus *bus = g_object_get_data (G_OBJECT (h->element), "test-bus");

  gst_bus_set_flushing (bus, TRUE);
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
}

GstFlowReturn
push_slice (GstHarness *h, GBytes *bytes, gsize offset, gsize size)
{
  g_autoptr (GBytes) slice = g_bytes_new_from_bytes (bytes, offset, size);

  return gst_harness_push (h, gst_buffer_new_wrapped_bytes (slice));
}

GstFlowReturn
push_bytes (GstHarness *h, GBytes *bytes, gsize chunk)
{
  gsize size = g_bytes_get_size (bytes);
  GstFlowReturn flow = GST_FLOW_OK;

  if (chunk == 0)
    chunk = MAX (size, 1);
  for (gsize at = 0; at < size && flow == GST_FLOW_OK; at += chunk)
    flow = push_slice (h, bytes, at, MIN (chunk, size - at));
  return flow;
}

void
push_file (GstHarness *h, GBytes *bytes)
{
  fail_unless_equals_int (push_bytes (h, bytes, 0), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
}

void
push_stream_start (
    GstHarness *h, const char *id, guint group_id, guint64 offset)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/gif");
  GstEvent *start = gst_event_new_stream_start (id);
  GstSegment segment;

  if (group_id != 0)
    gst_event_set_group_id (start, group_id);
  gst_segment_init (&segment, GST_FORMAT_BYTES);
  segment.start = segment.time = offset;
  fail_unless (gst_harness_push_event (h, start));
  fail_unless (gst_harness_push_event (h, gst_event_new_caps (caps)));
  fail_unless (gst_harness_push_event (h, gst_event_new_segment (&segment)));
}

GstBuffer *
pull_frame (GstHarness *h, GstClockTime pts, GstClockTime duration)
{
  GstBuffer *buffer = gst_harness_pull (h);

  fail_unless (buffer != NULL, "no frame came");
  assert_clocktime (GST_BUFFER_PTS (buffer), pts);
  assert_clocktime (GST_BUFFER_DURATION (buffer), duration);
  return buffer;
}

void
expect_frame (GstHarness *h, GstClockTime pts, GstClockTime duration)
{
  gst_buffer_unref (pull_frame (h, pts, duration));
}

void
expect_uneven (GstHarness *h, GstClockTime offset)
{
  expect_frame (h, offset, MS (100));
  expect_frame (h, offset + MS (100), MS (500));
  expect_frame (h, offset + MS (600), MS (200));
  expect_frame (h, offset + MS (800), MS (40));
  expect_frame (h, offset + MS (840), MS (1000));
}

GstEvent *
pull_event_of_type (GstHarness *h, GstEventType type)
{
  GstEvent *event;

  while ((event = gst_harness_pull_event (h)) != NULL) {
    if (GST_EVENT_TYPE (event) == type)
      return event;
    gst_event_unref (event);
  }
  fail ("no %s event came", gst_event_type_get_name (type));
  return NULL;
}

void
expect_eos (GstHarness *h)
{
  g_autoptr (GstPad) srcpad = gst_element_get_static_pad (h->element, "src");

  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  fail_unless_equals_int (gst_harness_buffers_in_queue (h), 0);
  /* At the end it rests, instead of turning in circles. */
  fail_unless_equals_int (gst_pad_get_task_state (srcpad), GST_TASK_PAUSED);
}

void
get_segment (GstHarness *h, GstSegment *segment)
{
  g_autoptr (GstEvent) event =
      gst_pad_get_sticky_event (h->sinkpad, GST_EVENT_SEGMENT, 0);

  fail_unless (event != NULL);
  gst_event_copy_segment (event, segment);
}

static GstBus *
get_bus (GstHarness *h)
{
  return g_object_get_data (G_OBJECT (h->element), "test-bus");
}

GstMessage *
await_message (GstHarness *h, GstMessageType type)
{
  GstMessage *message =
      gst_bus_timed_pop_filtered (get_bus (h), MESSAGE_TIMEOUT, type);

  fail_unless (
      message != NULL, "no %s message came", gst_message_type_get_name (type));
  return message;
}

guint
count_messages (GstHarness *h, GstMessageType type)
{
  GstMessage *message;
  guint n = 0;

  while ((message = gst_bus_pop (get_bus (h))) != NULL) {
    if ((GST_MESSAGE_TYPE (message) & type) != 0)
      n++;
    gst_message_unref (message);
  }
  return n;
}

void
assert_one_error (GstHarness *h, GQuark domain, int code)
{
  g_autoptr (GstMessage) message = await_message (h, GST_MESSAGE_ERROR);
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  fail_unless (g_error_matches (error, domain, code), "%s %d: %s",
      g_quark_to_string (error->domain), error->code, error->message);
  fail_unless_equals_int (count_messages (h, GST_MESSAGE_ERROR), 0);
}

gboolean
seek (GstHarness *h, double rate, GstSeekFlags flags, gint64 start, gint64 stop)
{
  return gst_harness_push_upstream_event (h,
      gst_event_new_seek (rate, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET,
          start, stop == -1 ? GST_SEEK_TYPE_NONE : GST_SEEK_TYPE_SET, stop));
}

static void
map_frame (GstHarness *h, GstBuffer *buffer, GstVideoFrame *frame)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless (gst_video_frame_map (frame, &info, buffer, GST_MAP_READ));
}

static guint32
read_pixel (const GstVideoFrame *frame, guint x, guint y)
{
  const guint8 *row = (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
      + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0) + 4 * x;
  const GstVideoFormatInfo *info = frame->info.finfo;
  guint8 alpha = GST_VIDEO_FORMAT_INFO_HAS_ALPHA (info)
      ? row[GST_VIDEO_FORMAT_INFO_POFFSET (info, GST_VIDEO_COMP_A)]
      : 0xff;

  return (guint32) row[GST_VIDEO_FORMAT_INFO_POFFSET (info, GST_VIDEO_COMP_R)]
      << 24
      | row[GST_VIDEO_FORMAT_INFO_POFFSET (info, GST_VIDEO_COMP_G)] << 16
      | row[GST_VIDEO_FORMAT_INFO_POFFSET (info, GST_VIDEO_COMP_B)] << 8
      | alpha;
}

guint32
get_pixel (GstHarness *h, GstBuffer *buffer, guint x, guint y)
{
  GstVideoFrame frame;
  guint32 pixel;

  map_frame (h, buffer, &frame);
  pixel = read_pixel (&frame, x, y);
  gst_video_frame_unmap (&frame);
  return pixel;
}

guint8 *
get_picture (GstHarness *h, GstBuffer *buffer, gsize *size)
{
  GstVideoFrame frame;
  guint8 *picture, *out;

  map_frame (h, buffer, &frame);
  *size = (gsize) 4 * GST_VIDEO_FRAME_WIDTH (&frame)
      * GST_VIDEO_FRAME_HEIGHT (&frame);
  picture = out = g_malloc (*size);
  for (int y = 0; y < GST_VIDEO_FRAME_HEIGHT (&frame); y++) {
    for (int x = 0; x < GST_VIDEO_FRAME_WIDTH (&frame); x++) {
      GST_WRITE_UINT32_BE (out, read_pixel (&frame, x, y));
      out += 4;
    }
  }
  gst_video_frame_unmap (&frame);
  return picture;
}

char *
describe_output (GstHarness *h)
{
  GString *text = g_string_new (NULL);
  GstBuffer *buffer;

  gst_event_unref (pull_event_of_type (h, GST_EVENT_EOS));
  while ((buffer = gst_harness_try_pull (h)) != NULL) {
    g_autofree guint8 *picture = NULL;
    g_autofree char *sum = NULL;
    gsize size;

    picture = get_picture (h, buffer, &size);
    sum = g_compute_checksum_for_data (G_CHECKSUM_MD5, picture, size);
    g_string_append_printf (text,
        "%" GST_TIME_FORMAT "+%" GST_TIME_FORMAT " %s\n",
        GST_TIME_ARGS (GST_BUFFER_PTS (buffer)),
        GST_TIME_ARGS (GST_BUFFER_DURATION (buffer)), sum);
    gst_buffer_unref (buffer);
  }
  return g_string_free (text, FALSE);
}

struct _Gate
{
  GstPad *pad;
  gulong probe;
  GMutex lock;
  GCond cond;
  guint n_allowed;
  gboolean flushing;
  gboolean waiting;
};

static GstPadProbeReturn
pass_gate (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Gate *gate = user_data;
  GstPadProbeReturn ret = GST_PAD_PROBE_OK;

  g_mutex_lock (&gate->lock);
  if ((GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    gate->waiting = TRUE;
    g_cond_broadcast (&gate->cond);
    while (gate->n_allowed == 0 && !gate->flushing)
      g_cond_wait (&gate->cond, &gate->lock);
    gate->waiting = FALSE;
    if (gate->flushing) {
      gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
      GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_FLUSHING;
      ret = GST_PAD_PROBE_HANDLED;
    } else if (gate->n_allowed != G_MAXUINT)
      gate->n_allowed--;
  } else if (GST_EVENT_TYPE (info->data) == GST_EVENT_FLUSH_START) {
    gate->flushing = TRUE;
    g_cond_broadcast (&gate->cond);
  } else if (GST_EVENT_TYPE (info->data) == GST_EVENT_FLUSH_STOP) {
    gate->flushing = FALSE;
  }
  g_mutex_unlock (&gate->lock);
  return ret;
}

/* Once no thread is inside any more. */
static void
gate_destroy (gpointer user_data)
{
  Gate *gate = user_data;

  g_mutex_clear (&gate->lock);
  g_cond_clear (&gate->cond);
  g_free (gate);
}

Gate *
gate_new (GstHarness *h)
{
  Gate *gate = g_new0 (Gate, 1);

  g_mutex_init (&gate->lock);
  g_cond_init (&gate->cond);
  gate->pad = gst_object_ref (h->sinkpad);
  gate->probe = gst_pad_add_probe (h->sinkpad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_FLUSH, pass_gate,
      gate, gate_destroy);
  return gate;
}

void
gate_let (Gate *gate, guint n)
{
  g_mutex_lock (&gate->lock);
  gate->n_allowed = n == G_MAXUINT ? n : gate->n_allowed + n;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->lock);
}

void
gate_await_frame (Gate *gate)
{
  gint64 deadline = g_get_monotonic_time () + MESSAGE_TIMEOUT / GST_USECOND;

  g_mutex_lock (&gate->lock);
  while (!gate->waiting || gate->n_allowed > 0)
    fail_unless (g_cond_wait_until (&gate->cond, &gate->lock, deadline),
        "no frame came to the gate");
  g_mutex_unlock (&gate->lock);
}

void
gate_free (Gate *gate)
{
  g_autoptr (GstPad) pad = gate->pad;
  gulong probe = gate->probe;

  g_mutex_lock (&gate->lock);
  gate->flushing = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->lock);
  gst_pad_remove_probe (pad, probe);
}
