/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vcfolder.h"

#ifdef G_OS_UNIX
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

static gboolean
fail (GError **error, const char *path, const char *what)
{
  g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
      "The cache-dir %s %s: nothing is kept there.", path, what);
  return FALSE;
}

#ifdef G_OS_UNIX

#define OPEN_FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

struct _VcFolder
{
  int fd;
  int lock; /* -1: none */
  char *path, *lock_name;
};

static gboolean
fail_errno (GError **error, const char *path)
{
  g_autofree char *what =
      g_strdup_printf ("cannot be used (%s)", g_strerror (errno));

  return fail (error, path, what);
}

/* What ends in "/" or "/." is what a link leads to, not the link. */
static char *
dup_bare (const char *path)
{
  char *bare = g_strdup (path);
  gsize length = strlen (bare);

  while (
      length > 1 && (bare[length - 1] == '/' || g_str_has_suffix (bare, "/.")))
    bare[--length] = '\0';
  return bare;
}

static int
open_checked (const char *path, GError **error)
{
  g_autofree char *bare = dup_bare (path);
  int fd = -1;
  struct stat info;

  if (g_mkdir_with_parents (path, 0700) == 0)
    fd = open (bare, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || fstat (fd, &info) != 0) {
    fail_errno (error, path);
  } else if (info.st_uid != geteuid ()) {
    fail (error, path, "belongs to somebody else");
  } else if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    fail (error, path, "can be written by others");
  } else {
    return fd;
  }
  if (fd >= 0)
    close (fd);
  return -1;
}

VcFolder *
vc_folder_open (const char *path, GError **error)
{
  int fd = open_checked (path, error);
  VcFolder *folder;

  if (fd < 0)
    return NULL;
  folder = g_new0 (VcFolder, 1);
  folder->fd = fd;
  folder->lock = -1;
  folder->path = g_strdup (path);
  return folder;
}

void
vc_folder_close (VcFolder *folder)
{
  if (folder->lock >= 0) {
    unlinkat (folder->fd, folder->lock_name, 0);
    close (folder->lock);
  }
  close (folder->fd);
  g_free (folder->lock_name);
  g_free (folder->path);
  g_free (folder);
}

/* The lock dies with its owner. Its file may be gone by the time that it is
 * locked: then it is another one's name by now. */
gboolean
vc_folder_try_lock (VcFolder *folder, const char *name)
{
  while (folder->lock < 0) {
    int fd = openat (folder->fd, name, O_RDWR | O_CREAT | OPEN_FLAGS, 0600);
    gboolean busy, is_it;
    struct stat mine, there;

    if (fd < 0)
      return TRUE;
    if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
      busy = errno == EWOULDBLOCK;
      close (fd);
      return !busy;
    }
    is_it = fstat (fd, &mine) == 0
        && fstatat (folder->fd, name, &there, AT_SYMLINK_NOFOLLOW) == 0
        && mine.st_ino == there.st_ino;
    if (is_it) {
      folder->lock = fd;
      folder->lock_name = g_strdup (name);
    } else {
      close (fd);
    }
  }
  return TRUE;
}

guint64
vc_folder_get_size (VcFolder *folder, const char *name)
{
  struct stat info;

  return fstatat (folder->fd, name, &info, AT_SYMLINK_NOFOLLOW) == 0
          && S_ISREG (info.st_mode)
      ? (guint64) info.st_size
      : 0;
}

GBytes *
vc_folder_read (VcFolder *folder, const char *name, guint64 max)
{
  int fd = openat (folder->fd, name, O_RDONLY | OPEN_FLAGS);
  g_autofree guint8 *bytes = NULL;
  gsize room = 0, size = 0;
  struct stat info;
  gssize n = -1;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode)
      && (guint64) info.st_size <= MIN (max, G_MAXUINT - 1)) {
    room = (gsize) info.st_size + 1;
    bytes = g_try_malloc (room);
    do {
      n = bytes != NULL ? read (fd, bytes + size, room - size) : -1;
      if (n > 0)
        size += (gsize) n;
    } while (
        bytes != NULL && ((n > 0 && size < room) || (n < 0 && errno == EINTR)));
  }
  close (fd);
  if (n != 0 || size + 1 != room)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&bytes), size);
}

static gboolean
write_all (int fd, const GPtrArray *slices)
{
  for (guint i = 0; i < slices->len; i++) {
    gsize size, done = 0;
    const guint8 *data =
        g_bytes_get_data (g_ptr_array_index (slices, i), &size);

    while (done < size) {
      gssize n = write (fd, data + done, size - done);

      if (n < 0 && errno != EINTR)
        return FALSE;
      done += MAX (n, 0);
    }
  }
  return TRUE;
}

gboolean
vc_folder_write (VcFolder *folder, const char *name, const GPtrArray *slices,
    gboolean durable, GError **error)
{
  /* Without the lock others may write the same file now. */
  g_autofree char *beside = folder->lock >= 0
      ? g_strconcat (name, ".part", NULL)
      : g_strdup_printf ("%s.%08x.part", name, g_random_int ());
  gboolean written = FALSE;
  int fd;

  /* What a killed process left is in nobody's hands. */
  unlinkat (folder->fd, beside, 0);
  fd = openat (
      folder->fd, beside, O_WRONLY | O_CREAT | O_EXCL | OPEN_FLAGS, 0600);
  if (fd >= 0) {
    written = write_all (fd, slices) && (!durable || fsync (fd) == 0);
    written = close (fd) == 0 && written;
  }
  if (written && renameat (folder->fd, beside, folder->fd, name) == 0)
    return TRUE;
  fail_errno (error, folder->path);
  unlinkat (folder->fd, beside, 0);
  return FALSE;
}

void
vc_folder_sync (VcFolder *folder)
{
  fsync (folder->fd);
}

#else

/* Whether others can read what is kept is not known here. Nobody has a
 * VcFolder, so that nothing else of it is called. */
VcFolder *
vc_folder_open (const char *path, GError **error)
{
  fail (error, path, "cannot be used on this system");
  return NULL;
}

void
vc_folder_close (VcFolder *folder)
{
  g_assert_not_reached ();
}

gboolean
vc_folder_try_lock (VcFolder *folder, const char *name)
{
  g_assert_not_reached ();
}

guint64
vc_folder_get_size (VcFolder *folder, const char *name)
{
  g_assert_not_reached ();
}

GBytes *
vc_folder_read (VcFolder *folder, const char *name, guint64 max)
{
  g_assert_not_reached ();
}

gboolean
vc_folder_write (VcFolder *folder, const char *name, const GPtrArray *slices,
    gboolean durable, GError **error)
{
  g_assert_not_reached ();
}

void
vc_folder_sync (VcFolder *folder)
{
  g_assert_not_reached ();
}

#endif
