/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "giftap.h"

struct _GifTap
{
  GMutex lock;
  GPtrArray *pieces; /* of GstBuffer, as they came: nothing is copied */
  gboolean ended;    /* the stream */
  GBytes *complete;  /* made of the pieces when somebody wants it */

  GstPad *pad;
  gulong probe;
};

static void
clear_tap (gpointer data)
{
  GifTap *tap = data;

  g_clear_pointer (&tap->pieces, g_ptr_array_unref);
  g_clear_pointer (&tap->complete, g_bytes_unref);
  g_mutex_clear (&tap->lock);
}

static void
unref_tap (gpointer tap)
{
  g_atomic_rc_box_release_full (tap, clear_tap);
}

static gsize
total_size (const GPtrArray *pieces)
{
  gsize size = 0;

  for (guint i = 0; i < pieces->len; i++)
    size += gst_buffer_get_size (pieces->pdata[i]);
  return size;
}

/* Called with @lock held. */
static void
collect (GifTap *tap, GstBuffer *buffer)
{
  /* A source that was sought back sends the same bytes again. */
  if (GST_BUFFER_OFFSET (buffer) == 0)
    g_ptr_array_set_size (tap->pieces, 0);
  g_ptr_array_add (tap->pieces, gst_buffer_ref (buffer));
}

/* Pieces that are mapped for reading, one behind the other in memory. */
typedef struct
{
  GPtrArray *pieces;
  GArray *maps; /* of GstMapInfo, one for each of the first pieces */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  for (guint i = 0; i < row->maps->len; i++)
    gst_buffer_unmap (
        row->pieces->pdata[i], &g_array_index (row->maps, GstMapInfo, i));
  g_array_unref (row->maps);
  g_ptr_array_unref (row->pieces);
  g_free (row);
}

/* A source that reads into one block gives pieces of it: nothing is copied.
 * NULL: they lie elsewhere. */
static GBytes *
join_row (GPtrArray *pieces)
{
  Row *row = g_new0 (Row, 1);
  const guint8 *begin = NULL;
  gsize size = 0;

  row->pieces = g_ptr_array_ref (pieces);
  row->maps = g_array_new (FALSE, FALSE, sizeof (GstMapInfo));
  for (guint i = 0; i < pieces->len; i++) {
    GstMapInfo map;

    if (!gst_buffer_map (pieces->pdata[i], &map, GST_MAP_READ))
      break;
    g_array_append_val (row->maps, map);
    if (i == 0)
      begin = map.data;
    else if (map.data != begin + size)
      break;
    size += map.size;
  }
  if (begin != NULL && size == total_size (pieces))
    return g_bytes_new_with_free_func (begin, size, row_free, row);
  row_free (row);
  return NULL;
}

static GBytes *
join_copies (GPtrArray *pieces)
{
  gsize size = total_size (pieces), at = 0;
  guint8 *data = g_malloc (size);

  for (guint i = 0; i < pieces->len; i++)
    at += gst_buffer_extract (pieces->pdata[i], 0, data + at, size - at);
  return g_bytes_new_take (data, at);
}

/* Called with @lock held. */
static GBytes *
join (GifTap *tap)
{
  g_autoptr (GPtrArray) pieces = g_steal_pointer (&tap->pieces);
  GBytes *row = join_row (pieces);

  tap->pieces =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  return row != NULL ? row : join_copies (pieces);
}

static void
tell_complete (GstPad *pad)
{
  g_autoptr (GstElement) source = gst_pad_get_parent_element (pad);

  if (source != NULL)
    gst_element_post_message (source,
        gst_message_new_element (
            GST_OBJECT (source), gst_structure_new_empty (GIF_TAP_COMPLETE)));
}

static gboolean
is_end (GstPadProbeInfo *info)
{
  return (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) != 0
      && GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS;
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GifTap *tap = data;
  gboolean completed = FALSE;

  g_mutex_lock (&tap->lock);
  if (!tap->ended && is_end (info)) {
    tap->ended = completed = TRUE;
  } else if (!tap->ended && (info->type & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    collect (tap, GST_PAD_PROBE_INFO_BUFFER (info));
  }
  g_mutex_unlock (&tap->lock);
  if (completed)
    tell_complete (pad);
  return GST_PAD_PROBE_OK;
}

GifTap *
gif_tap_new (GstPad *pad)
{
  GifTap *tap = g_atomic_rc_box_new0 (GifTap);

  g_mutex_init (&tap->lock);
  tap->pieces =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  tap->pad = gst_object_ref (pad);
  /* The probe has a reference of its own: it may be running while the tap is
   * freed. */
  tap->probe = gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data,
      g_atomic_rc_box_acquire (tap), unref_tap);
  return tap;
}

void
gif_tap_free (GifTap *tap)
{
  gst_pad_remove_probe (tap->pad, tap->probe);
  gst_clear_object (&tap->pad);
  unref_tap (tap);
}

GBytes *
gif_tap_get_bytes (GifTap *tap)
{
  GBytes *bytes = NULL;

  g_mutex_lock (&tap->lock);
  if (tap->ended && tap->complete == NULL)
    tap->complete = join (tap);
  if (tap->complete != NULL)
    bytes = g_bytes_ref (tap->complete);
  g_mutex_unlock (&tap->lock);
  return bytes;
}
