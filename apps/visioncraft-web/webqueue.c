/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webqueue.h"

struct _WebPlace
{
  WebQueue *queue;
  char *owner; /* NULL: not counted */
  GList *link; /* in queue->waiting; NULL while running */
  const WebPlaceFuncs *funcs;
  gpointer data;
};

struct _WebQueue
{
  guint n_running_max, n_waiting_max, n_owner_max;
  guint n_running;
  GQueue waiting;     /* of WebPlace */
  GHashTable *owners; /* name to its number of places */
  guint pump_id;
};

WebQueue *
web_queue_new (guint n_running_max, guint n_waiting_max, guint n_owner_max)
{
  WebQueue *queue = g_new0 (WebQueue, 1);

  queue->n_running_max = n_running_max;
  queue->n_waiting_max = n_waiting_max;
  queue->n_owner_max = n_owner_max;
  queue->owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&queue->waiting);
  return queue;
}

void
web_queue_free (WebQueue *queue)
{
  g_return_if_fail (queue->n_running == 0);
  g_return_if_fail (g_queue_is_empty (&queue->waiting));

  if (queue->pump_id != 0)
    g_source_remove (queue->pump_id);
  g_hash_table_unref (queue->owners);
  g_free (queue);
}

static void
report_positions (WebQueue *queue)
{
  guint n_before = 0;

  for (GList *l = queue->waiting.head; l != NULL; l = l->next) {
    WebPlace *place = l->data;

    if (place->funcs->moved != NULL)
      place->funcs->moved (n_before, place->data);
    n_before++;
  }
}

/* From the main loop: nobody is called back while he joins or leaves. One at a
 * time, since start() may leave at once. */
static gboolean
pump (gpointer data)
{
  WebQueue *queue = data;
  WebPlace *place;

  if (queue->n_running < queue->n_running_max
      && !g_queue_is_empty (&queue->waiting)) {
    place = g_queue_pop_head (&queue->waiting);
    place->link = NULL;
    queue->n_running++;
    place->funcs->start (place->data);
    return G_SOURCE_CONTINUE;
  }
  queue->pump_id = 0;
  report_positions (queue);
  return G_SOURCE_REMOVE;
}

static void
schedule (WebQueue *queue)
{
  if (queue->pump_id == 0)
    queue->pump_id = g_idle_add_full (G_PRIORITY_DEFAULT, pump, queue, NULL);
}

static guint
count_places (WebQueue *queue, const char *owner)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (queue->owners, owner));
}

static void
set_places (WebQueue *queue, const char *owner, guint n)
{
  if (n == 0)
    g_hash_table_remove (queue->owners, owner);
  else
    g_hash_table_insert (queue->owners, g_strdup (owner), GUINT_TO_POINTER (n));
}

gboolean
web_queue_has_share (WebQueue *queue, const char *owner)
{
  return owner == NULL || count_places (queue, owner) < queue->n_owner_max;
}

WebPlace *
web_queue_join (WebQueue *queue, const char *owner, const WebPlaceFuncs *funcs,
    gpointer data)
{
  guint n_free = queue->n_running_max - queue->n_running;
  WebPlace *place;

  if (!web_queue_has_share (queue, owner)
      || g_queue_get_length (&queue->waiting) >= queue->n_waiting_max + n_free)
    return NULL;
  place = g_new0 (WebPlace, 1);
  place->queue = queue;
  place->owner = g_strdup (owner);
  place->funcs = funcs;
  place->data = data;
  g_queue_push_tail (&queue->waiting, place);
  place->link = queue->waiting.tail;
  if (owner != NULL)
    set_places (queue, owner, count_places (queue, owner) + 1);
  schedule (queue);
  return place;
}

void
web_queue_leave (WebPlace *place)
{
  WebQueue *queue;

  if (place == NULL)
    return;
  queue = place->queue;
  if (place->link != NULL)
    g_queue_delete_link (&queue->waiting, place->link);
  else
    queue->n_running--;
  if (place->owner != NULL)
    set_places (queue, place->owner, count_places (queue, place->owner) - 1);
  g_free (place->owner);
  g_free (place);
  schedule (queue);
}

guint
web_queue_get_n_waiting (WebQueue *queue)
{
  return g_queue_get_length (&queue->waiting);
}

guint
web_queue_get_n_running (WebQueue *queue)
{
  return queue->n_running;
}
