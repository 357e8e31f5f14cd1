/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "convert.h"

#include "failure.h"

#define DRAW_EVERY_MS 125

typedef struct
{
  Pipeline *pipeline;
  Progress *progress;
  GMainLoop *loop;
  GError *error;
} Run;

static void
take_message (Run *run, GstMessage *message)
{
  g_autoptr (GError) warning = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      progress_take (run->progress, message);
      progress_draw (run->progress);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &warning, NULL);
      progress_say (run->progress, "Warning: %s", warning->message);
      break;
    case GST_MESSAGE_ERROR: /* what follows the first is its consequence */
      if (run->error == NULL)
        run->error = failure_from_message (message, run->pipeline->source);
      g_main_loop_quit (run->loop);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (run->loop);
      break;
    default:
      break;
  }
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer run)
{
  take_message (run, message);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_draw (gpointer data)
{
  Run *run = data;
  GstElement *decoder = run->pipeline->decoder;
  gint64 position, duration;

  if (decoder != NULL
      && gst_element_query_position (decoder, GST_FORMAT_TIME, &position)
      && gst_element_query_duration (decoder, GST_FORMAT_TIME, &duration)
      && position >= 0 && duration > 0)
    progress_take_position (
        run->progress, (GstClockTime) position, (GstClockTime) duration);
  progress_draw (run->progress);
  return G_SOURCE_CONTINUE;
}

static void
start (Run *run, GstBus *bus)
{
  g_autoptr (GstMessage) message = NULL;

  if (gst_element_set_state (run->pipeline->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE) {
    g_main_loop_run (run->loop);
    return;
  }
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  run->error = message != NULL
      ? failure_from_message (message, run->pipeline->source)
      : g_error_new_literal (FAILURE, FAILURE_UNAVAILABLE,
          "GStreamer does not start: run with GST_DEBUG=3 to see why.");
}

gboolean
convert_run (Pipeline *pipeline, Progress *progress, Interrupt *interrupt,
    GError **error)
{
  g_autoptr (GMainLoop) loop = interrupt_ref_loop (interrupt);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline->pipeline);
  Run run = { pipeline, progress, loop, NULL };
  guint watch, draw;

  if (interrupt_get_signal (interrupt) != 0)
    return FALSE;
  watch = gst_bus_add_watch (bus, on_message, &run);
  draw = g_timeout_add (DRAW_EVERY_MS, on_draw, &run);
  start (&run, bus);
  gst_element_set_state (pipeline->pipeline, GST_STATE_NULL);
  g_source_remove (watch);
  g_source_remove (draw);

  if (run.error == NULL)
    return interrupt_get_signal (interrupt) == 0;
  g_propagate_error (error, run.error);
  return FALSE;
}
