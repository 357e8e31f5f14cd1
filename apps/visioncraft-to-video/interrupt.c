/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "interrupt.h"

#include <glib-unix.h>
#include <signal.h>

#define N_SIGNALS 3

struct _Interrupt
{
  GMainLoop *loop;
  guint sources[N_SIGNALS];
  int signal_number;
};

static gboolean
stop_by (Interrupt *interrupt, int signal_number)
{
  interrupt->signal_number = signal_number;
  g_main_loop_quit (interrupt->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_sigint (gpointer interrupt)
{
  return stop_by (interrupt, SIGINT);
}

static gboolean
on_sigterm (gpointer interrupt)
{
  return stop_by (interrupt, SIGTERM);
}

static gboolean
on_sighup (gpointer interrupt)
{
  return stop_by (interrupt, SIGHUP);
}

Interrupt *
interrupt_new (void)
{
  Interrupt *interrupt = g_new0 (Interrupt, 1);

  interrupt->loop = g_main_loop_new (NULL, FALSE);
  interrupt->sources[0] = g_unix_signal_add (SIGINT, on_sigint, interrupt);
  interrupt->sources[1] = g_unix_signal_add (SIGTERM, on_sigterm, interrupt);
  interrupt->sources[2] = g_unix_signal_add (SIGHUP, on_sighup, interrupt);
  return interrupt;
}

void
interrupt_free (Interrupt *interrupt)
{
  for (guint i = 0; i < N_SIGNALS; i++)
    g_source_remove (interrupt->sources[i]);
  g_main_loop_unref (interrupt->loop);
  g_free (interrupt);
}

GMainLoop *
interrupt_ref_loop (Interrupt *interrupt)
{
  return g_main_loop_ref (interrupt->loop);
}

int
interrupt_get_signal (Interrupt *interrupt)
{
  /* GLib's handler only notes a signal; this dispatches it. */
  while (g_main_context_iteration (NULL, FALSE)) {
  }
  return interrupt->signal_number;
}
