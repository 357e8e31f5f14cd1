/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Returns: (transfer full): an allocator of plain memory which returns NULL where
 * there is none. GStreamer's own ends the process, and pictures are large. */
GstAllocator *anim_gif_allocator_new (void);

G_END_DECLS
