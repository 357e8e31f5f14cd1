/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* animgifdec as its users meet it: the built module beside stock elements,
 * which are loaded one by one, and ffprobe's opinion of the files that come
 * out. */
#include "animgifdec-files.h"
#include "animgifdec-testgif.h"

#include <gst/pbutils/pbutils.h>

#define UNEVEN GST_TIME_AS_NSECONDS (1840 * GST_MSECOND)

/* uneven.gif, even.gif of 10 frames of 80 ms and bright.gif of 3 colours, 160 ms
 * each, in a folder of their own. */
static void
set_up (void)
{
  const guint delays_cs[] = { 8, G_MAXUINT }, slow_cs[] = { 16, G_MAXUINT };
  const guint colors[] = { 0xff0000, 0x00ff00, 0xffffff };
  g_autoptr (GBytes) uneven = test_gif_write_uneven (64, 48);
  g_autoptr (GBytes) even = NULL;
  g_autoptr (GBytes) bright = NULL;
  TestGif gif;

  set_up_directory ();
  test_gif_init (&gif, 64, 48, 10, delays_cs);
  gif.loops = 0;
  gif.comment = "even";
  even = test_gif_write (&gif);
  write_file ("uneven.gif", uneven);
  write_file ("even.gif", even);

  test_gif_init (&gif, 64, 48, 3, slow_cs);
  gif.colors = colors;
  gif.n_colors = G_N_ELEMENTS (colors);
  bright = test_gif_write (&gif);
  write_file ("bright.gif", bright);
}

#define SOURCE "filesrc location=DIR/uneven.gif ! animgifdec ! "
#define I420 "videoconvert ! video/x-raw,format=I420"
#define CONSTANT I420 ",framerate=25/1"

static const struct
{
  const char *line;
  const char *file;
  guint n_pictures;
} recipes[] = {
  { I420 " ! x264enc bframes=0 ! mp4mux faststart=true", "a.mp4", 5 },
  { I420 " ! x264enc tune=zerolatency ! mp4mux", "b.mp4", 5 },
  { CONSTANT " ! x264enc ! h264parse ! mp4mux", "c.mp4", 46 },
  { I420 " ! x264enc bframes=0 ! mp4mux fragment-duration=500", "d.mp4", 5 },
  { "videoconvert ! vp8enc deadline=1 ! webmmux", "e.webm", 5 },
  { I420 " ! vp9enc deadline=1 cpu-used=4 ! webmmux", "f.webm", 5 },
  { I420 " ! x264enc bframes=0 ! matroskamux", "g.mkv", 5 },
  { CONSTANT " ! av1enc cpu-used=8 ! av1parse ! webmmux", "h.webm", 46 },
  { CONSTANT " ! x264enc ! h264parse ! mpegtsmux", "i.ts", 46 },
};

GST_START_TEST (test_every_muxer_keeps_the_time)
{
  g_autofree char *line =
      g_strdup_printf (SOURCE "%s ! filesink location=DIR/%s",
          recipes[__i__].line, recipes[__i__].file);

  run_line (line);
  assert_media (recipes[__i__].file, "1.840000", recipes[__i__].n_pictures);
}
GST_END_TEST

GST_START_TEST (test_hls_keeps_the_time)
{
  run_line (SOURCE CONSTANT
      " ! x264enc key-int-max=50 ! h264parse ! hlssink2 async-handling=true "
      "location=DIR/s%05d.ts playlist-location=DIR/p.m3u8 target-duration=2 "
      "playlist-length=0 max-files=0");
  assert_media ("s00000.ts", "1.840000", 46);
}
GST_END_TEST

GST_START_TEST (test_loops_make_a_longer_file)
{
  run_line ("filesrc location=DIR/uneven.gif ! animgifdec loop-count=3 ! " I420
            " ! x264enc bframes=0 ! mp4mux ! filesink location=DIR/l.mp4");
  assert_media ("l.mp4", "5.520000", 15);
}
GST_END_TEST

GST_START_TEST (test_equal_delays_suit_who_wants_a_frame_rate)
{
  g_autofree char *path = path_of ("even.y4m");
  g_autofree char *text = NULL;

  run_line ("filesrc location=DIR/even.gif ! animgifdec ! " I420
            " ! y4menc ! filesink location=DIR/even.y4m");
  fail_unless (g_file_get_contents (path, &text, NULL, NULL));
  /* GStreamer 1.28 says where chroma lies too. */
  fail_unless (g_str_has_prefix (text, "YUV4MPEG2 C420"), "%.60s", text);
  fail_unless (strstr (text, " W64 H48 Ip F25:2 ") != NULL, "%.60s", text);
}
GST_END_TEST

GST_START_TEST (test_each_frame_becomes_a_picture)
{
  run_line (
      SOURCE "videoconvert ! pngenc ! multifilesink location=DIR/f%03d.png");
  for (guint i = 0; i < 6; i++) {
    g_autofree char *name = g_strdup_printf ("f%03u.png", i);
    g_autofree char *path = path_of (name);

    fail_unless_equals_int (g_file_test (path, G_FILE_TEST_EXISTS), i < 5);
  }
}
GST_END_TEST

