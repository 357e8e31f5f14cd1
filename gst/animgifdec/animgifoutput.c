/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "animgifoutput.h"

#include <gst/video/gstvideopool.h>

GST_DEBUG_CATEGORY_EXTERN (gst_anim_gif_dec_debug);
#define GST_CAT_DEFAULT gst_anim_gif_dec_debug

struct _AnimGifOutput
{
  GstPad *srcpad; /* not owned */
  GstCaps *caps;
  GstVideoInfo info;

  GMutex lock;
  GstBufferPool *pool; /* written by the streaming thread, under @lock */
};

AnimGifOutput *
anim_gif_output_new (GstPad *srcpad)
{
  AnimGifOutput *self = g_new0 (AnimGifOutput, 1);

  self->srcpad = srcpad;
  g_mutex_init (&self->lock);
  return self;
}

void
anim_gif_output_free (AnimGifOutput *self)
{
  anim_gif_output_reset (self);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Returns: (transfer full): the pool before. */
static GstBufferPool *
exchange_pool (AnimGifOutput *self, GstBufferPool *pool)
{
  GstBufferPool *old;

  g_mutex_lock (&self->lock);
  old = self->pool;
  self->pool = pool;
  g_mutex_unlock (&self->lock);
  return old;
}

void
anim_gif_output_reset (AnimGifOutput *self)
{
  g_autoptr (GstBufferPool) pool = exchange_pool (self, NULL);

  if (pool != NULL)
    gst_buffer_pool_set_active (pool, FALSE);
  gst_clear_caps (&self->caps);
  gst_video_info_init (&self->info);
}

const GstVideoInfo *
anim_gif_output_get_info (const AnimGifOutput *self)
{
  return &self->info;
}

/* The template's formats, narrowed to one size. */
static GstCaps *
offered_caps (const AnimGifPicture *picture)
{
  const char *formats = !picture->opaque ? "{ " ANIM_GIF_ALPHA_FORMATS " }"
      : picture->has_alpha               ? "{ " ANIM_GIF_ALPHA_FORMATS
                             ", " ANIM_GIF_OPAQUE_FORMATS " }"
                           : "{ " ANIM_GIF_OPAQUE_FORMATS " }";
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-raw");
  g_auto (GValue) list = G_VALUE_INIT;

  g_value_init (&list, GST_TYPE_LIST);
  gst_value_deserialize (&list, formats);
  gst_caps_set_value (caps, "format", &list);
  gst_caps_set_simple (caps, "width", G_TYPE_INT, (int) picture->width,
      "height", G_TYPE_INT, (int) picture->height, "framerate",
      GST_TYPE_FRACTION, (int) picture->fps_n, (int) picture->fps_d,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, (int) picture->par_n,
      (int) picture->par_d, "interlace-mode", G_TYPE_STRING, "progressive",
      NULL);
  return caps;
}

/* Returns: the smallest k for which k × @n / @d is among @rates, 0: none. */
static guint64
find_multiple (const GValue *rates, guint n, guint d)
{
  const GValue *lowest = rates;
  g_auto (GValue) multiple = G_VALUE_INIT;
  guint64 best = 0, k;

  if (GST_VALUE_HOLDS_LIST (rates)) {
    for (guint i = 0; i < gst_value_list_get_size (rates); i++) {
      k = find_multiple (gst_value_list_get_value (rates, i), n, d);
      if (k > 0 && (best == 0 || k < best))
        best = k;
    }
    return best;
  }
  if (GST_VALUE_HOLDS_FRACTION_RANGE (rates))
    lowest = gst_value_get_fraction_range_min (rates);
  k = gst_util_uint64_scale_ceil (gst_value_get_fraction_numerator (lowest), d,
      (guint64) gst_value_get_fraction_denominator (lowest) * n);
  k = MAX (k, 1);
  if (k > G_MAXINT / n)
    return 0;
  g_value_init (&multiple, GST_TYPE_FRACTION);
  gst_value_set_fraction (&multiple, k * n, d);
  return gst_value_intersect (NULL, rates, &multiple) ? k : 0;
}

static void
fixate_rate (GstStructure *structure, const AnimGifPicture *picture)
{
  guint n = picture->exact_n, d = picture->exact_d;
  guint64 k =
      find_multiple (gst_structure_get_value (structure, "framerate"), n, d);

  if (k > 0)
    gst_structure_set (structure, "framerate", GST_TYPE_FRACTION, (int) (k * n),
        (int) d, NULL);
  else
    gst_structure_fixate_field_nearest_fraction (structure, "framerate", n, d);
}

/* Caps in the order the peer prefers, cut down to one; NULL when nothing is
 * common. */
static GstCaps *
choose_caps (
    AnimGifOutput *self, const AnimGifPicture *picture, gboolean constant)
{
  g_autoptr (GstCaps) offered = offered_caps (picture);
  g_autoptr (GstCaps) wanted = NULL;
  g_autoptr (GstCaps) common = NULL;
  GstVideoInfo info;

  /* Asked without a filter: with one, most elements answer in the filter's
   * order. */
  wanted = gst_pad_peer_query_caps (self->srcpad, NULL);
  if (!constant || picture->fps_n > 0)
    common =
        gst_caps_intersect_full (wanted, offered, GST_CAPS_INTERSECT_FIRST);
  if (common == NULL || gst_caps_is_empty (common)) {
    gst_caps_set_simple (offered, "framerate", GST_TYPE_FRACTION_RANGE, 1,
        G_MAXINT, G_MAXINT, 1, NULL);
    gst_clear_caps (&common);
    common =
        gst_caps_intersect_full (wanted, offered, GST_CAPS_INTERSECT_FIRST);
  }
  GST_DEBUG_OBJECT (self->srcpad,
      "offered %" GST_PTR_FORMAT ", wanted %" GST_PTR_FORMAT,
      (gpointer) offered, (gpointer) wanted);
  if (gst_caps_is_empty (common))
    return NULL;

  common = gst_caps_make_writable (gst_caps_truncate (common));
  fixate_rate (gst_caps_get_structure (common, 0), picture);
  common = gst_caps_fixate (common);
  /* Completed with the fields every raw video has, colorimetry among them. */
  return gst_video_info_from_caps (&info, common)
      ? gst_video_info_to_caps (&info)
      : NULL;
}

static gboolean
configure_pool (GstBufferPool *pool, GstCaps *caps, guint size, guint min,
    guint max, GstAllocator *allocator, const GstAllocationParams *params,
    gboolean with_meta)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  gst_buffer_pool_config_set_allocator (config, allocator, params);
  if (with_meta
      && gst_buffer_pool_has_option (pool, GST_BUFFER_POOL_OPTION_VIDEO_META))
    gst_buffer_pool_config_add_option (
        config, GST_BUFFER_POOL_OPTION_VIDEO_META);
  if (gst_buffer_pool_set_config (pool, config))
    return TRUE;

  /* The pool changed what it cannot do; that may still be good enough. */
  config = gst_buffer_pool_get_config (pool);
  if (!gst_buffer_pool_config_validate_params (config, caps, size, min, max)) {
    gst_structure_free (config);
    return FALSE;
  }
  return gst_buffer_pool_set_config (pool, config);
}

