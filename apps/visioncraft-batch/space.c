/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "space.h"

#include "failure.h"

#include <errno.h>
#include <sys/statvfs.h>

#define FIRST_GUESS (64 * 1024)
#define RESERVE (64 * 1024) /* the journal's lines, folders */

/* Where it does not exist yet, what is above it. */
static gboolean
get_free (const char *folder, guint64 *ret_free)
{
  g_autofree char *path = g_canonicalize_filename (folder, NULL);
  struct statvfs status;

  while (statvfs (path, &status) != 0) {
    char *above;

    if (errno != ENOENT || g_str_equal (path, "/"))
      return FALSE;
    above = g_path_get_dirname (path);
    g_free (path);
    path = above;
  }
  *ret_free = (guint64) status.f_bavail * status.f_frsize;
  return TRUE;
}

gboolean
space_check (const Space *space, guint n_items, GError **error)
{
  /* As a GIF and as a file made from it, which may be in one place. */
  guint64 needed = 2 * n_items * MAX (space->largest, FIRST_GUESS) + RESERVE;

  for (guint i = 0; i < G_N_ELEMENTS (space->folders); i++) {
    guint64 n_free;

    if (space->folders[i] == NULL || !get_free (space->folders[i], &n_free)
        || n_free >= needed)
      continue;
    g_set_error (error, FAILURE, FAILURE_OUTPUT,
        "There is no room left in \"%s\": make some, and start again.",
        space->folders[i]);
    return FALSE;
  }
  return TRUE;
}

void
space_note (Space *space, guint64 n_bytes)
{
  space->largest = MAX (space->largest, n_bytes);
}
