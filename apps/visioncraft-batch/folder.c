/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "folder.h"

#include "failure.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
folder_check_cache (const char *path, GError **error)
{
  const char *what = NULL;
  struct stat status;

  if (g_mkdir_with_parents (path, 0700) != 0 || lstat (path, &status) != 0)
    what = g_strerror (errno);
  else if (!S_ISDIR (status.st_mode))
    what = "it is no folder";
  else if (status.st_uid != geteuid ())
    what = "it belongs to somebody else";
  else if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    what = "others can write to it";
  else if (access (path, W_OK | X_OK) != 0)
    what = g_strerror (errno);
  if (what == NULL)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_OUTPUT,
      "The cache \"%s\" cannot be used: %s. Choose another --cache-dir.", path,
      what);
  return FALSE;
}

char *
folder_file (const char *folder, const char *stem, const Shard *shard)
{
  g_autofree char *name = shard->count > 1
      ? g_strdup_printf ("%s-%u-of-%u.jsonl", stem, shard->index, shard->count)
      : g_strdup_printf ("%s.jsonl", stem);

  return g_build_filename (folder, name, NULL);
}

gboolean
folder_check_file (const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  const char *what = NULL;
  struct stat status;

  if (g_mkdir_with_parents (folder, 0777) != 0
      || access (folder, W_OK | X_OK) != 0)
    what = g_strerror (errno);
  else if (lstat (file, &status) == 0 && S_ISDIR (status.st_mode))
    what = g_strerror (EISDIR);
  if (what == NULL)
    return TRUE;
  g_set_error (error, FAILURE, FAILURE_OUTPUT,
      "\"%s\" cannot be written: %s; choose another place.", file, what);
  return FALSE;
}
