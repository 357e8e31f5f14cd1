/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * embed.c: a prompt in, pictures in memory out
 *
 * The smallest whole application: it sets the prompt, follows progress, tags
 * and errors on the bus, and takes each frame with its times from an appsink.
 *
 *   cc embed.c -o embed $(pkg-config --cflags --libs \
 *       gstreamer-app-1.0 gstreamer-video-1.0)
 *   VISIONCRAFT_TOKEN=... ./embed "a fox in the snow"
 */
#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <stdlib.h>

#define SECONDS(time) ((double) (time) / GST_SECOND)

/* In the streaming thread, once for each frame. */
static GstFlowReturn
on_sample (GstAppSink *sink, gpointer user_data)
{
  guint *n_frames = user_data;
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer;
  GstVideoInfo info;
  GstVideoFrame frame;
  const guint8 *rgb;

  if (sample == NULL)
    return GST_FLOW_EOS;
  buffer = gst_sample_get_buffer (sample);
  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample))
      || !gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ))
    return GST_FLOW_ERROR;

  rgb = GST_VIDEO_FRAME_PLANE_DATA (&frame, 0); /* rows of ..._PLANE_STRIDE */
  printf ("frame %u: %dx%d, at %.3f s for %.3f s, begins with #%02x%02x%02x\n",
      *n_frames, GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info),
      SECONDS (GST_BUFFER_PTS (buffer)), SECONDS (GST_BUFFER_DURATION (buffer)),
      rgb[0], rgb[1], rgb[2]);
  *n_frames += 1;
  gst_video_frame_unmap (&frame);
  return GST_FLOW_OK;
}

static void
print_progress (GstMessage *message)
{
  g_autofree char *text = NULL;

  gst_message_parse_progress (message, NULL, NULL, &text);
  printf ("progress: %s\n", text);
}

static void
print_tags (GstMessage *message)
{
  g_autoptr (GstTagList) tags = NULL;
  g_autofree char *text = NULL;

  gst_message_parse_tag (message, &tags);
  text = gst_tag_list_to_string (tags);
  printf ("tags: %s\n", text);
}

/* The message is for people; what programs want to know is in the details. */
static void
print_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  const GstStructure *details = NULL;
  guint status = 0;

  gst_message_parse_error (message, &error, NULL);
  gst_message_parse_error_details (message, &details);
  if (details != NULL)
    gst_structure_get_uint (details, "http-status-code", &status);
  fprintf (stderr, "error: %s (HTTP status %u)\n", error->message, status);
}

/* Until the end, or an error: then FALSE. */
static gboolean
watch_bus (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  for (;;) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE);

    switch (GST_MESSAGE_TYPE (message)) {
      case GST_MESSAGE_PROGRESS:
        print_progress (message);
        break;
      case GST_MESSAGE_TAG:
        print_tags (message);
        break;
      case GST_MESSAGE_ERROR:
        print_error (message);
        return FALSE;
      case GST_MESSAGE_EOS:
        return TRUE;
      default:
        break;
    }
  }
}

static gboolean
generate (const char *prompt, guint *ret_n_frames, GError **error)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  g_autoptr (GstElement) source = NULL, sink = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch_full (
      "visioncraftgifsrc name=source ! animgifdec ! videoconvert"
      " ! video/x-raw,format=RGB ! appsink name=sink sync=false",
      NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);
  gboolean good;

  if (pipeline == NULL)
    return FALSE;
  /* As a property, never as a part of the line: it may be any text. */
  source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  g_object_set (source, "prompt", prompt, NULL);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_app_sink_set_callbacks (
      GST_APP_SINK (sink), &callbacks, ret_n_frames, NULL);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  good = watch_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return good;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint n_frames = 0;
  gboolean good;

  gst_init (&argc, &argv);
  if (argc != 2) {
    fprintf (stderr, "Usage: %s PROMPT\n", argv[0]);
    return 64;
  }
  good = generate (argv[1], &n_frames, &error);
  if (error != NULL)
    fprintf (stderr, "error: %s\n", error->message);
  if (good)
    printf ("%u frames\n", n_frames);
  gst_deinit ();
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
