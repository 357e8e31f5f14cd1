/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playergeneration.h"

#include "giftap.h"
#include "gifvideo.h"

#include <gst/app/gstappsink.h>

/* Pictures that may wait for the main loop; older ones are given up then. */
#define MAX_WAITING_PICTURES 4

typedef enum
{
  PHASE_NEW,
  PHASE_GENERATING, /* until the first picture is there */
  PHASE_REWINDING,  /* the flushing seek that makes it a segment */
  PHASE_SHOWING,
  PHASE_STOPPED,
} Phase;

struct _PlayerGeneration
{
  GObject parent;

  Phase phase;
  GstElement *pipeline;
  GstElement *sink; /* owned by @pipeline */
  GifTap *tap;
  GstTagList *tags;
  guint bus_watch;
  guint n_rounds;
  gboolean paused;

  GMutex lock;
  guint drain_id; /* @lock; the source that takes pictures on the main loop */
};

enum
{
  SIGNAL_PROGRESS,
  SIGNAL_READY,
  SIGNAL_COMPLETE,
  SIGNAL_PICTURE,
  SIGNAL_ROUND,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (PlayerGeneration, player_generation, G_TYPE_OBJECT)

/* --- Pictures --- */

static gboolean
drain_pictures (gpointer data)
{
  PlayerGeneration *self = g_object_ref (data);
  GstSample *sample;

  g_mutex_lock (&self->lock);
  self->drain_id = 0;
  g_mutex_unlock (&self->lock);

  while (self->phase == PHASE_SHOWING
      && (sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink), 0))
          != NULL) {
    g_signal_emit (self, signals[SIGNAL_PICTURE], 0, sample);
    gst_sample_unref (sample);
  }
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* On the streaming thread. Late pictures are useless: before other work. */
static GstFlowReturn
on_new_sample (GstAppSink *sink, gpointer data)
{
  PlayerGeneration *self = data;

  g_mutex_lock (&self->lock);
  if (self->drain_id == 0)
    self->drain_id =
        g_idle_add_full (G_PRIORITY_HIGH_IDLE, drain_pictures, self, NULL);
  g_mutex_unlock (&self->lock);
  return GST_FLOW_OK;
}

/* --- Messages --- */

/* A segment seek lets the decoder say SEGMENT_DONE instead of EOS when the
 * animation is over, while its last picture is still on show: the next round
 * follows without a gap, and the source is never asked again. */
static gboolean
seek_to_start (PlayerGeneration *self, GstSeekFlags flags)
{
  return gst_element_seek (self->pipeline, 1.0, GST_FORMAT_TIME,
      flags | GST_SEEK_FLAG_SEGMENT, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE,
      -1);
}

static void
fail (PlayerGeneration *self, const char *text)
{
  player_generation_stop (self);
  g_signal_emit (self, signals[SIGNAL_FAILED], 0, text);
}

static void
tell_progress (PlayerGeneration *self, GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);
  g_autofree char *text = NULL;
  guint64 bytes = 0, total = 0;
  GstProgressType type;

  gst_message_parse_progress (message, &type, NULL, &text);
  if (type != GST_PROGRESS_TYPE_START && type != GST_PROGRESS_TYPE_CONTINUE
      && type != GST_PROGRESS_TYPE_COMPLETE)
    return;
  /* Nobody knows how far it is before the download. Not "percent": that is 0
   * in any progress message until somebody sets it. */
  gst_structure_get_uint64 (structure, "bytes", &bytes);
  gst_structure_get_uint64 (structure, "total", &total);
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, text,
      total > 0 ? (double) bytes / total : -1.0);
}

/* The first picture is there, or the seek behind it is done. */
static void
go_on (PlayerGeneration *self)
{
  if (self->phase == PHASE_GENERATING) {
    self->phase = PHASE_REWINDING;
    if (!seek_to_start (self, GST_SEEK_FLAG_FLUSH))
      fail (self, "The animation cannot be repeated.");
  } else if (self->phase == PHASE_REWINDING) {
    self->phase = PHASE_SHOWING;
    g_signal_emit (self, signals[SIGNAL_READY], 0);
    if (self->phase == PHASE_SHOWING && !self->paused)
      gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  }
}

static void
next_round (PlayerGeneration *self)
{
  self->n_rounds++;
  if (!seek_to_start (self, GST_SEEK_FLAG_NONE))
    fail (self, "The animation cannot be repeated.");
  else
    g_signal_emit (self, signals[SIGNAL_ROUND], 0, self->n_rounds);
}

static void
fail_with_message (PlayerGeneration *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_error (message, &error, NULL);
  fail (self, error->message);
}

/* What @source has said of its bytes. */
static void
take_tags (PlayerGeneration *self, GstElement *source)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  GstEvent *event;

  for (guint i = 0;
       (event = gst_pad_get_sticky_event (pad, GST_EVENT_TAG, i)) != NULL;
       i++) {
    GstTagList *tags;

    gst_event_parse_tag (event, &tags);
    gst_tag_list_insert (self->tags, tags, GST_TAG_MERGE_REPLACE);
    gst_event_unref (event);
  }
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  g_autoptr (PlayerGeneration) self = g_object_ref (data);

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      if (self->phase == PHASE_GENERATING)
        tell_progress (self, message);
      break;
    case GST_MESSAGE_ASYNC_DONE:
      go_on (self);
      break;
    case GST_MESSAGE_SEGMENT_DONE:
      if (self->phase == PHASE_SHOWING)
        next_round (self);
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, GIF_TAP_COMPLETE)) {
        take_tags (self, GST_ELEMENT (GST_MESSAGE_SRC (message)));
        g_signal_emit (self, signals[SIGNAL_COMPLETE], 0);
      }
      break;
    case GST_MESSAGE_ERROR:
      fail_with_message (self, message);
      break;
    default:
      break;
  }
  /* Stopped inside: the watch is gone already. */
  return self->phase == PHASE_STOPPED ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* --- Start and stop --- */

