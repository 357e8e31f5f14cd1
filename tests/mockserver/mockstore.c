/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockstore.c: bounded memories
 */
#include "mockstore.h"

#include <libsoup/soup.h>

#define MAX_RECORDS 256
#define MAX_GIFS 4096
#define MAX_GIF_BYTES (64 * 1024 * 1024)
/* More than a test starts at once, so that each finds its picture. */
#define MAX_GIFS_WAITING 128

/* The newest items of a sequence that is counted from its start. One that was
 * forgotten before older ones is NULL. */
typedef struct
{
  GQueue items; /* oldest first */
  guint n_forgotten;
} Recent;

typedef struct
{
  char *head;
  GBytes *body;
} Record;

struct _MockStore
{
  Recent records[MOCK_N_STAGES];
  Recent gifs;
  gsize gif_bytes;
};

static void
record_free (gpointer data)
{
  Record *record = data;

  g_free (record->head);
  g_clear_pointer (&record->body, g_bytes_unref);
  g_free (record);
}

static gpointer
recent_get (Recent *recent, int index)
{
  guint length = recent->items.length;

  if (index < 0)
    return g_queue_peek_tail (&recent->items);
  if ((guint) index < recent->n_forgotten)
    return NULL;
  index -= recent->n_forgotten;
  return (guint) index < length ? g_queue_peek_nth (&recent->items, index)
                                : NULL;
}

static gpointer
recent_forget (Recent *recent)
{
  recent->n_forgotten++;
  return g_queue_pop_head (&recent->items);
}

static void
gif_clear (gpointer data)
{
  MockGif *gif = data;

  g_free (gif->name);
  g_bytes_unref (gif->bytes);
  g_free (gif->etag);
  g_free (gif->modified);
  g_free (gif->faults);
}

void
mock_gif_unref (MockGif *gif)
{
  g_atomic_rc_box_release_full (gif, gif_clear);
}

MockGif *
mock_gif_create (GBytes *bytes, gboolean tagged, const char *faults)
{
  MockGif *gif = g_atomic_rc_box_new0 (MockGif);
  g_autofree char *sum =
      g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  /* RFC 9110 §8.8.2.2: a date is a strong validator when it is clearly older
   * than the reply. */
  g_autoptr (GDateTime) then = g_date_time_add_minutes (now, -1);

  gif->bytes = bytes;
  gif->etag = tagged ? g_strdup_printf ("\"%.16s\"", sum) : NULL;
  gif->modified = soup_date_time_to_string (then, SOUP_DATE_HTTP);
  gif->faults = g_strdup (faults);
  gif->name = g_strndup (sum, 12);
  return gif;
}

static void
gif_unref_item (gpointer gif, gpointer nothing)
{
  if (gif != NULL)
    mock_gif_unref (gif);
}

MockStore *
mock_store_new (void)
{
  return g_new0 (MockStore, 1);
}

void
mock_store_free (MockStore *store)
{
  for (guint i = 0; i < MOCK_N_STAGES; i++)
    g_queue_clear_full (&store->records[i].items, record_free);
  g_queue_foreach (&store->gifs.items, gif_unref_item, NULL);
  g_queue_clear (&store->gifs.items);
  g_free (store);
}

void
mock_store_record (
    MockStore *store, MockStage stage, const char *head, GBytes *body)
{
  Recent *recent = &store->records[stage];
  Record *record = g_new0 (Record, 1);

  record->head = g_strdup (head);
  record->body = body != NULL ? g_bytes_ref (body) : NULL;
  g_queue_push_tail (&recent->items, record);
  if (recent->items.length > MAX_RECORDS)
    record_free (recent_forget (recent));
}

const char *
mock_store_get_head (MockStore *store, MockStage stage, int index)
{
  Record *record = recent_get (&store->records[stage], index);

  return record != NULL ? record->head : NULL;
}

GBytes *
mock_store_get_body (MockStore *store, int index)
{
  Record *record = recent_get (&store->records[MOCK_STAGE_POST], index);

  return record != NULL ? record->body : NULL;
}

/* The oldest picture that was asked for, or the oldest of those that were not
 * when there are more than have to stay. NULL: all stay. */
static GList *
find_dispensable (MockStore *store)
{
  GList *oldest = NULL;
  guint n_waiting = 0;

  for (GList *link = store->gifs.items.head; link != NULL; link = link->next) {
    MockGif *gif = link->data;

    if (gif == NULL)
      continue;
    if (g_atomic_int_get (&gif->n_gets) > 0)
      return link;
    oldest = oldest != NULL ? oldest : link;
    n_waiting++;
  }
  return n_waiting >= MAX_GIFS_WAITING ? oldest : NULL;
}

static void
forget_gif (MockStore *store, GList *link)
{
  MockGif *gif = g_steal_pointer (&link->data);

  if (gif != NULL) {
    store->gif_bytes -= g_bytes_get_size (gif->bytes);
    mock_gif_unref (gif);
  }
}

static void
make_room (MockStore *store, gsize size)
{
  GQueue *items = &store->gifs.items;
  GList *link;

  if (items->length >= MAX_GIFS)
    forget_gif (store, items->head);
  while (store->gif_bytes + size > MAX_GIF_BYTES
      && (link = find_dispensable (store)) != NULL)
    forget_gif (store, link);
  while (items->length > 0 && items->head->data == NULL)
    recent_forget (&store->gifs);
}

void
mock_store_keep_gif (MockStore *store, MockGif *gif)
{
  GQueue *items = &store->gifs.items;
  gsize size = g_bytes_get_size (gif->bytes);
  g_autofree char *hash = g_steal_pointer (&gif->name);

  /* The same picture twice is two files, as at the service. */
  gif->name = g_strdup_printf (
      "%s-%u.gif", hash, store->gifs.n_forgotten + items->length);
  make_room (store, size);
  g_queue_push_tail (items, g_atomic_rc_box_acquire (gif));
  store->gif_bytes += size;
}

MockGif *
mock_store_find_gif (MockStore *store, const char *name)
{
  for (GList *link = store->gifs.items.tail; link != NULL; link = link->prev) {
    MockGif *gif = link->data;

    if (gif != NULL && g_str_equal (gif->name, name))
      return gif;
  }
  return NULL;
}

MockGif *
mock_store_get_gif (MockStore *store, int index)
{
  return recent_get (&store->gifs, index);
}