static gboolean
negotiate_pool (AnimGifOutput *self)
{
  g_autoptr (GstQuery) query = gst_query_new_allocation (self->caps, TRUE);
  g_autoptr (GstAllocator) allocator = NULL;
  g_autoptr (GstBufferPool) pool = NULL;
  g_autoptr (GstBufferPool) old = NULL;
  GstAllocationParams params;
  guint size = 0, min = 0, max = 0;
  gboolean with_meta;

  /* A pool counts in 32 bits. */
  if (GST_VIDEO_INFO_SIZE (&self->info) > G_MAXUINT)
    return FALSE;
  if (!gst_pad_peer_query (self->srcpad, query))
    GST_DEBUG_OBJECT (self->srcpad, "the peer has no allocation hints");
  with_meta =
      gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_allocation_params_init (&params);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, &allocator, &params);
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  size = MAX (size, (guint) GST_VIDEO_INFO_SIZE (&self->info));

  if (pool == NULL
      || !configure_pool (
          pool, self->caps, size, min, max, allocator, &params, with_meta)) {
    /* Fresh memory for every frame would cost more than the decoding. */
    gst_clear_object (&pool);
    pool = gst_video_buffer_pool_new ();
    if (!configure_pool (
            pool, self->caps, size, min, max, allocator, &params, with_meta))
      return FALSE;
  }
  if (!gst_buffer_pool_set_active (pool, TRUE))
    return FALSE;
  /* The old one is not stopped: elements downstream may be using it as well. */
  old = exchange_pool (self, g_steal_pointer (&pool));
  return TRUE;
}

static gboolean
set_caps (AnimGifOutput *self, const AnimGifPicture *picture, gboolean constant)
{
  g_autoptr (GstCaps) caps = choose_caps (self, picture, constant);
  GstVideoInfo info;

  if (caps == NULL || !gst_video_info_from_caps (&info, caps))
    return FALSE;
  if (self->caps != NULL && gst_caps_is_equal (self->caps, caps))
    return TRUE;
  GST_INFO_OBJECT (self->srcpad, "%" GST_PTR_FORMAT, (gpointer) caps);
  if (!gst_pad_set_caps (self->srcpad, caps))
    return FALSE;
  gst_caps_replace (&self->caps, caps);
  self->info = info;
  return TRUE;
}

GstFlowReturn
anim_gif_output_negotiate (
    AnimGifOutput *self, const AnimGifPicture *picture, gboolean constant)
{
  if (!set_caps (self, picture, constant))
    return GST_PAD_IS_FLUSHING (self->srcpad) ? GST_FLOW_FLUSHING
                                              : GST_FLOW_NOT_NEGOTIATED;
  return negotiate_pool (self) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

GstFlowReturn
anim_gif_output_acquire (AnimGifOutput *self, GstBuffer **buffer)
{
  return gst_buffer_pool_acquire_buffer (self->pool, buffer, NULL);
}

void
anim_gif_output_interrupt (AnimGifOutput *self)
{
  g_mutex_lock (&self->lock);
  if (self->pool != NULL)
    gst_buffer_pool_set_flushing (self->pool, TRUE);
  g_mutex_unlock (&self->lock);
}