static void
set_up_sink (PlayerGeneration *self)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string ("video/x-raw,format=RGBA");
  GstAppSinkCallbacks callbacks = { .new_sample = on_new_sample };

  g_object_set (self->sink, "caps", caps, "max-buffers", MAX_WAITING_PICTURES,
      "drop", TRUE, NULL);
  gst_app_sink_set_callbacks (
      GST_APP_SINK (self->sink), &callbacks, self, NULL);
}

/* What shows the GIF that comes from @source. */
static gboolean
add_screen (PlayerGeneration *self, GstElement *source, GError **error)
{
  GstBin *bin = GST_BIN (self->pipeline);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");
  GstElement *decoder = gif_video_add_element (bin, "animgifdec", NULL, error);

  if (decoder == NULL)
    return FALSE;
  self->sink = gif_video_add_element (bin, "appsink", NULL, error);
  if (self->sink == NULL)
    return FALSE;
  set_up_sink (self);
  self->tap = gif_tap_new (pad);
  if (gst_element_link_many (source, decoder, self->sink, NULL))
    return TRUE;
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_NEGOTIATION,
      "The pipeline's elements do not fit together.");
  return FALSE;
}

/* Why a state change failed at once; the element has told the bus. */
static void
take_error (GstBus *bus, GError **error)
{
  g_autoptr (GstMessage) message =
      gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  if (message != NULL)
    gst_message_parse_error (message, error, NULL);
  else
    g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE,
        "The pipeline does not start.");
}

/* @source is in the pipeline, or NULL with @error. */
static gboolean
start (PlayerGeneration *self, GstElement *source, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  if (source != NULL && add_screen (self, source, error)) {
    self->phase = PHASE_GENERATING;
    if (gst_element_set_state (self->pipeline, GST_STATE_PAUSED)
        != GST_STATE_CHANGE_FAILURE) {
      self->bus_watch = gst_bus_add_watch (bus, on_message, self);
      return TRUE;
    }
    take_error (bus, error);
  }
  player_generation_stop (self);
  return FALSE;
}

gboolean
player_generation_start (PlayerGeneration *self, const PlayerService *service,
    const PlayerRequest *request, GError **error)
{
  g_return_val_if_fail (self->phase == PHASE_NEW, FALSE);

  self->pipeline = gst_object_ref_sink (gst_pipeline_new ("player"));
  return start (self,
      player_source_add_service (
          GST_BIN (self->pipeline), service, request, error),
      error);
}

gboolean
player_generation_start_file (PlayerGeneration *self, const char *path,
    const GstTagList *tags, GError **error)
{
  g_return_val_if_fail (self->phase == PHASE_NEW, FALSE);

  if (tags != NULL)
    gst_tag_list_insert (self->tags, tags, GST_TAG_MERGE_REPLACE);

  self->pipeline = gst_object_ref_sink (gst_pipeline_new ("player"));
  return start (self,
      player_source_add_file (GST_BIN (self->pipeline), path, error), error);
}

void
player_generation_stop (PlayerGeneration *self)
{
  self->phase = PHASE_STOPPED;
  if (self->bus_watch != 0) {
    g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

    gst_bus_remove_watch (bus);
    self->bus_watch = 0;
  }
  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  /* No streaming thread is left that could add another one. */
  g_mutex_lock (&self->lock);
  g_clear_handle_id (&self->drain_id, g_source_remove);
  g_mutex_unlock (&self->lock);
  self->sink = NULL;
  gst_clear_object (&self->pipeline);
}

void
player_generation_set_paused (PlayerGeneration *self, gboolean paused)
{
  self->paused = paused;
  if (self->phase == PHASE_SHOWING)
    gst_element_set_state (
        self->pipeline, paused ? GST_STATE_PAUSED : GST_STATE_PLAYING);
}

GBytes *
player_generation_get_gif (PlayerGeneration *self)
{
  return self->tap != NULL ? gif_tap_get_bytes (self->tap) : NULL;
}

const GstTagList *
player_generation_get_tags (PlayerGeneration *self)
{
  return self->tags;
}

GstElement *
player_generation_get_pipeline (PlayerGeneration *self)
{
  return self->pipeline;
}

/* --- Object --- */

static void
player_generation_dispose (GObject *object)
{
  PlayerGeneration *self = PLAYER_GENERATION (object);

  player_generation_stop (self);
  g_clear_pointer (&self->tap, gif_tap_free);
  G_OBJECT_CLASS (player_generation_parent_class)->dispose (object);
}

static void
player_generation_finalize (GObject *object)
{
  g_mutex_clear (&PLAYER_GENERATION (object)->lock);
  gst_tag_list_unref (PLAYER_GENERATION (object)->tags);
  G_OBJECT_CLASS (player_generation_parent_class)->finalize (object);
}

static void
player_generation_class_init (PlayerGenerationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = player_generation_dispose;
  object_class->finalize = player_generation_finalize;

  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", type, G_SIGNAL_RUN_LAST,
      0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_DOUBLE);
  signals[SIGNAL_READY] = g_signal_new (
      "ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_COMPLETE] = g_signal_new (
      "complete", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PICTURE] = g_signal_new ("picture", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, GST_TYPE_SAMPLE);
  signals[SIGNAL_ROUND] = g_signal_new ("round", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

PlayerGeneration *
player_generation_new (void)
{
  return g_object_new (PLAYER_TYPE_GENERATION, NULL);
}

static void
player_generation_init (PlayerGeneration *self)
{
  g_mutex_init (&self->lock);
  self->tags = gst_tag_list_new_empty ();
}
