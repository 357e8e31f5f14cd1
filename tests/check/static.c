/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "mockserver.h"

#include <gst/gst.h>

/* A program that has the plugins linked in, and no other way to find them. */

GST_PLUGIN_STATIC_DECLARE (animgif);
GST_PLUGIN_STATIC_DECLARE (visioncraft);

static void
test_the_plugins_register_themselves (void)
{
  static const struct
  {
    const char *plugin, *element;
  } rows[] = {
    { "animgif", "animgifdec" },
    { "visioncraft", "visioncraftgifsrc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_null (gst_element_factory_find (rows[i].element));

  GST_PLUGIN_STATIC_REGISTER (animgif);
  GST_PLUGIN_STATIC_REGISTER (visioncraft);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GstPlugin) plugin =
        gst_registry_find_plugin (gst_registry_get (), rows[i].plugin);
    g_autoptr (GstElementFactory) factory =
        gst_element_factory_find (rows[i].element);

    g_assert_nonnull (plugin);
    g_assert_null (gst_plugin_get_filename (plugin));
    g_assert_cmpstr (gst_plugin_get_version (plugin), ==, VERSION);
    g_assert_nonnull (factory);
    g_assert_cmpstr (
        gst_plugin_feature_get_plugin_name (GST_PLUGIN_FEATURE (factory)), ==,
        rows[i].plugin);
  }
}

static void
test_the_elements_work (void)
{
  const MockOptions options = { .width = 64, .height = 48, .n_frames = 4 };
  g_autoptr (MockServer) server = mock_server_new (&options, NULL);
  g_autofree char *line = g_strdup_printf (
      "visioncraftgifsrc prompt=fox token=key api-url=%s ! animgifdec ! "
      "fakesink",
      mock_server_get_url (server));
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPlugin) core =
      gst_plugin_load_file (PLUGINS_DIR "/libgstcoreelements.so", &error);
  g_autoptr (GstElement) pipeline = NULL;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;

  g_assert_no_error (error);
  pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (
      bus, 20 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  g_assert_nonnull (message);
  g_assert_cmpint (GST_MESSAGE_TYPE (message), ==, GST_MESSAGE_EOS);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_assert_cmpuint (
      mock_server_count (server, MOCK_EVENT_POST_RECEIVED), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  g_test_add_func ("/static/registers", test_the_plugins_register_themselves);
  g_test_add_func ("/static/works", test_the_elements_work);
  return g_test_run ();
}
