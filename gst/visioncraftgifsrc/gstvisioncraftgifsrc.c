/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-visioncraftgifsrc
 * @title: visioncraftgifsrc
 * @short_description: Generates an animated GIF from a prompt
 *
 * Asks VisionCraft's text-to-GIF service for an animated GIF that shows what
 * #GstVisioncraftGifSrc:prompt says, and pushes the GIF's bytes downstream as
 * they arrive. Each run from READY to PAUSED generates once; seeking and
 * flushing replay what was generated.
 *
 * The service wants an API key: put it into the environment variable
 * VISIONCRAFT_TOKEN or into a file for #GstVisioncraftGifSrc:token-file.
 *
 * An application's SoupSession can come in a GstContext of the type
 * `gst.visioncraft.session`.
 *
 * ## Example launch lines
 *
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" ! filesink location=fox.gif
 * ]| Saves the GIF.
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" ! gdkpixbufdec ! videoconvert ! pngenc ! filesink location=fox.png
 * ]| Saves the first picture as a PNG file.
 * |[
 * gst-launch-1.0 visioncraftgifsrc prompt="a fox in the snow" steps=20 ! animgifdec ! videoconvert ! video/x-raw,format=I420 ! x264enc bframes=0 ! mp4mux faststart=true ! filesink location=fox.mp4
 * ]| Saves an MP4 file, with the prompt as its title.
 * |[
 * gst-launch-1.0 playbin uri="visioncraft://generate-gif?prompt=a%20fox%20in%20the%20snow"
 * ]| Plays it, as any player does that uses GStreamer.
 *
 * Since: 0.1
 */
#include "config.h"

#include "gstvisioncraftgifsrcprivate.h"

#include "gstvcmessages.h"
#include "gstvcuri.h"

GST_DEBUG_CATEGORY (visioncraftgifsrc_debug);
GST_DEBUG_CATEGORY (visioncraftjob_debug);
GST_DEBUG_CATEGORY (visioncraftcontext_debug);
GST_DEBUG_CATEGORY (visioncraftmessages_debug);
#define GST_CAT_DEFAULT visioncraftgifsrc_debug

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static void gst_visioncraft_gif_src_uri_handler_init (
    GstURIHandlerInterface *iface, gpointer data);

#define gst_visioncraft_gif_src_parent_class parent_class
G_DEFINE_TYPE_WITH_CODE (GstVisioncraftGifSrc, gst_visioncraft_gif_src,
    GST_TYPE_PUSH_SRC,
    G_IMPLEMENT_INTERFACE (
        GST_TYPE_URI_HANDLER, gst_visioncraft_gif_src_uri_handler_init))
GST_ELEMENT_REGISTER_DEFINE (visioncraftgifsrc, "visioncraftgifsrc",
    GST_RANK_PRIMARY, GST_TYPE_VISIONCRAFT_GIF_SRC)

/* --- Properties --- */

/* Called with the object lock held. */
static gboolean
is_running (GstVisioncraftGifSrc *self)
{
  return self->job != NULL || GST_STATE (self) > GST_STATE_READY;
}

static void
gst_visioncraft_gif_src_set_property (
    GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);
  gboolean running, known = TRUE;

  GST_OBJECT_LOCK (self);
  running = is_running (self);
  if (!running)
    known = gst_vc_settings_set (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);

  if (running)
    GST_WARNING_OBJECT (self,
        "%s can be changed in the states NULL and READY only: ignored",
        pspec->name);
  else if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static GstStructure *
current_stats (GstVisioncraftGifSrc *self)
{
  g_autoptr (VcJob) job = gst_visioncraft_gif_src_ref_job (self);
  g_auto (VcReport) report = { 0 };
  GstStructure *stats;

  if (job != NULL) {
    vc_job_get_report (job, &report);
    return gst_vc_stats_new (&report);
  }
  GST_OBJECT_LOCK (self);
  stats = self->last_stats != NULL ? gst_structure_copy (self->last_stats)
                                   : gst_vc_stats_new (&report);
  GST_OBJECT_UNLOCK (self);
  return stats;
}

static void
gst_visioncraft_gif_src_get_property (
    GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);
  gboolean known;

  if (id == gst_vc_settings_n_properties ()) {
    g_value_take_boxed (value, current_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  known = gst_vc_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

/* --- GstURIHandler --- */

static GstURIType
gst_visioncraft_gif_src_uri_get_type (GType type)
{
  return GST_URI_SRC;
}

static const char *const *
gst_visioncraft_gif_src_uri_get_protocols (GType type)
{
  static const char *const protocols[] = { GST_VC_URI_SCHEME, NULL };

  return protocols;
}

static char *
gst_visioncraft_gif_src_uri_get_uri (GstURIHandler *handler)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (handler);
  char *uri;

  GST_OBJECT_LOCK (self);
  uri = gst_vc_settings_dup_uri (&self->settings);
  GST_OBJECT_UNLOCK (self);
  return uri;
}

static gboolean
gst_visioncraft_gif_src_uri_set_uri (
    GstURIHandler *handler, const char *uri, GError **error)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (handler);
  g_auto (GstVcUri) parsed = { 0 };
  gboolean running;

  if (!gst_vc_uri_parse (uri, &parsed, error))
    return FALSE;

  GST_OBJECT_LOCK (self);
  running = is_running (self);
  if (!running)
    gst_vc_settings_set_uri (&self->settings, &parsed);
  GST_OBJECT_UNLOCK (self);
  if (running) {
    g_set_error_literal (error, GST_URI_ERROR, GST_URI_ERROR_BAD_STATE,
        "The URI can be changed in the states NULL and READY only.");
    return FALSE;
  }
  for (guint i = 0; gst_vc_uri_get_keys ()[i] != NULL; i++)
    g_object_notify (G_OBJECT (self), gst_vc_uri_get_keys ()[i]);
  return TRUE;
}

