/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "animgifallocator.h"

#include <string.h>

G_DECLARE_FINAL_TYPE (
    AnimGifAllocator, anim_gif_allocator, ANIM_GIF, ALLOCATOR, GstAllocator)

struct _AnimGifAllocator
{
  GstAllocator parent;
};

G_DEFINE_FINAL_TYPE (AnimGifAllocator, anim_gif_allocator, GST_TYPE_ALLOCATOR)

/* What it returns is GStreamer's plain memory, which knows how to be mapped,
 * shared, copied and freed. */
static GstMemory *
anim_gif_allocator_alloc (
    GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  gsize align = params->align | gst_memory_alignment;
  gsize max_size = params->prefix + size + params->padding;
  guint8 *data = NULL, *start;

  if (max_size >= size && max_size <= G_MAXSIZE - align)
    data = g_try_malloc (max_size + align);
  if (data == NULL)
    return NULL;
  start = data + (-(guintptr) data & align);
  if ((params->flags & GST_MEMORY_FLAG_ZERO_PREFIXED) != 0)
    memset (start, 0, params->prefix);
  if ((params->flags & GST_MEMORY_FLAG_ZERO_PADDED) != 0)
    memset (start + params->prefix + size, 0, params->padding);
  return gst_memory_new_wrapped (
      params->flags, start, max_size, params->prefix, size, data, g_free);
}

static void
anim_gif_allocator_class_init (AnimGifAllocatorClass *klass)
{
  GST_ALLOCATOR_CLASS (klass)->alloc = anim_gif_allocator_alloc;
}

static void
anim_gif_allocator_init (AnimGifAllocator *self)
{
}

GstAllocator *
anim_gif_allocator_new (void)
{
  return gst_object_ref_sink (
      g_object_new (anim_gif_allocator_get_type (), NULL));
}
