/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Catches SIGINT, SIGTERM and SIGHUP, so that nothing half done stays behind:
 * they quit a main loop of the default context. */
typedef struct _Interrupt Interrupt;

Interrupt *interrupt_new (void);
void interrupt_free (Interrupt *interrupt);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Interrupt, interrupt_free)

/* The loop that they quit. The caller owns the reference. */
GMainLoop *interrupt_ref_loop (Interrupt *interrupt);

/* The signal that has come, or 0. */
int interrupt_get_signal (Interrupt *interrupt);

G_END_DECLS
