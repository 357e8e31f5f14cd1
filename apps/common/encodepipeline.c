/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encodepipeline.h"

#include "failure.h"
#include "videopads.h"

#define HLS_SEGMENT_S 2
#define MIN_H264_SIDE 16
#define OPAQUE 0xff000000

/* Elements and the set of plugins that has each, for people who lack it. */
static const struct
{
  const char *element, *plugins;
} homes[] = {
  { "animgifdec", "gst-visioncraft" },
  { "appsrc", "gst-plugins-base" },
  { "avenc_prores_ks", "gst-libav" },
  { "capsfilter", "gstreamer" },
  { "filesink", "gstreamer" },
  { "h264parse", "gst-plugins-bad" },
  { "hlssink2", "gst-plugins-bad" },
  { "mp4mux", "gst-plugins-good" },
  { "multifilesink", "gst-plugins-good" },
  { "pngenc", "gst-plugins-good" },
  { "qtmux", "gst-plugins-good" },
  { "videoconvert", "gst-plugins-base" },
  { "videocrop", "gst-plugins-good" },
  { "videoscale", "gst-plugins-base" },
  { "vp9enc", "gst-plugins-good" },
  { "webmmux", "gst-plugins-good" },
  { "x264enc", "gst-plugins-ugly" },
};

/* A chain that grows at its end. */
typedef struct
{
  Output *output;
  const EncodeSettings *settings;
  const Format *format;
  GstBin *bin;
  GstElement *last;
  GError *error; /* the first one; nothing is added after it */
} Chain;

/* Adds @name with the property values (text, as gst-launch-1.0 takes them)
 * that follow; ends with NULL. Returns it, owned by the bin, or NULL. */
static GstElement *add (
    Chain *chain, const char *name, ...) G_GNUC_NULL_TERMINATED;

static void
fail (Chain *chain, const char *name)
{
  const char *plugins = "GStreamer";

  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    if (g_str_equal (homes[i].element, name))
      plugins = homes[i].plugins;
  g_set_error (&chain->error, FAILURE, FAILURE_UNAVAILABLE,
      "The GStreamer element \"%s\" is missing or does not fit: install the "
      "plugins of %s, or choose another format.",
      name, plugins);
}

static GstElement *
add (Chain *chain, const char *name, ...)
{
  GstElement *element;
  const char *property;
  va_list args;

  if (chain->error != NULL)
    return NULL;
  element = gst_element_factory_make (name, NULL);
  if (element == NULL) {
    fail (chain, name);
    return NULL;
  }
  va_start (args, name);
  while ((property = va_arg (args, const char *)) != NULL)
    gst_util_set_object_arg (
        G_OBJECT (element), property, va_arg (args, const char *));
  va_end (args);

  gst_bin_add (chain->bin, element);
  if (chain->last != NULL && !gst_element_link (chain->last, element)) {
    fail (chain, name);
    return NULL;
  }
  chain->last = element;
  return element;
}

static void
add_caps (Chain *chain, GstCaps *caps)
{
  GstElement *filter = add (chain, "capsfilter", NULL);

  if (filter != NULL)
    g_object_set (filter, "caps", caps, NULL);
  gst_caps_unref (caps);
}

static void
add_format (Chain *chain, const char *format)
{
  add_caps (chain,
      gst_caps_new_simple (
          "video/x-raw", "format", G_TYPE_STRING, format, NULL));
}

/* 0: the GIF's own times. */
static int
get_fps_n (const Chain *chain)
{
  return chain->settings->fps_n != 0 ? chain->settings->fps_n
                                     : chain->format->default_fps;
}

static GstElement *
add_source (Chain *chain)
{
  GstElement *source = add (chain, "appsrc", "format", "bytes", NULL);
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/gif");

  if (source != NULL)
    g_object_set (source, "caps", caps, NULL);
  return source;
}

/* The decoder gives the rate itself. In what layout, what follows says; but chroma
 * is halved last, behind a new size. */
static void
add_pictures (Chain *chain, gboolean is_flat)
{
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-raw");
  int fps_n = get_fps_n (chain);

  if (!is_flat || chain->settings->width != 0)
    gst_caps_set_simple (
        caps, "format", G_TYPE_STRING, is_flat ? "RGBx" : "RGBA", NULL);
  if (fps_n != 0)
    gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, fps_n,
        chain->settings->fps_d, NULL);
  add_caps (chain, caps);
}

static GstElement *
add_decoder (Chain *chain)
{
  gboolean is_flat =
      !chain->format->has_alpha || chain->settings->has_background;
  GstElement *decoder = add (chain, "animgifdec", NULL);
  g_autoptr (GstPad) pad = NULL;

  if (decoder == NULL)
    return NULL;
  g_object_set (decoder, "loop-count", chain->settings->n_loops, "background",
      is_flat ? OPAQUE | chain->settings->background : 0, NULL);
  pad = gst_element_get_static_pad (decoder, "src");
  video_pad_refuse_nothing (pad);
  add_pictures (chain, is_flat);

  if (chain->format->wants_even && chain->settings->width == 0) {
    GstElement *crop = add (chain, "videocrop", NULL);

    if (crop != NULL)
      video_pad_crop_to_even (pad, crop);
  }
  return decoder;
}

static void
add_conversions (Chain *chain)
{
  add (chain, "videoscale", NULL);
  if (chain->settings->width != 0)
    add_caps (chain,
        gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
            chain->settings->width, "height", G_TYPE_INT,
            chain->settings->height, "pixel-aspect-ratio", GST_TYPE_FRACTION, 1,
            1, NULL));
  else if (chain->format->wants_even)
    add_caps (chain,
        gst_caps_new_simple ("video/x-raw", "width", GST_TYPE_INT_RANGE,
            MIN_H264_SIDE, G_MAXINT, "height", GST_TYPE_INT_RANGE,
            MIN_H264_SIDE, G_MAXINT, NULL));
  add (chain, "videoconvert", NULL);
}

