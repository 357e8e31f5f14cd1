/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who may run a pipeline: at most so many at once, the others in the order in
 * which they came. Main thread only. */
typedef struct _WebQueue WebQueue;

/* One place in it, waiting or running. */
typedef struct _WebPlace WebPlace;

typedef struct
{
  /* It is this one's turn. Called once, from the main loop. */
  void (*start) (gpointer data);
  /* It has moved up, or just come: so many are before it. NULL: not reported. */
  void (*moved) (guint n_before, gpointer data);
} WebPlaceFuncs;

/* @n_owner_max: places that one owner may have, running ones included. */
WebQueue *web_queue_new (
    guint n_running_max, guint n_waiting_max, guint n_owner_max);

/* Every place has been left by now. */
void web_queue_free (WebQueue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebQueue, web_queue_free)

/* Whether @owner has not got all the places yet that one may have. NULL, here
 * and below: one without such a limit. */
gboolean web_queue_has_share (WebQueue *queue, const char *owner);

/* Takes a place at the end; NULL when too many wait already, or @owner has his
 * share. @funcs is kept, not copied. Leave it with web_queue_leave(). */
WebPlace *web_queue_join (WebQueue *queue, const char *owner,
    const WebPlaceFuncs *funcs, gpointer data);

/* Gives the place up, whether its turn had come or not; the next one starts. */
void web_queue_leave (WebPlace *place);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebPlace, web_queue_leave)

/* How many wait now. */
guint web_queue_get_n_waiting (WebQueue *queue);

/* Places that are in use. */
guint web_queue_get_n_running (WebQueue *queue);

G_END_DECLS
