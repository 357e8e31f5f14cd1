/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webqueue.h"

struct _WebPlace
{
  WebQueue *queue;
  GList *link; /* in queue->waiting; NULL while running */
  const WebPlaceFuncs *funcs;
  gpointer data;
};

struct _WebQueue
{
  guint n_running_max, n_waiting_max;
  guint n_running;
  GQueue waiting; /* of WebPlace */
  guint pump_id;
};

WebQueue *
web_queue_new (guint n_running_max, guint n_waiting_max)
{
  WebQueue *queue = g_new0 (WebQueue, 1);

  queue->n_running_max = n_running_max;
  queue->n_waiting_max = n_waiting_max;
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

WebPlace *
web_queue_join (WebQueue *queue, const WebPlaceFuncs *funcs, gpointer data)
{
  guint n_free = queue->n_running_max - queue->n_running;
  WebPlace *place;

  if (g_queue_get_length (&queue->waiting) >= queue->n_waiting_max + n_free)
    return NULL;
  place = g_new0 (WebPlace, 1);
  place->queue = queue;
  place->funcs = funcs;
  place->data = data;
  g_queue_push_tail (&queue->waiting, place);
  place->link = queue->waiting.tail;
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
  g_free (place);
  schedule (queue);
}

guint
web_queue_get_n_waiting (WebQueue *queue)
{
  return g_queue_get_length (&queue->waiting);
}