/* ---- Who is picked ---- */

static guint
count_decoders (GstElement *pipeline)
{
  g_autoptr (GstIterator) it = gst_bin_iterate_all_by_element_factory_name (
      GST_BIN (pipeline), "animgifdec");
  GValue item = G_VALUE_INIT;
  guint n = 0;

  while (gst_iterator_next (it, &item) == GST_ITERATOR_OK) {
    g_value_reset (&item);
    n++;
  }
  g_value_unset (&item);
  return n;
}

static const char *players[] = {
  "filesrc location=DIR/uneven.gif ! decodebin ! videoconvert ! "
  "fakesink name=sink sync=true",
  "filesrc location=DIR/uneven.gif ! decodebin3 ! videoconvert ! "
  "fakesink name=sink sync=true",
  "uridecodebin uri=file://DIR/uneven.gif ! fakesink sync=true",
  "uridecodebin3 uri=file://DIR/uneven.gif ! fakesink sync=true",
  "playbin uri=file://DIR/uneven.gif video-sink=\"fakesink sync=true\"",
  "playbin3 uri=file://DIR/uneven.gif video-sink=\"fakesink sync=true\"",
};

GST_START_TEST (test_players_pick_it_and_end)
{
  GstElement *pipeline = parse_line (players[__i__]);
  gint64 duration = 0;

  gst_element_set_state (pipeline, GST_STATE_PAUSED);
  fail_unless_equals_int (
      gst_element_get_state (pipeline, NULL, NULL, RUN_TIMEOUT),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (count_decoders (pipeline), 1);
  fail_unless (
      gst_element_query_duration (pipeline, GST_FORMAT_TIME, &duration));
  fail_unless_equals_uint64 (duration, UNEVEN);
  run_pipeline (pipeline);
  gst_object_unref (pipeline);
}
GST_END_TEST

GST_START_TEST (test_an_instant_rate_is_heard_at_once)
{
  GstElement *pipeline = parse_line (
      "filesrc location=DIR/uneven.gif ! animgifdec loop-count=60 ! "
      "fakesink sync=true");
  gint64 start;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_element_get_state (pipeline, NULL, NULL, RUN_TIMEOUT);
  start = g_get_monotonic_time ();
  fail_unless (gst_element_seek (pipeline, 100.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_INSTANT_RATE_CHANGE, GST_SEEK_TYPE_NONE, -1,
      GST_SEEK_TYPE_NONE, -1));
  run_pipeline (pipeline);
  /* 110.4 s are over in 1.1. */
  fail_unless (g_get_monotonic_time () - start < 30 * G_TIME_SPAN_SECOND);
  gst_object_unref (pipeline);
}
GST_END_TEST

GST_START_TEST (test_discoverer_knows_the_duration)
{
  g_autofree char *path = path_of ("uneven.gif");
  g_autofree char *uri = g_strdup_printf ("file://%s", path);
  g_autoptr (GError) error = NULL;
  GstDiscoverer *discoverer = gst_discoverer_new (RUN_TIMEOUT, &error);
  GstDiscovererInfo *info;

  g_assert_no_error (error);
  info = gst_discoverer_discover_uri (discoverer, uri, &error);
  g_assert_no_error (error);
  fail_unless_equals_int (
      gst_discoverer_info_get_result (info), GST_DISCOVERER_OK);
  fail_unless_equals_uint64 (gst_discoverer_info_get_duration (info), UNEVEN);
  fail_unless (gst_discoverer_info_get_seekable (info));
  gst_discoverer_info_unref (info);
  g_object_unref (discoverer);
}
GST_END_TEST

/* ---- Late into a live pipeline ---- */

static GstFlowReturn
push_to (GstElement *appsrc, const char *name)
{
  g_autofree char *path = path_of (name);
  g_autofree char *data = NULL;
  GstFlowReturn flow, eos;
  GstBuffer *buffer;
  gsize size;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  buffer = gst_buffer_new_wrapped (g_steal_pointer (&data), size);
  g_signal_emit_by_name (appsrc, "push-buffer", buffer, &flow);
  gst_buffer_unref (buffer);
  g_signal_emit_by_name (appsrc, "end-of-stream", &eos);
  return flow;
}

/* Whether the next picture that comes out is other than black. */
static gboolean
pull_color (GstElement *appsink)
{
  GstSample *sample = NULL;
  gboolean is_color;
  GstMapInfo map;

  g_signal_emit_by_name (appsink, "pull-sample", &sample);
  fail_unless (sample != NULL);
  gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ);
  is_color = map.data[0] > 0x20 || map.data[1] > 0x20 || map.data[2] > 0x20;
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_sample_unref (sample);
  return is_color;
}

static const struct
{
  const char *arrival;
  guint n_pictures; /* of 50 a second that show the GIF of 0.48 s */
  guint n_pulled;   /* at most */
} late[] = { { "zero", 0, 50 }, { "now", 24, 1000 } };