static void
add_filesink (Chain *chain)
{
  GstElement *sink = add (chain, "filesink", NULL);
  g_autofree char *path =
      output_dup_path (chain->output, output_get_name (chain->output), FALSE);

  if (sink != NULL)
    g_object_set (sink, "location", path, NULL);
}

/* Constant quality, without B-frames: mp4mux gets variable rates wrong with
 * them. 75 is CRF 18. */
static GstElement *
add_h264 (Chain *chain)
{
  GstElement *encoder;

  add_format (chain, "I420");
  encoder = add (chain, "x264enc", "pass", "qual", "bframes", "0", NULL);
  if (encoder != NULL)
    g_object_set (encoder, "quantizer",
        (guint) (43 - chain->settings->quality / 3), NULL);
  return encoder;
}

static void
add_mp4 (Chain *chain)
{
  GstElement *mux;
  g_autofree char *scratch =
      output_dup_path (chain->output, "faststart", FALSE);

  add_h264 (chain);
  mux = add (chain, "mp4mux", "faststart", "true", NULL);
  if (mux != NULL) /* on the disk where there has to be room anyway */
    g_object_set (mux, "faststart-file", scratch, NULL);
  add_filesink (chain);
}

/* vp9enc loses the last frames of variable rates unless lag-in-frames is 0. */
static void
add_webm (Chain *chain)
{
  GstElement *encoder;

  add_format (chain, "I420");
  encoder = add (chain, "vp9enc", "deadline", "1000000", "cpu-used", "4",
      "lag-in-frames", "0", "end-usage", "cq", "target-bitrate", "0", NULL);
  if (encoder != NULL)
    g_object_set (encoder, "cq-level", 60 - chain->settings->quality / 2, NULL);
  add (chain, "webmmux", NULL);
  add_filesink (chain);
}

static void
add_pngs (Chain *chain)
{
  GstElement *sink;
  g_autofree char *path =
      output_dup_path (chain->output, output_get_name (chain->output), TRUE);

  add (chain, "pngenc", NULL);
  sink = add (chain, "multifilesink", NULL);
  if (sink != NULL)
    g_object_set (sink, "location", path, NULL);
}

/* Regular keyframes and no others asked for: segments of one length. Without
 * async-handling hlssink2 often hangs at the end of short clips. */
static void
add_hls (Chain *chain)
{
  const char *name = output_get_name (chain->output);
  g_autofree char *stem =
      g_strndup (name, strlen (name) - strlen (chain->format->suffix));
  g_auto (GStrv) parts = g_strsplit (stem, "%", -1);
  g_autofree char *safe_stem = g_strjoinv ("%%", parts);
  g_autofree char *segment = g_strconcat (safe_stem, "%05d.ts", NULL);
  g_autofree char *location = output_dup_path (chain->output, segment, TRUE);
  g_autofree char *playlist = output_dup_path (chain->output, name, FALSE);
  int fps_n = get_fps_n (chain);
  int n_frames = (HLS_SEGMENT_S * fps_n + chain->settings->fps_d - 1)
      / chain->settings->fps_d;
  GstElement *encoder = add_h264 (chain);
  GstElement *sink;

  if (encoder != NULL)
    g_object_set (encoder, "key-int-max", (guint) n_frames, "option-string",
        "scenecut=0", NULL);
  add (chain, "h264parse", NULL);
  sink = add (chain, "hlssink2", "async-handling", "true",
      "send-keyframe-requests", "false", "playlist-length", "0", "max-files",
      "0", NULL);
  if (sink != NULL)
    g_object_set (sink, "location", location, "playlist-location", playlist,
        "target-duration", HLS_SEGMENT_S, NULL);
}

static void
add_output (Chain *chain)
{
  switch (chain->format->id) {
    case FORMAT_MP4:
      add_mp4 (chain);
      break;
    case FORMAT_WEBM:
      add_webm (chain);
      break;
    case FORMAT_MOV:
      add_format (chain, "A444_10LE"); /* else ProRes 422, without alpha */
      add (chain, "avenc_prores_ks", NULL);
      add (chain, "qtmux", NULL);
      add_filesink (chain);
      break;
    case FORMAT_PNG:
      add (chain, "pngenc", "snapshot", "true", NULL);
      add_filesink (chain);
      break;
    case FORMAT_PNGS:
      add_pngs (chain);
      break;
    case FORMAT_M3U8:
      add_hls (chain);
      break;
    case FORMAT_GIF:
    default:
      break;
  }
}

gboolean
encode_pipeline_build (EncodePipeline *pipeline, Output *output,
    const EncodeSettings *settings, GError **error)
{
  Chain chain = { output, settings, output_get_format (output), NULL };

  pipeline->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  chain.bin = GST_BIN (pipeline->pipeline);
  pipeline->source = add_source (&chain);
  pipeline->decoder = add_decoder (&chain);
  add_conversions (&chain);
  add_output (&chain);
  if (chain.error == NULL)
    return TRUE;
  g_propagate_error (error, chain.error);
  return FALSE;
}

void
encode_pipeline_clear (EncodePipeline *pipeline)
{
  if (pipeline->pipeline != NULL)
    gst_element_set_state (pipeline->pipeline, GST_STATE_NULL);
  gst_clear_object (&pipeline->pipeline);
  pipeline->source = pipeline->decoder = NULL;
}
