/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcerror.h"

G_BEGIN_DECLS

/* A flat folder of files that only we read and write, and at most one lock in
 * it. Files are made 0600; no symlink is followed. All of it may wait for the
 * disk, and works in any thread, one at a time.
 *
 * For POSIX systems: elsewhere vc_folder_open() fails. */
typedef struct _VcFolder VcFolder;

/* NULL where the folder cannot be used; @error is a sentence for a warning.
 * Makes the folder, 0700; one of somebody else, or that others can write, is
 * refused. */
VcFolder *vc_folder_open (const char *path, GError **error);
void vc_folder_close (VcFolder *folder); /* the lock is over, its file gone */

/* Whether the file @name is locked by nobody else, in any process; never waits.
 * What cannot be locked counts as locked by us. */
gboolean vc_folder_try_lock (VcFolder *folder, const char *name);

/* The file's size; 0 where it is none. */
guint64 vc_folder_get_size (VcFolder *folder, const char *name);

/* The file's bytes; NULL where it is none, or of more than @max. */
GBytes *vc_folder_read (VcFolder *folder, const char *name, guint64 max);

/* The whole file, from @slices (of GBytes), or none of it; @durable: on the
 * disk, but for the folder itself. */
gboolean vc_folder_write (VcFolder *folder, const char *name,
    const GPtrArray *slices, gboolean durable, GError **error);

/* What was written is found after a crash. */
void vc_folder_sync (VcFolder *folder);

G_END_DECLS
