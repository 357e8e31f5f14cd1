/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcguard.h"

#ifdef __linux__
#include <pthread.h>
#include <time.h>
#endif

/* What one call may take of the thread, and how often that is looked at. A call
 * that has something to give takes a few milliseconds. */
#define SLICE_US (30 * 1000)
#define TICK_US (10 * 1000)

/* A message, and the other end of its connection, carry the socket. */
#define SOCKET "visioncraft-socket"

typedef struct
{
  GThread *thread;
#ifdef __linux__
  clockid_t clock; /* of the guarded thread */
#endif

  GMutex lock;
  GCond cond;
  /* All below: lock. */
  GSocket *socket; /* that is read from now, borrowed; NULL: none */
  guint64 call;    /* number of the call that is or was guarded last */
  gboolean is_cut, is_idle, ended;
} VcGuard;

/* A thread that others do not let run takes nothing; where that is not known,
 * much is allowed for. */
static gint64
time_taken_us (VcGuard *guard)
{
#ifdef __linux__
  struct timespec taken;

  if (clock_gettime (guard->clock, &taken) == 0)
    return taken.tv_sec * (gint64) G_USEC_PER_SEC + taken.tv_nsec / 1000;
#endif
  return g_get_monotonic_time () / 20;
}

static gpointer
guard_thread (gpointer data)
{
  VcGuard *guard = data;
  guint64 call = 0;
  gint64 taken_us = 0;

  g_mutex_lock (&guard->lock);
  while (!guard->ended) {
    if (guard->call != call) {
      call = guard->call;
      taken_us = time_taken_us (guard);
    } else if (guard->socket == NULL) {
      /* Nothing within a tick. */
      guard->is_idle = TRUE;
      while (guard->is_idle && !guard->ended)
        g_cond_wait (&guard->cond, &guard->lock);
      continue;
    } else if (!guard->is_cut && time_taken_us (guard) - taken_us >= SLICE_US) {
      guard->is_cut = TRUE;
      g_socket_shutdown (guard->socket, TRUE, TRUE, NULL);
    }
    g_cond_wait_until (
        &guard->cond, &guard->lock, g_get_monotonic_time () + TICK_US);
  }
  g_mutex_unlock (&guard->lock);
  return NULL;
}

static VcGuard *
guard_new (void)
{
  VcGuard *guard = g_new0 (VcGuard, 1);

#ifdef __linux__
  if (pthread_getcpuclockid (pthread_self (), &guard->clock) != 0)
    guard->clock = CLOCK_MONOTONIC;
#endif
  g_mutex_init (&guard->lock);
  g_cond_init (&guard->cond);
  /* Without one nothing is guarded, and all works. */
  guard->thread = g_thread_try_new ("vc-net-guard", guard_thread, guard, NULL);
  return guard;
}

static void
guard_free (gpointer data)
{
  VcGuard *guard = data;

  g_mutex_lock (&guard->lock);
  guard->ended = TRUE;
  g_cond_signal (&guard->cond);
  g_mutex_unlock (&guard->lock);
  if (guard->thread != NULL)
    g_thread_join (guard->thread);
  g_mutex_clear (&guard->lock);
  g_cond_clear (&guard->cond);
  g_free (guard);
}

/* What follows, up to leave(), reads from @socket (NULL: nobody watches). */
static void
enter (VcGuard *guard, GSocket *socket)
{
  g_mutex_lock (&guard->lock);
  guard->socket = socket;
  guard->is_cut = FALSE;
  guard->call++;
  if (guard->is_idle) {
    guard->is_idle = FALSE;
    g_cond_signal (&guard->cond);
  }
  g_mutex_unlock (&guard->lock);
}

/* FALSE where the socket was shut down since: what was read is cut off. */
static gboolean
leave (VcGuard *guard)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&guard->lock);

  guard->socket = NULL;
  return !guard->is_cut;
}

/* This thread's. */
static GPrivate the_guard = G_PRIVATE_INIT (guard_free);

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
on_network_event (SoupMessage *message, GSocketClientEvent event,
    GIOStream *connection, gpointer unused)
{
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (connection))
    g_object_set_data_full (G_OBJECT (message), SOCKET,
        g_object_ref (
            g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection))),
        g_object_unref);
}

/* A connection that serves again tells of no socket, but its other end is the
 * same object. */
static void
on_starting (SoupMessage *message, gpointer unused)
{
  GSocketAddress *other_end = soup_message_get_remote_address (message);
  GSocket *socket = g_object_get_data (G_OBJECT (message), SOCKET);
  GWeakRef *known;

  if (other_end == NULL)
    return;
  known = g_object_get_data (G_OBJECT (other_end), SOCKET);
  if (socket == NULL && known != NULL) {
    g_object_set_data_full (
        G_OBJECT (message), SOCKET, g_weak_ref_get (known), g_object_unref);
  } else if (socket != NULL && known == NULL) {
    known = g_new0 (GWeakRef, 1);
    g_weak_ref_init (known, socket);
    g_object_set_data_full (G_OBJECT (other_end), SOCKET, known, weak_ref_free);
  }
}

void
vc_guard_follow (SoupMessage *message)
{
  g_signal_connect (
      message, "network-event", G_CALLBACK (on_network_event), NULL);
  g_signal_connect (message, "starting", G_CALLBACK (on_starting), NULL);
}

gssize
vc_guard_read (SoupMessage *message, GInputStream *stream, void *buffer,
    gsize size, GError **error)
{
  VcGuard *guard = g_private_get (&the_guard);
  gssize n;

  if (guard == NULL) {
    guard = guard_new ();
    g_private_set (&the_guard, guard);
  }
  enter (guard, g_object_get_data (G_OBJECT (message), SOCKET));
  n = g_pollable_input_stream_read_nonblocking (
      G_POLLABLE_INPUT_STREAM (stream), buffer, size, NULL, error);
  if (leave (guard))
    return n;
  g_clear_error (error);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "much of it comes and says nothing");
  return -1;
}
