/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "animgifdec-check.h"
#include "animgifdec-testgif.h"

#include <gst/video/video.h>
#include <gst/video/gstvideopool.h>

#define WIDTH 19
#define HEIGHT 7

static GBytes *
write_gif (gboolean opaque)
{
  const guint delays_cs[] = { 10, G_MAXUINT };
  TestGif gif;

  test_gif_init (&gif, WIDTH, HEIGHT, 3, delays_cs);
  if (!opaque)
    gif.frames[0].left_half_transparent = TRUE;
  return test_gif_write (&gif);
}

static const char *
get_format (GstHarness *h)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);

  fail_unless (caps != NULL);
  return g_intern_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "format"));
}

/* The next picture is plain colour @index all over. */
static void
expect_color (GstHarness *h, guint index)
{
  GstBuffer *buffer = gst_harness_pull (h);

  fail_unless (buffer != NULL);
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      fail_unless_equals_int_hex (
          get_pixel (h, buffer, x, y), test_gif_color (index) << 8 | 0xff);
  gst_buffer_unref (buffer);
}

static const char *layouts[] = { "RGBA", "BGRA", "ARGB", "ABGR", "RGBx", "BGRx",
  "xRGB", "xBGR" };

GST_START_TEST (test_opaque_pictures_come_in_each_layout)
{
  g_autofree char *caps =
      g_strdup_printf ("video/x-raw, format=%s", layouts[__i__]);
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);

  gst_harness_set_sink_caps_str (h, caps);
  push_file (h, bytes);
  for (guint i = 0; i < 3; i++)
    expect_color (h, i);
  fail_unless_equals_string (get_format (h), layouts[__i__]);
  expect_eos (h);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_transparent_pictures_come_in_each_alpha_layout)
{
  g_autofree char *caps =
      g_strdup_printf ("video/x-raw, format=%s", layouts[__i__]);
  g_autoptr (GBytes) bytes = write_gif (FALSE);
  GstHarness *h = start_decoder (NULL, NULL);
  GstBuffer *buffer;

  gst_harness_set_sink_caps_str (h, caps);
  push_file (h, bytes);
  buffer = gst_harness_pull (h);
  fail_unless_equals_string (get_format (h), layouts[__i__]);
  fail_unless_equals_int_hex (get_pixel (h, buffer, 0, 0), 0);
  fail_unless_equals_int_hex (
      get_pixel (h, buffer, WIDTH - 1, 0), test_gif_color (0) << 8 | 0xff);
  gst_buffer_unref (buffer);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_transparency_is_never_thrown_away)
{
  g_autoptr (GBytes) bytes = write_gif (FALSE);
  GstHarness *h = start_decoder (NULL, NULL);

  gst_harness_set_sink_caps_str (
      h, "video/x-raw, format={ RGBx, BGRx, xRGB, xBGR }");
  push_file (h, bytes);
  expect_eos (h);
  fail_unless_equals_int (gst_harness_buffers_received (h), 0);
  assert_one_error (h, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  stop_decoder (h);
}
GST_END_TEST

/* Composed on a colour, in any layout: what is transparent shows it, what is not
 * does not. */
GST_START_TEST (test_pictures_are_composed_on_a_background)
{
  g_autofree char *caps =
      g_strdup_printf ("video/x-raw, format=%s", layouts[__i__]);
  gboolean has_alpha = __i__ < 4;
  guint background = has_alpha ? 0x80102030 : 0xff102030;
  guint32 expected = 0x10203000 | (has_alpha ? 0x80 : 0xff);
  g_autoptr (GBytes) bytes = write_gif (FALSE);
  GstHarness *h = start_decoder ("background", background, NULL);
  GstBuffer *buffer;

  gst_harness_set_sink_caps_str (h, caps);
  push_file (h, bytes);
  buffer = gst_harness_pull (h);
  fail_unless_equals_string (get_format (h), layouts[__i__]);
  fail_unless_equals_int_hex (get_pixel (h, buffer, 0, 0), expected);
  fail_unless_equals_int_hex (
      get_pixel (h, buffer, WIDTH / 2 - 1, HEIGHT - 1), expected);
  fail_unless_equals_int_hex (get_pixel (h, buffer, WIDTH / 2, HEIGHT - 1),
      test_gif_color (0) << 8 | 0xff);
  gst_buffer_unref (buffer);
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  guint background;
  gboolean opaque_file;
  const char *wanted; /* NULL: anything */
  const char *chosen; /* NULL: nothing is offered that fits */
} backgrounds[] = {
  { 0xffffffff, FALSE, NULL, "RGBx" },
  { 0xffffffff, TRUE, NULL, "RGBx" },
  { 0xff000000, FALSE, "{ BGRA, BGRx }", "BGRx" },
  { 0xffffffff, FALSE, "BGRA", NULL },
  { 0xfeffffff, FALSE, NULL, "RGBA" },
  { 0xfeffffff, FALSE, "BGRx", NULL },
  { 0xfeffffff, TRUE, "BGRx", "BGRx" },
  { 0x00ffffff, FALSE, NULL, "RGBA" },
};

GST_START_TEST (test_an_opaque_background_leaves_no_alpha)
{
  const char *wanted = backgrounds[__i__].wanted;
  g_autoptr (GBytes) bytes = write_gif (backgrounds[__i__].opaque_file);
  GstHarness *h =
      start_decoder ("background", backgrounds[__i__].background, NULL);

  if (wanted != NULL) {
    g_autofree char *caps = g_strdup_printf ("video/x-raw, format=%s", wanted);

    gst_harness_set_sink_caps_str (h, caps);
  }
  push_file (h, bytes);
  if (backgrounds[__i__].chosen != NULL) {
    gst_buffer_unref (gst_harness_pull (h));
    fail_unless_equals_string (get_format (h), backgrounds[__i__].chosen);
  } else {
    expect_eos (h);
    assert_one_error (h, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  }
  stop_decoder (h);
}
GST_END_TEST

static const struct
{
  const char *wanted;
  const char *chosen;
} preferences[] = {
  { "video/x-raw, format={ ABGR, RGBA }", "ABGR" },
  { "video/x-raw, format={ xRGB, BGRA, RGBA }", "xRGB" },
  { "video/x-raw, format={ YUY2, NV12, BGRx, RGBA }", "BGRx" },
  { "video/x-raw, format=YUY2; video/x-raw, format=ARGB; "
    "video/x-raw, format=RGBA",
      "ARGB" },
  { "video/x-raw, format={ BGRA, RGBA }, width=[1, 100], "
    "pixel-aspect-ratio=[1/2147483647, 2147483647/1]",
      "BGRA" },
  { "ANY", "RGBA" },
};

GST_START_TEST (test_downstream_chooses_the_layout)
{
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);

  gst_harness_set_sink_caps_str (h, preferences[__i__].wanted);
  push_file (h, bytes);
  expect_color (h, 0);
  fail_unless_equals_string (get_format (h), preferences[__i__].chosen);
  stop_decoder (h);
}
GST_END_TEST

static const char *impossible[] = {
  "video/x-raw, format=YUY2",
  "video/x-raw, format=RGBA, width=20",
  "video/x-h264",
};

GST_START_TEST (test_impossible_wishes_are_one_clear_error)
{
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);

  gst_harness_set_sink_caps_str (h, impossible[__i__]);
  push_file (h, bytes);
  expect_eos (h);
  assert_one_error (h, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION);
  stop_decoder (h);
}
GST_END_TEST