static void
gst_visioncraft_gif_src_uri_handler_init (
    GstURIHandlerInterface *iface, gpointer data)
{
  iface->get_type = gst_visioncraft_gif_src_uri_get_type;
  iface->get_protocols = gst_visioncraft_gif_src_uri_get_protocols;
  iface->get_uri = gst_visioncraft_gif_src_uri_get_uri;
  iface->set_uri = gst_visioncraft_gif_src_uri_set_uri;
}

/* --- Errors --- */

/* One error for each failed run: whoever is first. The base class reports its
 * own view of what our error said already. */
static gboolean
gst_visioncraft_gif_src_post_message (GstElement *element, GstMessage *message)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (element);
  gboolean drop = FALSE;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GST_OBJECT_LOCK (self);
    drop = self->error_posted;
    self->error_posted = TRUE;
    GST_OBJECT_UNLOCK (self);
  }
  if (drop) {
    GST_DEBUG_OBJECT (self, "dropping %" GST_PTR_FORMAT, (void *) message);
    gst_message_unref (message);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (parent_class)->post_message (element, message);
}

/* --- Class --- */

/* Where nobody called stop(), the pad would join its thread, which waits for
 * the job. */
static void
gst_visioncraft_gif_src_dispose (GObject *object)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);

  if (self->job != NULL)
    gst_pad_set_active (GST_BASE_SRC_PAD (self), FALSE);
  G_OBJECT_CLASS (parent_class)->dispose (object);
}

static void
gst_visioncraft_gif_src_finalize (GObject *object)
{
  GstVisioncraftGifSrc *self = GST_VISIONCRAFT_GIF_SRC (object);

  gst_vc_settings_clear (&self->settings);
  g_clear_pointer (&self->last_stats, gst_structure_free);
  g_clear_pointer (&self->client, vc_client_unref);
  G_OBJECT_CLASS (parent_class)->finalize (object);
}

static void
gst_visioncraft_gif_src_init (GstVisioncraftGifSrc *self)
{
  gst_vc_settings_init (&self->settings);
  self->stop_offset = G_MAXUINT64;
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_BYTES);
  gst_base_src_set_automatic_eos (GST_BASE_SRC (self), FALSE);
  gst_base_src_set_dynamic_size (GST_BASE_SRC (self), TRUE);
}

static void
init_debug_categories (void)
{
  GST_DEBUG_CATEGORY_INIT (visioncraftgifsrc_debug, "visioncraftgifsrc", 0,
      "VisionCraft text-to-GIF source: a run from start to stop");
  GST_DEBUG_CATEGORY_INIT (visioncraftjob_debug, "visioncraftjob", 0,
      "a generation of visioncraftgifsrc, request and download");
  GST_DEBUG_CATEGORY_INIT (visioncraftmessages_debug, "visioncraftmessages", 0,
      "what visioncraftgifsrc tells the application");
  GST_DEBUG_CATEGORY_INIT (visioncraftcontext_debug, "visioncraftcontext", 0,
      "sessions handed to visioncraftgifsrc by applications");
}

static void
gst_visioncraft_gif_src_class_init (GstVisioncraftGifSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  init_debug_categories ();

  object_class->set_property = gst_visioncraft_gif_src_set_property;
  object_class->get_property = gst_visioncraft_gif_src_get_property;
  object_class->dispose = gst_visioncraft_gif_src_dispose;
  object_class->finalize = gst_visioncraft_gif_src_finalize;
  gst_vc_settings_install_properties (object_class);
  /**
   * GstVisioncraftGifSrc:stats:
   *
   * Requests, retries, HTTP status, bytes and seconds of the run, or of the
   * last one.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class,
      gst_vc_settings_n_properties (),
      g_param_spec_boxed ("stats", "Statistics",
          "Requests, retries, status, bytes and seconds of this run or the "
          "last",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class,
      "VisionCraft GIF source", "Source/Network",
      "Generates an animated GIF from a text prompt with VisionCraft's service",
      "The gst-visioncraft developers");
  gst_element_class_add_static_metadata (element_class,
      GST_ELEMENT_METADATA_DOC_URI, DOC_URI "#visioncraftgifsrc");
  element_class->post_message = gst_visioncraft_gif_src_post_message;

  gst_visioncraft_gif_src_install_run (klass);
}
