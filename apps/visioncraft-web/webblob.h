/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that one thread appends while the main thread hands them out from any
 * offset: a video that is streamed while it is being encoded. Refcounted. */
typedef struct _WebBlob WebBlob;

typedef void (*WebBlobFunc) (WebBlob *blob, gpointer data);

WebBlob *web_blob_new (void);
WebBlob *web_blob_ref (WebBlob *blob);
void web_blob_unref (WebBlob *blob);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebBlob, web_blob_unref)

/* Any thread. Takes a reference of @bytes. */
void web_blob_append (WebBlob *blob, GBytes *bytes);

/* Any thread. Nothing will follow. */
void web_blob_finish (WebBlob *blob);

/* Whether nothing will follow. */
gboolean web_blob_is_finished (WebBlob *blob);

/* Bytes held so far. */
gsize web_blob_get_size (WebBlob *blob);

/* Some bytes from @offset on, transfer full; NULL when there are none yet. */
GBytes *web_blob_read (WebBlob *blob, gsize offset);

/* All bytes in one piece, transfer full. */
GBytes *web_blob_flatten (WebBlob *blob);

/* Main thread, like everything below: @func is called there, some time after
 * each change. Ends with web_blob_remove_listener() of the returned id. */
guint web_blob_add_listener (WebBlob *blob, WebBlobFunc func, gpointer data);
void web_blob_remove_listener (WebBlob *blob, guint id);

G_END_DECLS
