/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media.h"
#include "fixture.h"

#include "gstanimgifdec.h"
#include "gstvisioncraftgifsrc.h"

void
media_init (int *argc, char ***argv, const char *const *plugins)
{
  /* Before there are threads. */
  g_setenv ("VISIONCRAFT_TOKEN", TEST_KEY, TRUE);
  gst_init (argc, argv);
  g_assert_true (GST_ELEMENT_REGISTER (visioncraftgifsrc, NULL));
  g_assert_true (GST_ELEMENT_REGISTER (animgifdec, NULL));
  for (; *plugins != NULL; plugins++) {
    g_autofree char *path =
        g_strdup_printf (PLUGINS_DIR "/libgst%s.so", *plugins);
    g_autoptr (GError) error = NULL;
    g_autoptr (GstPlugin) plugin = gst_plugin_load_file (path, &error);

    g_assert_no_error (error);
  }
}

static GstPadProbeReturn
count_pictures (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Movie *movie = data;

  movie->n_pictures++;
  return GST_PAD_PROBE_OK;
}

static void
read_size (GstPad *pad, Movie *movie)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstStructure *structure = gst_caps_get_structure (caps, 0);

  g_assert_true (gst_structure_get_int (structure, "width", &movie->width));
  g_assert_true (gst_structure_get_int (structure, "height", &movie->height));
}

void
media_read_mp4 (const char *path, Movie *ret_movie)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (
      "filesrc name=file ! qtdemux ! fakesink name=sink sync=false", &error);
  g_autoptr (GstElement) file = NULL, sink = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstMessage) message = NULL;
  gint64 duration;

  g_assert_no_error (error);
  *ret_movie = (Movie){ 0 };
  file = gst_bin_get_by_name (GST_BIN (pipeline), "file");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (file, "location", path, NULL);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER, count_pictures, ret_movie, NULL);

  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, FIXTURE_DEADLINE_MS * GST_MSECOND,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  g_assert_no_error (error);
  g_assert_true (
      gst_element_query_duration (pipeline, GST_FORMAT_TIME, &duration));
  ret_movie->duration = duration;
  read_size (pad, ret_movie);
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* --- A GIF by hand --- */

static void
append_u16 (GByteArray *gif, guint value)
{
  const guint8 bytes[] = { value & 0xff, value >> 8 };

  g_byte_array_append (gif, bytes, sizeof bytes);
}

/* Pixels of index 0 only. Codes are 3 bits wide throughout: 2 bits of palette,
 * and a clear code (4) before each pixel lets the table never grow. */
static void
append_plain_pixels (GByteArray *gif, gsize n_pixels)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint bits = 0, n_bits = 0;

  for (gsize i = 0; i <= 2 * n_pixels; i++) {
    guint code = i == 2 * n_pixels ? 5 : i % 2 == 0 ? 4 : 0;

    bits |= code << n_bits;
    for (n_bits += 3; n_bits >= 8; n_bits -= 8, bits >>= 8)
      g_byte_array_append (data, (const guint8[]){ bits & 0xff }, 1);
  }
  g_byte_array_append (data, (const guint8[]){ bits & 0xff }, 1);

  g_byte_array_append (gif, (const guint8[]){ 2 }, 1);
  for (gsize at = 0; at < data->len; at += 255) {
    guint8 n = MIN (255, data->len - at);

    g_byte_array_append (gif, &n, 1);
    g_byte_array_append (gif, data->data + at, n);
  }
  g_byte_array_append (gif, (const guint8[]){ 0 }, 1);
}

GBytes *
media_make_gif (guint width, guint height, guint delay_cs,
    const guint32 *colors, guint n_colors)
{
  GByteArray *gif = g_byte_array_new ();

  g_byte_array_append (gif, (const guint8 *) "GIF89a", 6);
  append_u16 (gif, width);
  append_u16 (gif, height);
  g_byte_array_append (gif, (const guint8[]){ 0, 0, 0 }, 3);
  for (guint i = 0; i < n_colors; i++) {
    const guint8 control[] = { 0x21, 0xf9, 4, 0 };
    /* A local palette of two. */
    const guint8 palette[] = { 0x80, colors[i] >> 16, colors[i] >> 8 & 0xff,
      colors[i] & 0xff, 0, 0, 0 };

    g_byte_array_append (gif, control, sizeof control);
    append_u16 (gif, delay_cs);
    g_byte_array_append (gif, (const guint8[]){ 0, 0 }, 2);
    g_byte_array_append (gif, (const guint8[]){ 0x2c, 0, 0, 0, 0 }, 5);
    append_u16 (gif, width);
    append_u16 (gif, height);
    g_byte_array_append (gif, palette, sizeof palette);
    append_plain_pixels (gif, (gsize) width * height);
  }
  g_byte_array_append (gif, (const guint8[]){ 0x3b }, 1);
  return g_byte_array_free_to_bytes (gif);
}
