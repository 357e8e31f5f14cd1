/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstanimgifdec.h"
#include "gstvisioncraftgifsrc.h"
#include "sourceharness.h"

#include <gst/check/gstcheck.h>

/* The source before stock elements, each loaded from its own file. */

static const char *const stock_plugins[] = { "coreelements",
  "typefindfunctions", "playback", "gdkpixbuf", "videoconvertscale", NULL };

/* Each line goes behind the source and has a sink named "out". */
static const struct
{
  const char *line;
  const char *caps;    /* that arrive at the sink; NULL: none */
  gboolean gif;        /* and the GIF's bytes, all of them */
  guint n_buffers_min; /* at least so many buffers */
} lines[] = {
  { "fakesink name=out", "image/gif", TRUE, 1 },
  { "image/gif ! fakesink name=out", "image/gif", TRUE, 1 },
  { "queue ! identity ! fakesink name=out", "image/gif", TRUE, 1 },
  { "tee ! queue ! fakesink name=out", "image/gif", TRUE, 1 },
  { "tee name=t t. ! queue ! fakesink name=out t. ! queue ! gdkpixbufdec ! "
    "fakesink",
      NULL, TRUE, 1 },
  { "typefind ! fakesink name=out", "image/gif", TRUE, 1 },
  { "gdkpixbufdec ! fakesink name=out", "video/x-raw", FALSE, 1 },
  { "queue ! gdkpixbufdec ! videoconvert ! fakesink name=out", "video/x-raw",
      FALSE, 1 },
  { "animgifdec ! fakesink name=out", "video/x-raw", FALSE, 4 },
  { "decodebin ! fakesink name=out", "video/x-raw", FALSE, 4 },
  { "decodebin3 ! fakesink name=out", "video/x-raw", FALSE, 4 },
};

typedef struct
{
  GByteArray *bytes;
  guint n_buffers;
} Arrived;

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, Arrived *arrived)
{
  GstMapInfo map;

  arrived->n_buffers++;
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_byte_array_append (arrived->bytes, map.data, map.size);
  gst_buffer_unmap (buffer, &map);
}

GST_START_TEST (test_the_source_serves_what_stands_behind_it)
{
  const MockOptions options = { .width = 64, .height = 48, .n_frames = 4 };
  g_autoptr (MockServer) server = mock_server_new (&options, NULL);
  g_autofree char *line =
      g_strdup_printf ("visioncraftgifsrc name=in ! %s", lines[__i__].line);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (line, &error);
  g_autoptr (GstElement) in = NULL;
  g_autoptr (GstElement) out = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  Arrived arrived = { g_byte_array_new (), 0 };
  g_autoptr (GBytes) got = NULL;

  g_assert_no_error (error);
  in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  pad = gst_element_get_static_pad (out, "sink");
  g_object_set (in, "prompt", "a fox", "token", TEST_TOKEN, "api-url",
      mock_server_get_url (server), NULL);
  g_object_set (out, "signal-handoffs", TRUE, NULL);
  g_signal_connect (out, "handoff", G_CALLBACK (on_handoff), &arrived);

  pipeline_run_to_eos (pipeline);
  caps = gst_pad_get_current_caps (pad);
  if (lines[__i__].caps == NULL)
    fail_unless (caps == NULL);
  else
    fail_unless_equals_string (
        gst_structure_get_name (gst_caps_get_structure (caps, 0)),
        lines[__i__].caps);
  fail_unless (arrived.n_buffers >= lines[__i__].n_buffers_min,
      "%u buffers only", arrived.n_buffers);
  gst_element_set_state (pipeline, GST_STATE_NULL);

  got = g_byte_array_free_to_bytes (arrived.bytes);
  if (lines[__i__].gif) {
    g_autoptr (GBytes) sent = mock_server_ref_gif (server, -1);

    assert_bytes_equal (got, sent);
  }
  assert_n_posts (server, 1);
}
GST_END_TEST;

static Suite *
visioncraftgifsrc_pipelines_suite (void)
{
  TCase *tc;
  Suite *suite = source_suite_new ("visioncraftgifsrc-pipelines", &tc);

  source_load_plugins (stock_plugins);

  tcase_add_loop_test (tc, test_the_source_serves_what_stands_behind_it, 0,
      G_N_ELEMENTS (lines));
  return suite;
}

GST_CHECK_MAIN (visioncraftgifsrc_pipelines);
