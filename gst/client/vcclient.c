/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcclient.h"
#include "vcjob-private.h"

#ifdef G_OS_UNIX
#include <dlfcn.h>
#include <unistd.h>
#endif

/* How long the last reference waits for the thread, and the thread for what was
 * cancelled to come back. */
#define GOODBYE_US (250 * 1000)
#define SETTLE_US (200 * 1000)

#define DESCRIPTORS_MIN 8

/* The stacks of a streaming thread and of one that resolves names; GStreamer
 * waits for ever where it gets none. */
#define ROOM_MIN (16 * 1024 * 1024)

typedef struct
{
  gatomicrefcount refs; /* the client's and the thread's */
  GMainContext *context;
  GMainLoop *loop;
  VcSessions *sessions; /* network thread only */
  GMutex lock;
  GCond cond;
  gboolean gone; /* lock */
} Network;

struct _VcClient
{
  /* All of it: the_lock. */
  guint refs;
  Network *network; /* NULL until the first job */
  GThread *thread;
};

static GMutex the_lock; /* guards the_client; never held while waiting */
static VcClient *the_client;

static void
network_unref (Network *network)
{
  if (!g_atomic_ref_count_dec (&network->refs))
    return;
  g_main_loop_unref (network->loop);
  g_main_context_unref (network->context);
  g_mutex_clear (&network->lock);
  g_cond_clear (&network->cond);
  g_free (network);
}

static gpointer
network_thread (gpointer data)
{
  Network *network = data;

  g_main_context_push_thread_default (network->context);
  network->sessions = vc_sessions_new ();
  g_main_loop_run (network->loop);

  /* What was cancelled just now gets its turn: first the cancelling, then what
   * libsoup calls back. */
  while (g_main_context_iteration (network->context, FALSE))
    ;
  vc_http_settle (SETTLE_US);
  vc_sessions_free (network->sessions);
  while (g_main_context_iteration (network->context, FALSE))
    ;
  g_main_context_pop_thread_default (network->context);

  g_mutex_lock (&network->lock);
  network->gone = TRUE;
  g_cond_broadcast (&network->cond);
  g_mutex_unlock (&network->lock);
  network_unref (network);
  return NULL;
}

static gboolean
on_quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
attach (Network *network, GSourceFunc function, gpointer data,
    GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, function, data, destroy);
  g_source_attach (source, network->context);
}

/* Whether there are descriptors for a first generation: for two main contexts,
 * ours and GLib's, which end the process where there are none, for the name
 * service and for sockets. */
static gboolean
has_descriptors (void)
{
#ifdef G_OS_UNIX
  int ends[DESCRIPTORS_MIN / 2][2];
  guint n = 0;

  while (n < G_N_ELEMENTS (ends) && pipe (ends[n]) == 0)
    n++;
  for (guint i = 0; i < n; i++) {
    close (ends[i][0]);
    close (ends[i][1]);
  }
  return n == G_N_ELEMENTS (ends);
#else
  return TRUE;
#endif
}

/* NULL where the process may not have that. */
static Network *
network_new (GThread **ret_thread)
{
  Network *network;

  if (!has_descriptors ())
    return NULL;
  network = g_new0 (Network, 1);
  g_atomic_ref_count_init (&network->refs);
  g_atomic_ref_count_inc (&network->refs);
  network->context = g_main_context_new ();
  network->loop = g_main_loop_new (network->context, FALSE);
  g_mutex_init (&network->lock);
  g_cond_init (&network->cond);
  *ret_thread =
      g_thread_try_new ("visioncraft-net", network_thread, network, NULL);
  if (*ret_thread != NULL)
    return network;
  network_unref (network);
  network_unref (network);
  return NULL;
}

gboolean
vc_client_is_usable (void)
{
#ifdef RTLD_NOLOAD
  /* libsoup 3 looks for the other's symbols itself, but does not see those that
   * were loaded with RTLD_LOCAL. */
  void *libsoup2 = dlopen ("libsoup-2.4.so.1", RTLD_LAZY | RTLD_NOLOAD);

  if (libsoup2 != NULL) {
    dlclose (libsoup2);
    return FALSE;
  }
#endif
  return TRUE;
}

VcClient *
vc_client_get (void)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&the_lock);

  if (the_client == NULL)
    the_client = g_new0 (VcClient, 1);
  the_client->refs++;
  return the_client;
}

static void
end_network (Network *network, GThread *thread)
{
  gint64 deadline = g_get_monotonic_time () + GOODBYE_US;
  gboolean gone;

  attach (network, on_quit, g_main_loop_ref (network->loop),
      (GDestroyNotify) g_main_loop_unref);
  if (thread == g_thread_self ()) {
    g_thread_unref (thread);
    network_unref (network);
    return;
  }

  g_mutex_lock (&network->lock);
  while (!network->gone
      && g_cond_wait_until (&network->cond, &network->lock, deadline))
    ;
  gone = network->gone;
  g_mutex_unlock (&network->lock);

  /* A library that does not come back must not take the application with it. */
  if (gone)
    g_thread_join (thread);
  else
    g_thread_unref (thread);
  network_unref (network);
}

void
vc_client_unref (VcClient *client)
{
  g_mutex_lock (&the_lock);
  g_assert (client == the_client && client->refs > 0);
  if (--client->refs > 0) {
    g_mutex_unlock (&the_lock);
    return;
  }
  the_client = NULL;
  g_mutex_unlock (&the_lock);

  if (client->network != NULL)
    end_network (client->network, client->thread);
  g_free (client);
}

typedef struct
{
  Network *network;
  VcJob *job;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  vc_job_unref (start->job);
  network_unref (start->network);
  g_free (start);
}

static gboolean
on_start (gpointer data)
{
  Start *start = data;

  if (vc_job_begin (start->job, start->network->sessions))
    vc_job_run (start->job);
  return G_SOURCE_REMOVE;
}

gboolean
vc_client_open (VcClient *client, GError **error)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker =
      g_mutex_locker_new (&the_lock);

  if (client->network == NULL)
    client->network = network_new (&client->thread);
  if (client->network != NULL && vc_error_has_memory (ROOM_MIN))
    return TRUE;
  g_set_error_literal (error, VC_ERROR, VC_ERROR_EXHAUSTED,
      "This process may have no more threads, file descriptors or memory.");
  return FALSE;
}

VcJob *
vc_client_start (VcClient *client, VcRequest *request, VcJobNotify notify,
    gpointer notify_data, GDestroyNotify notify_destroy)
{
  Start *start = g_new0 (Start, 1);
  VcJob *job;

  g_mutex_lock (&the_lock);
  start->network = client->network;
  g_mutex_unlock (&the_lock);

  g_atomic_ref_count_inc (&start->network->refs);
  job = vc_job_new (
      request, start->network->context, notify, notify_data, notify_destroy);
  start->job = vc_job_ref (job);
  attach (start->network, on_start, start, start_free);
  return job;
}