GST_START_TEST (test_downstream_may_change_its_mind)
{
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);
  Gate *gate = gate_new (h);

  gst_harness_set_sink_caps_str (h, "video/x-raw, format=RGBA");
  push_file (h, bytes);
  gate_await_frame (gate);
  fail_unless_equals_string (get_format (h), "RGBA");
  gst_harness_set_sink_caps_str (h, "video/x-raw, format=ABGR");
  gate_let (gate, G_MAXUINT);
  gst_buffer_unref (gst_harness_pull (h));
  gst_buffer_unref (gst_harness_pull (h));
  expect_color (h, 2);
  fail_unless_equals_string (get_format (h), "ABGR");
  gate_free (gate);
  stop_decoder (h);
}
GST_END_TEST

/* ---- Buffer pools of downstream ---- */

typedef struct
{
  GstBufferPool *pool;
  gboolean with_meta;
  guint n_buffers;
} Proposal;

/* A pool whose rows do not begin where ours would. */
static GstBufferPool *
make_padded_pool (GstCaps *caps)
{
  GstBufferPool *pool = gst_video_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstVideoAlignment align;
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_video_alignment_reset (&align);
  align.padding_left = 5;
  align.padding_right = 12;
  align.padding_top = 3;
  align.padding_bottom = 2;
  gst_buffer_pool_config_set_params (config, caps, info.size, 0, 0);
  gst_buffer_pool_config_add_option (config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_buffer_pool_config_add_option (
      config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT);
  gst_buffer_pool_config_set_video_alignment (config, &align);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  return pool;
}

static GstPadProbeReturn
propose (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  Proposal *proposal = user_data;
  GstVideoInfo video;
  GstCaps *caps;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_parse_allocation (query, &caps, NULL);
  fail_unless (gst_video_info_from_caps (&video, caps));
  g_clear_object (&proposal->pool);
  proposal->pool = make_padded_pool (caps);
  gst_query_add_allocation_pool (query, proposal->pool, video.size,
      proposal->n_buffers, proposal->n_buffers);
  if (proposal->with_meta)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (test_downstreams_pool_and_strides_are_used)
{
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);
  Proposal proposal = { .with_meta = TRUE };
  GstVideoMeta *meta;
  GstBuffer *buffer;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, propose,
      &proposal, NULL);
  push_file (h, bytes);
  buffer = gst_harness_pull (h);
  fail_unless (buffer->pool == proposal.pool);
  meta = gst_buffer_get_video_meta (buffer);
  fail_unless (meta != NULL);
  fail_unless (meta->stride[0] > 4 * WIDTH);
  for (guint y = 0; y < HEIGHT; y++)
    for (guint x = 0; x < WIDTH; x++)
      fail_unless_equals_int_hex (
          get_pixel (h, buffer, x, y), test_gif_color (0) << 8 | 0xff);
  gst_buffer_unref (buffer);
  expect_color (h, 1);
  expect_color (h, 2);
  expect_eos (h);
  stop_decoder (h);
  g_clear_object (&proposal.pool);
}
GST_END_TEST

