/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerpaintable.h"

#include <gst/video/video.h>

struct _PlayerPaintable
{
  GObject parent;

  GdkTexture *texture;
  double aspect; /* width to height, as it is to be seen */
};

static void
snapshot (
    GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  PlayerPaintable *self = PLAYER_PAINTABLE (paintable);

  if (self->texture != NULL)
    gdk_paintable_snapshot (
        GDK_PAINTABLE (self->texture), snapshot, width, height);
}

static int
get_intrinsic_width (GdkPaintable *paintable)
{
  PlayerPaintable *self = PLAYER_PAINTABLE (paintable);

  return self->texture != NULL ? gdk_texture_get_width (self->texture) : 0;
}

static int
get_intrinsic_height (GdkPaintable *paintable)
{
  PlayerPaintable *self = PLAYER_PAINTABLE (paintable);

  return self->texture != NULL ? gdk_texture_get_height (self->texture) : 0;
}

static double
get_intrinsic_aspect_ratio (GdkPaintable *paintable)
{
  return PLAYER_PAINTABLE (paintable)->aspect;
}

static void
implement_paintable (GdkPaintableInterface *iface)
{
  iface->snapshot = snapshot;
  iface->get_intrinsic_width = get_intrinsic_width;
  iface->get_intrinsic_height = get_intrinsic_height;
  iface->get_intrinsic_aspect_ratio = get_intrinsic_aspect_ratio;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PlayerPaintable, player_paintable, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, implement_paintable))

static void
player_paintable_finalize (GObject *object)
{
  g_clear_object (&PLAYER_PAINTABLE (object)->texture);
  G_OBJECT_CLASS (player_paintable_parent_class)->finalize (object);
}

static void
player_paintable_class_init (PlayerPaintableClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = player_paintable_finalize;
}

static void
player_paintable_init (PlayerPaintable *self)
{
}

PlayerPaintable *
player_paintable_new (void)
{
  return g_object_new (PLAYER_TYPE_PAINTABLE, NULL);
}

static void
unmap_frame (gpointer data)
{
  GstVideoFrame *frame = data;

  gst_video_frame_unmap (frame);
  g_free (frame);
}

/* The texture keeps the buffer mapped, and so out of its pool, while it is on
 * show. */
static GdkTexture *
make_texture (GstSample *sample, const GstVideoInfo *info)
{
  GstVideoFrame *frame = g_new (GstVideoFrame, 1);
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;

  if (!gst_video_frame_map (
          frame, info, gst_sample_get_buffer (sample), GST_MAP_READ)) {
    g_free (frame);
    return NULL;
  }
  stride = GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);
  bytes = g_bytes_new_with_free_func (GST_VIDEO_FRAME_PLANE_DATA (frame, 0),
      stride * GST_VIDEO_INFO_HEIGHT (info), unmap_frame, frame);
  return gdk_memory_texture_new (GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), GDK_MEMORY_R8G8B8A8, bytes, stride);
}

void
player_paintable_set_sample (PlayerPaintable *self, GstSample *sample)
{
  GdkTexture *texture = NULL;
  gboolean resized;
  GstVideoInfo info;
  double aspect;

  if (gst_video_info_from_caps (&info, gst_sample_get_caps (sample))
      && GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_RGBA)
    texture = make_texture (sample, &info);
  if (texture == NULL)
    return;

  aspect = (double) GST_VIDEO_INFO_WIDTH (&info) * GST_VIDEO_INFO_PAR_N (&info)
      / GST_VIDEO_INFO_HEIGHT (&info) / GST_VIDEO_INFO_PAR_D (&info);
  resized = self->texture == NULL || aspect != self->aspect
      || gdk_texture_get_width (self->texture)
          != gdk_texture_get_width (texture);
  g_set_object (&self->texture, texture);
  g_object_unref (texture);
  self->aspect = aspect;
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}
