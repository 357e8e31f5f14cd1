/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webjob.h"

G_BEGIN_DECLS

/* All jobs that can be asked for: the unfinished ones, and the last so many
 * that were done. Main thread only. */
typedef struct _WebGallery WebGallery;

/* Keeps @n_max done jobs, fewer when they hold more than a quarter of a
 * gigabyte. */
WebGallery *web_gallery_new (guint n_max);

/* Cancels the unfinished ones. */
void web_gallery_free (WebGallery *gallery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebGallery, web_gallery_free)

/* Takes a reference of @job, until it has failed and nobody can have missed
 * that, or until newer ones have driven it out. */
void web_gallery_add (WebGallery *gallery, WebJob *job);

/* The job called @id; NULL: there is none. Borrowed. */
WebJob *web_gallery_lookup (WebGallery *gallery, const char *id);

/* Whether one of them is still unfinished. */
gboolean web_gallery_is_working (WebGallery *gallery);

/* Adds an array of all done ones, the newest first. */
void web_gallery_add_to (WebGallery *gallery, JsonBuilder *builder);

G_END_DECLS