GST_START_TEST (test_a_small_pool_is_waited_for)
{
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);
  Proposal proposal = { .with_meta = TRUE, .n_buffers = 1 };

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, propose,
      &proposal, NULL);
  push_file (h, bytes);
  /* Each frame needs the buffer of the one before it. */
  for (guint i = 0; i < 3; i++)
    expect_color (h, i);
  expect_eos (h);
  stop_decoder (h);
  g_clear_object (&proposal.pool);
}
GST_END_TEST

GST_START_TEST (test_null_ends_the_wait_for_a_buffer)
{
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);
  Proposal proposal = { .with_meta = TRUE, .n_buffers = 1 };
  GstBuffer *kept;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, propose,
      &proposal, NULL);
  push_file (h, bytes);
  kept = gst_harness_pull (h);
  fail_unless_equals_int (gst_element_set_state (h->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  gst_buffer_unref (kept);
  stop_decoder (h);
  g_clear_object (&proposal.pool);
}
GST_END_TEST

/* A pool that takes no configuration at all. */
typedef GstBufferPool RefusingPool;
typedef GstBufferPoolClass RefusingPoolClass;

GType refusing_pool_get_type (void);
G_DEFINE_TYPE (RefusingPool, refusing_pool, GST_TYPE_BUFFER_POOL)

static gboolean
refuse_config (GstBufferPool *pool, GstStructure *config)
{
  return FALSE;
}

static void
refusing_pool_class_init (RefusingPoolClass *klass)
{
  klass->set_config = refuse_config;
}

static void
refusing_pool_init (RefusingPool *pool)
{
}

static GstPadProbeReturn
propose_refusing (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_add_allocation_pool (query, user_data, 100, 0, 0);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (test_an_unfit_pool_is_replaced)
{
  GstBufferPool *pool =
      gst_object_ref_sink (g_object_new (refusing_pool_get_type (), NULL));
  g_autoptr (GBytes) bytes = write_gif (TRUE);
  GstHarness *h = start_decoder (NULL, NULL);
  GstBuffer *buffer;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      propose_refusing, pool, NULL);
  push_file (h, bytes);
  buffer = gst_harness_pull (h);
  fail_unless (buffer != NULL);
  fail_unless (buffer->pool != NULL && buffer->pool != pool);
  fail_unless_equals_int (gst_buffer_get_size (buffer), 4 * WIDTH * HEIGHT);
  gst_buffer_unref (buffer);
  expect_color (h, 1);
  stop_decoder (h);
  gst_object_unref (pool);
}
GST_END_TEST

GST_START_TEST (test_buffers_are_recycled)
{
  const guint delays_cs[] = { 10, G_MAXUINT };
  g_autoptr (GHashTable) memories = g_hash_table_new (NULL, NULL);
  GstHarness *h = start_decoder ("loop-count", 20, NULL);
  Proposal proposal = { .with_meta = TRUE, .n_buffers = 2 };
  g_autoptr (GBytes) bytes = NULL;
  TestGif gif;

  gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, propose,
      &proposal, NULL);
  test_gif_init (&gif, WIDTH, HEIGHT, 10, delays_cs);
  bytes = test_gif_write (&gif);
  push_file (h, bytes);
  for (guint i = 0; i < 200; i++) {
    GstBuffer *buffer = gst_harness_pull (h);

    g_hash_table_add (memories, gst_buffer_peek_memory (buffer, 0));
    gst_buffer_unref (buffer);
  }
  fail_unless (g_hash_table_size (memories) <= 2);
  expect_eos (h);
  stop_decoder (h);
  g_clear_object (&proposal.pool);
}
GST_END_TEST

