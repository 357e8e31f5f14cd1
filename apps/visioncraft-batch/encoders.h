/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "encode.h"
#include "work.h"

G_BEGIN_DECLS

/* Makes files of GIFs, so many at once, in the order in which they came. Main
 * thread, default main context; the disk is waited for elsewhere. */
typedef struct _Encoders Encoders;

/* @work's files are made, or @work->error says why not: a FAILURE_OUTPUT where
 * one cannot be written, a FAILURE_LATER where one was given up. Never from
 * within encoders_add(). */
typedef void (*EncodersFunc) (Work *work, gpointer data);

Encoders *encoders_new (guint n_at_once, const EncodeSettings *settings,
    EncodersFunc func, gpointer data);

/* Stops what runs, and waits for what is being written. NULL is allowed. */
void encoders_free (Encoders *encoders);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Encoders, encoders_free)

/* @work has its GIF, and outlives this unless @encoders is freed first. */
void encoders_add (Encoders *encoders, Work *work);

/* Files for which no encoder is free yet. */
guint encoders_get_n_waiting (Encoders *encoders);

/* Gives up those files of @work that are not being written. TRUE: there are
 * others, which end soon, and then the function is called. */
gboolean encoders_drop (Encoders *encoders, Work *work);

G_END_DECLS