GST_START_TEST (test_a_late_gif_is_shown_whole)
{
  g_autofree char *line = g_strdup_printf (
      "videotestsrc is-live=true pattern=black ! "
      "video/x-raw,format=RGBA,width=64,height=48,framerate=50/1 ! "
      "compositor name=c background=black ! "
      "video/x-raw,format=RGBA,framerate=50/1 ! "
      "appsink name=out sync=false "
      "appsrc name=in ! animgifdec arrival=%s ! c.",
      late[__i__].arrival);
  g_autoptr (GstElement) pipeline = parse_line (line);
  g_autoptr (GstElement) in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  guint n_colored = 0;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 30; i++)
    fail_if (pull_color (out));
  fail_unless_equals_int (push_to (in, "bright.gif"), GST_FLOW_OK);
  /* With more in the queue where the machine is slow. */
  for (guint i = 0; i < late[__i__].n_pulled; i++) {
    if (pull_color (out))
      n_colored++;
    else if (n_colored > 0)
      break;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  /* It begins between two pictures. */
  fail_unless (ABS ((int) n_colored - (int) late[__i__].n_pictures) <= 1,
      "%u pictures", n_colored);
}
GST_END_TEST

/* ---- Order and leaks ---- */

GST_START_TEST (test_two_files_through_concat_go_on_in_time)
{
  run_line ("concat name=c ! animgifdec ! videoconvert ! videoscale ! "
            "video/x-raw,format=I420,width=64,height=48 ! x264enc bframes=0 ! "
            "mp4mux ! filesink location=DIR/two.mp4 "
            "filesrc location=DIR/uneven.gif ! c. "
            "filesrc location=DIR/uneven.gif ! c.");
  assert_media ("two.mp4", "3.680000", 10);
}
GST_END_TEST

/* It cannot be given back: its hooks live as long as the process. */
static GstTracer *
start_leak_tracer (void)
{
  g_autoptr (GstPluginFeature) feature = NULL;
  GstTracer *tracer;

  load_plugin (PLUGINS_DIR, "coretracers");
  feature = gst_registry_lookup_feature (gst_registry_get (), "leaks");
  fail_unless (feature != NULL);
  tracer = g_object_new (
      gst_tracer_factory_get_tracer_type (GST_TRACER_FACTORY (feature)), NULL);
  g_signal_emit_by_name (tracer, "activity-start-tracking");
  return tracer;
}

static void
assert_nothing_lives (GstTracer *tracer)
{
  GstStructure *live = NULL;
  const GValue *list;

  /* A thread lets go of its task a moment after that was joined. */
  gst_task_cleanup_all ();
  g_signal_emit_by_name (tracer, "get-live-objects", &live);
  list = gst_structure_get_value (live, "live-objects-list");
  for (guint i = 0; i < gst_value_list_get_size (list); i++) {
    g_autofree char *text =
        gst_value_serialize (gst_value_list_get_value (list, i));

    g_printerr ("still alive: %s\n", text);
  }
  fail_unless_equals_int (gst_value_list_get_size (list), 0);
  gst_structure_free (live);
}

GST_START_TEST (test_nothing_stays_behind)
{
  GstTracer *tracer = start_leak_tracer ();
  GstElement *pipeline =
      parse_line ("filesrc location=DIR/even.gif ! "
                  "animgifdec loop-count=-1 ! videoconvert ! "
                  "fakesink sync=false");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint i = 0; i < 20; i++) {
    gst_element_get_state (pipeline, NULL, NULL, RUN_TIMEOUT);
    fail_unless (gst_element_seek_simple (
        pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, i * GST_SECOND));
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  assert_nothing_lives (tracer);
}
GST_END_TEST

static Suite *
animgifdec_pipelines_suite (void)
{
  Suite *suite = suite_create ("animgifdec-pipelines");
  TCase *files = tcase_create ("files");
  TCase *players_case = tcase_create ("players");

  tcase_add_unchecked_fixture (files, load_plugins, NULL);
  tcase_add_checked_fixture (files, set_up, tear_down_directory);
  tcase_add_loop_test (
      files, test_every_muxer_keeps_the_time, 0, G_N_ELEMENTS (recipes));
  tcase_add_test (files, test_hls_keeps_the_time);
  tcase_add_test (files, test_loops_make_a_longer_file);
  tcase_add_test (files, test_equal_delays_suit_who_wants_a_frame_rate);
  tcase_add_test (files, test_each_frame_becomes_a_picture);
  tcase_add_test (files, test_two_files_through_concat_go_on_in_time);
  suite_add_tcase (suite, files);

  tcase_add_unchecked_fixture (players_case, load_plugins, NULL);
  tcase_add_checked_fixture (players_case, set_up, tear_down_directory);
  tcase_add_loop_test (
      players_case, test_players_pick_it_and_end, 0, G_N_ELEMENTS (players));
  tcase_add_test (players_case, test_an_instant_rate_is_heard_at_once);
  tcase_add_test (players_case, test_discoverer_knows_the_duration);
  tcase_add_loop_test (
      players_case, test_a_late_gif_is_shown_whole, 0, G_N_ELEMENTS (late));
  tcase_add_test (players_case, test_nothing_stays_behind);
  suite_add_tcase (suite, players_case);
  return suite;
}

GST_CHECK_MAIN (animgifdec_pipelines)
