/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtspfactory.h"

#include "gifvideo.h"

struct _RtspFactory
{
  GstRTSPMediaFactory parent;

  RtspStore *store;
  char *id;

  GMutex lock;
  GWeakRef media; /* @lock; the last one */
  guint n_ended;  /* @lock; how many could not be shared any more */
};

G_DEFINE_FINAL_TYPE (RtspFactory, rtsp_factory, GST_TYPE_RTSP_MEDIA_FACTORY)

const char *const *
rtsp_factory_list_elements (void)
{
  static const char *const names[] = { "visioncraftgifsrc", "animgifdec",
    "appsrc", "capsfilter", "videocrop", "x264enc", "h264parse", "rtph264pay",
    "rtpbin", "udpsink", NULL };

  return names;
}

/* All clients see the same clock: none may turn it back for the others, and an
 * endless show has no beginning to go to. */
static GstPadProbeReturn
refuse_seeks (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if ((info->type & GST_PAD_PROBE_TYPE_EVENT_UPSTREAM) != 0)
    return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_SEEK
        ? GST_PAD_PROBE_DROP
        : GST_PAD_PROBE_OK;
  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_SEEKING) {
    gst_query_set_seeking (
        GST_PAD_PROBE_INFO_QUERY (info), GST_FORMAT_TIME, FALSE, 0, -1);
    return GST_PAD_PROBE_HANDLED;
  }
  return GST_PAD_PROBE_OK;
}

static void
set_up_encoder (GstElement *encoder)
{
  gst_util_set_object_arg (G_OBJECT (encoder), "tune", "zerolatency");
  gst_util_set_object_arg (G_OBJECT (encoder), "speed-preset", "veryfast");
  /* Who joins later waits for at most a second. Frames in slices, which
   * zerolatency makes, come out damaged in FFmpeg's players. */
  g_object_set (
      encoder, "key-int-max", RTSP_FACTORY_RATE, "sliced-threads", FALSE, NULL);
}

static void
set_up_payloader (GstElement *payloader)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (payloader, "src");

  /* Parameter sets with each key frame. */
  g_object_set (payloader, "pt", 96, "config-interval", -1, NULL);
  gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_EVENT_UPSTREAM | GST_PAD_PROBE_TYPE_QUERY_UPSTREAM,
      refuse_seeks, NULL, NULL);
}

/* Transfer full. The payloader's name is what tells the library of a stream. */
static GstElement *
make_bin (GBytes *gif, GError **error)
{
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_bin_new (NULL));
  GstElement *video, *encoder, *parser, *payloader;

  video = gif_video_new (gif, -1, RTSP_FACTORY_RATE, RTSP_MAX_PIXELS, error);
  if (video == NULL)
    return NULL;
  gst_bin_add (GST_BIN (bin), video);
  if ((encoder = gif_video_add_element (GST_BIN (bin), "x264enc", NULL, error))
          == NULL
      || (parser = gif_video_add_element (
              GST_BIN (bin), "h264parse", NULL, error))
          == NULL
      || (payloader = gif_video_add_element (
              GST_BIN (bin), "rtph264pay", "pay0", error))
          == NULL)
    return NULL;
  set_up_encoder (encoder);
  set_up_payloader (payloader);
  gst_element_link_many (video, encoder, parser, payloader, NULL);
  return g_steal_pointer (&bin);
}

static GstElement *
create_element (GstRTSPMediaFactory *factory, const GstRTSPUrl *url)
{
  RtspFactory *self = RTSP_FACTORY (factory);
  g_autoptr (GError) error = NULL;
  RtspUse *use = rtsp_store_find (self->store, self->id);
  GstElement *bin;

  if (use == NULL)
    return NULL;
  bin = make_bin (rtsp_use_get_gif (use), &error);
  if (bin == NULL) {
    g_warning ("%s", error->message);
    rtsp_use_free (use);
    return NULL;
  }
  /* The GIF is in use for as long as the pipeline exists. */
  g_object_set_data_full (
      G_OBJECT (bin), "rtsp-use", use, (GDestroyNotify) rtsp_use_free);
  g_object_force_floating (G_OBJECT (bin));
  return bin;
}

/* Called with @lock held. Whether it is on its way to its end, with a client
 * that has just left. */
static gboolean
has_ending_media (RtspFactory *self)
{
  g_autoptr (GstRTSPMedia) media = g_weak_ref_get (&self->media);
  GstRTSPMediaStatus status;

  if (media == NULL)
    return FALSE;
  status = gst_rtsp_media_get_status (media);
  return status == GST_RTSP_MEDIA_STATUS_UNPREPARING
      || status == GST_RTSP_MEDIA_STATUS_ERROR;
}

/* The same for all that is shared, however the address was written. The library
 * would give who comes now the one that ends, and then a 503. */
static char *
gen_key (GstRTSPMediaFactory *factory, const GstRTSPUrl *url)
{
  RtspFactory *self = RTSP_FACTORY (factory);
  char *key;

  g_mutex_lock (&self->lock);
  if (has_ending_media (self)) {
    self->n_ended++;
    g_weak_ref_set (&self->media, NULL);
  }
  key = g_strdup_printf ("%s-%u", self->id, self->n_ended);
  g_mutex_unlock (&self->lock);
  return key;
}

static void
media_constructed (GstRTSPMediaFactory *factory, GstRTSPMedia *media)
{
  RtspFactory *self = RTSP_FACTORY (factory);

  g_mutex_lock (&self->lock);
  g_weak_ref_set (&self->media, media);
  g_mutex_unlock (&self->lock);
}

static void
rtsp_factory_finalize (GObject *object)
{
  RtspFactory *self = RTSP_FACTORY (object);

  g_clear_pointer (&self->store, rtsp_store_unref);
  g_free (self->id);
  g_weak_ref_clear (&self->media);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (rtsp_factory_parent_class)->finalize (object);
}

static void
rtsp_factory_class_init (RtspFactoryClass *klass)
{
  GstRTSPMediaFactoryClass *factory_class =
      GST_RTSP_MEDIA_FACTORY_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rtsp_factory_finalize;
  factory_class->create_element = create_element;
  factory_class->gen_key = gen_key;
  factory_class->media_constructed = media_constructed;
}

static void
rtsp_factory_init (RtspFactory *self)
{
  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->media, NULL);
  gst_rtsp_media_factory_set_shared (GST_RTSP_MEDIA_FACTORY (self), TRUE);
  gst_rtsp_media_factory_set_protocols (GST_RTSP_MEDIA_FACTORY (self),
      GST_RTSP_LOWER_TRANS_TCP | GST_RTSP_LOWER_TRANS_UDP);
  gst_rtsp_media_factory_add_role (GST_RTSP_MEDIA_FACTORY (self),
      RTSP_FACTORY_ROLE, GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN,
      TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
}

GstRTSPMediaFactory *
rtsp_factory_new (RtspStore *store, const char *id)
{
  RtspFactory *self = g_object_new (RTSP_TYPE_FACTORY, NULL);

  self->store = rtsp_store_ref (store);
  self->id = g_strdup (id);
  return GST_RTSP_MEDIA_FACTORY (self);
}
