/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "webjob.h"

G_BEGIN_DECLS

/* Generations in a folder, which is visioncraftgifsrc's cache-dir: KEY.gif and
 * KEY.json are the source's. Beside them are KEY.mp4, the video that was made,
 * and KEY.page, what the page knows besides. */
typedef struct _WebStore WebStore;

/* Makes @directory, for its owner only, where it is not there. NULL and @error
 * where it cannot be written. */
WebStore *web_store_new (const char *directory, GError **error);
void web_store_free (WebStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebStore, web_store_free)

/* All that is there, the oldest first; of WebJob. Transfer full. */
GPtrArray *web_store_load (WebStore *store);

/* Writes what the source has not written of a @job that is done, and lets it
 * read its bytes from there. What fails is logged: it stays in memory then. */
void web_store_add (WebStore *store, WebJob *job);

/* Deletes its files. */
void web_store_remove (WebStore *store, WebJob *job);

G_END_DECLS
