/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A file of lines that are on the disk before their writer is told so. What is
 * told between two writes goes out together, with one fsync. One process has
 * it at a time: the lock dies with its owner. Main thread, default main
 * context; the disk is waited for in a thread of its own. */
typedef struct _Journal Journal;

/* Called once a line is on the disk, or with an error when it cannot be:
 * then no later one can either. */
typedef void (*JournalFunc) (const GError *error, gpointer data);

/* Opens @path, or makes it. A torn last line is closed. NULL with a
 * FAILURE_LATER where another process has it or there is no room, or a
 * FAILURE_OUTPUT. */
Journal *journal_open (const char *path, GError **error);

/* Waits until everything is on the disk. NULL is allowed. */
void journal_free (Journal *journal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Journal, journal_free)

/* Adds @line, which has no line end; returns where in the file it begins.
 * @func may be NULL. */
guint64 journal_append (
    Journal *journal, const char *line, JournalFunc func, gpointer data);

/* How often the disk has been waited for. */
guint journal_get_n_commits (Journal *journal);

G_END_DECLS
