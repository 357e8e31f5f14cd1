/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webstore.h"

G_BEGIN_DECLS

/* All jobs that can be asked for: the unfinished ones, and the last so many
 * that were done. Main thread only. */
typedef struct _WebGallery WebGallery;

/* Lists the last @n_max done jobs. Without @store (NULL) those are all that are
 * kept, fewer when they hold more than a quarter of a gigabyte; with it all
 * are, what it has already among them, until they are removed. @store outlives
 * the gallery. */
WebGallery *web_gallery_new (guint n_max, WebStore *store);

/* Cancels the unfinished ones. */
void web_gallery_free (WebGallery *gallery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebGallery, web_gallery_free)

/* Takes a reference of @job, until it has failed and nobody can have missed
 * that, or until newer ones have driven it out. */
void web_gallery_add (WebGallery *gallery, WebJob *job);

/* The job called @id; NULL: there is none. Borrowed. */
WebJob *web_gallery_lookup (WebGallery *gallery, const char *id);

/* Ends @job and forgets it, on the disk as well. */
void web_gallery_remove (WebGallery *gallery, WebJob *job);

/* Whether one of them is still unfinished. */
gboolean web_gallery_is_working (WebGallery *gallery);

/* Adds an array of the last done ones, the newest first. */
void web_gallery_add_to (WebGallery *gallery, JsonBuilder *builder);

G_END_DECLS