static Suite *
animgifdec_layouts_suite (void)
{
  Suite *suite = suite_create ("animgifdec-layouts");
  TCase *caps = decoder_case_new (suite, "caps");
  TCase *pools = decoder_case_new (suite, "pools");

  tcase_add_loop_test (caps, test_opaque_pictures_come_in_each_layout, 0,
      G_N_ELEMENTS (layouts));
  tcase_add_loop_test (
      caps, test_transparent_pictures_come_in_each_alpha_layout, 0, 4);
  tcase_add_test (caps, test_transparency_is_never_thrown_away);
  tcase_add_loop_test (caps, test_pictures_are_composed_on_a_background, 0,
      G_N_ELEMENTS (layouts));
  tcase_add_loop_test (caps, test_an_opaque_background_leaves_no_alpha, 0,
      G_N_ELEMENTS (backgrounds));
  tcase_add_loop_test (
      caps, test_downstream_chooses_the_layout, 0, G_N_ELEMENTS (preferences));
  tcase_add_loop_test (caps, test_impossible_wishes_are_one_clear_error, 0,
      G_N_ELEMENTS (impossible));
  tcase_add_test (caps, test_downstream_may_change_its_mind);

  tcase_add_test (pools, test_downstreams_pool_and_strides_are_used);
  tcase_add_test (pools, test_a_small_pool_is_waited_for);
  tcase_add_test (pools, test_null_ends_the_wait_for_a_buffer);
  tcase_add_test (pools, test_an_unfit_pool_is_replaced);
  tcase_add_test (pools, test_buffers_are_recycled);
  return suite;
}

GST_CHECK_MAIN (animgifdec_layouts)
