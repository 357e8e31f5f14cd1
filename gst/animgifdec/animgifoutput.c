/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "animgifoutput.h"

#include "animgifallocator.h"

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
    if (allocator == NULL)
      allocator = anim_gif_allocator_new ();
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
  g_autoptr (GstCaps) wanted = NULL;
  g_autoptr (GstCaps) caps = NULL;
  GstVideoInfo info;

  /* Asked without a filter: with one, most elements answer in the filter's
   * order. */
  wanted = gst_pad_peer_query_caps (self->srcpad, NULL);
  caps = anim_gif_caps_choose (wanted, picture, constant);
  GST_DEBUG_OBJECT (self->srcpad,
      "wanted %" GST_PTR_FORMAT ", chosen %" GST_PTR_FORMAT, (gpointer) wanted,
      (gpointer) caps);

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
