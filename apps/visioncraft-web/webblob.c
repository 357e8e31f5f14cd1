/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webblob.h"

typedef struct
{
  guint id;
  WebBlobFunc func;
  gpointer data;
} Listener;

typedef struct
{
  gsize offset;
  GBytes *bytes;
} Piece;

struct _WebBlob
{
  gatomicrefcount refs;
  GMutex lock;

  /* @lock. */
  GArray *pieces; /* of Piece, in order */
  gsize size;
  gboolean finished;
  gboolean wake_pending;

  /* Main thread. */
  GList *listeners;
  guint last_id;
};

static void
piece_clear (gpointer piece)
{
  g_bytes_unref (((Piece *) piece)->bytes);
}

WebBlob *
web_blob_new (void)
{
  WebBlob *blob = g_new0 (WebBlob, 1);

  g_atomic_ref_count_init (&blob->refs);
  g_mutex_init (&blob->lock);
  blob->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (blob->pieces, piece_clear);
  return blob;
}

WebBlob *
web_blob_ref (WebBlob *blob)
{
  g_atomic_ref_count_inc (&blob->refs);
  return blob;
}

void
web_blob_unref (WebBlob *blob)
{
  if (!g_atomic_ref_count_dec (&blob->refs))
    return;
  g_list_free_full (blob->listeners, g_free);
  g_array_unref (blob->pieces);
  g_mutex_clear (&blob->lock);
  g_free (blob);
}

static Listener *
find_listener (WebBlob *blob, guint id)
{
  for (GList *l = blob->listeners; l != NULL; l = l->next) {
    if (((Listener *) l->data)->id == id)
      return l->data;
  }
  return NULL;
}

/* A listener may remove itself or any other one. */
static gboolean
wake (gpointer data)
{
  WebBlob *blob = data;
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint));

  g_mutex_lock (&blob->lock);
  blob->wake_pending = FALSE;
  g_mutex_unlock (&blob->lock);

  for (GList *l = blob->listeners; l != NULL; l = l->next)
    g_array_append_val (ids, ((Listener *) l->data)->id);
  for (guint i = 0; i < ids->len; i++) {
    Listener *listener = find_listener (blob, g_array_index (ids, guint, i));

    if (listener != NULL)
      listener->func (blob, listener->data);
  }
  return G_SOURCE_REMOVE;
}

/* Called with the lock held. */
static void
schedule_wake (WebBlob *blob)
{
  if (blob->wake_pending)
    return;
  blob->wake_pending = TRUE;
  g_idle_add_full (G_PRIORITY_DEFAULT, wake, web_blob_ref (blob),
      (GDestroyNotify) web_blob_unref);
}

void
web_blob_append (WebBlob *blob, GBytes *bytes)
{
  Piece piece;

  if (g_bytes_get_size (bytes) == 0)
    return;
  g_mutex_lock (&blob->lock);
  piece.offset = blob->size;
  piece.bytes = g_bytes_ref (bytes);
  g_array_append_val (blob->pieces, piece);
  blob->size += g_bytes_get_size (bytes);
  schedule_wake (blob);
  g_mutex_unlock (&blob->lock);
}

void
web_blob_finish (WebBlob *blob)
{
  g_mutex_lock (&blob->lock);
  blob->finished = TRUE;
  schedule_wake (blob);
  g_mutex_unlock (&blob->lock);
}

gboolean
web_blob_is_finished (WebBlob *blob)
{
  gboolean finished;

  g_mutex_lock (&blob->lock);
  finished = blob->finished;
  g_mutex_unlock (&blob->lock);
  return finished;
}

gsize
web_blob_get_size (WebBlob *blob)
{
  gsize size;

  g_mutex_lock (&blob->lock);
  size = blob->size;
  g_mutex_unlock (&blob->lock);
  return size;
}

/* Called with the lock held: the piece that holds @offset, which is there. */
static const Piece *
find_piece (WebBlob *blob, gsize offset)
{
  guint low = 0, high = blob->pieces->len;

  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (g_array_index (blob->pieces, Piece, middle).offset <= offset)
      low = middle;
    else
      high = middle;
  }
  return &g_array_index (blob->pieces, Piece, low);
}

GBytes *
web_blob_read (WebBlob *blob, gsize offset)
{
  GBytes *bytes = NULL;

  g_mutex_lock (&blob->lock);
  if (offset < blob->size) {
    const Piece *piece = find_piece (blob, offset);
    gsize skip = offset - piece->offset;

    bytes = g_bytes_new_from_bytes (
        piece->bytes, skip, g_bytes_get_size (piece->bytes) - skip);
  }
  g_mutex_unlock (&blob->lock);
  return bytes;
}

GBytes *
web_blob_flatten (WebBlob *blob)
{
  GByteArray *all;
  GBytes *bytes;
  Piece whole = { 0 };

  g_mutex_lock (&blob->lock);
  /* Once is enough: nothing is added to what is finished. */
  if (blob->pieces->len == 1) {
    bytes = g_bytes_ref (g_array_index (blob->pieces, Piece, 0).bytes);
    g_mutex_unlock (&blob->lock);
    return bytes;
  }
  all = g_byte_array_sized_new (blob->size);
  for (guint i = 0; i < blob->pieces->len; i++) {
    gsize size;
    const guint8 *data =
        g_bytes_get_data (g_array_index (blob->pieces, Piece, i).bytes, &size);

    g_byte_array_append (all, data, size);
  }
  bytes = g_byte_array_free_to_bytes (all);
  if (blob->finished) {
    whole.bytes = g_bytes_ref (bytes);
    g_array_set_size (blob->pieces, 0);
    g_array_append_val (blob->pieces, whole);
  }
  g_mutex_unlock (&blob->lock);
  return bytes;
}

guint
web_blob_add_listener (WebBlob *blob, WebBlobFunc func, gpointer data)
{
  Listener *listener = g_new0 (Listener, 1);

  listener->id = ++blob->last_id;
  listener->func = func;
  listener->data = data;
  blob->listeners = g_list_append (blob->listeners, listener);
  return listener->id;
}

void
web_blob_remove_listener (WebBlob *blob, guint id)
{
  Listener *listener = find_listener (blob, id);

  g_return_if_fail (listener != NULL);
  blob->listeners = g_list_remove (blob->listeners, listener);
  g_free (listener);
}
