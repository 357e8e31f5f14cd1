/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Preloaded into a program: a folder is a disk that is small or slow.
 *
 * BADDISK_FOLDER  the folder, an absolute path
 * BADDISK_SIZE    a file that says how many bytes the disk has, at this moment
 * BADDISK_GATE    a FIFO: who syncs a file there makes a file beside it, and
 *                 waits until somebody opens the other end
 *
 * What the C library writes by itself (fprintf) is not met.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#define BLOCK 4096

#define REAL(name) (__extension__(__typeof__ (&name)) dlsym (RTLD_NEXT, #name))
#define REAL_STATVFS "statvfs64" /* that is what it is with 64-bit offsets */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long long n_used; /* lock */

static int
is_below (const char *path)
{
  const char *folder = getenv ("BADDISK_FOLDER");
  size_t length = folder != NULL ? strlen (folder) : 0;

  return folder != NULL && strncmp (path, folder, length) == 0
      && (path[length] == '/' || path[length] == '\0');
}

static int
is_there (int fd)
{
  char link[64], path[PATH_MAX];
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, sizeof path - 1);
  if (n <= 0)
    return 0;
  path[n] = '\0';
  return is_below (path);
}

static int
add_size (const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
  (void) path;
  (void) ftw;
  if (kind == FTW_F)
    n_used += info->st_size;
  return 0;
}

/* Bytes that are free; LLONG_MAX: it is as large as the real one. */
static long long
get_free (void)
{
  const char *name = getenv ("BADDISK_SIZE");
  FILE *file = name != NULL ? fopen (name, "re") : NULL;
  long long size = 0, n_free;

  if (file == NULL)
    return LLONG_MAX;
  if (fscanf (file, "%lld", &size) != 1)
    size = 0;
  fclose (file);
  pthread_mutex_lock (&lock);
  n_used = 0;
  nftw (getenv ("BADDISK_FOLDER"), add_size, 8, FTW_PHYS);
  n_free = size > n_used ? size - n_used : 0;
  pthread_mutex_unlock (&lock);
  return n_free;
}

/* How much of @size there is room for; -1 with ENOSPC: for nothing. */
static ssize_t
find_room (int fd, size_t size)
{
  long long n_free = size > 0 && is_there (fd) ? get_free () : LLONG_MAX;

  if (n_free == 0) {
    errno = ENOSPC;
    return -1;
  }
  return (long long) size < n_free ? (ssize_t) size : (ssize_t) n_free;
}

ssize_t
write (int fd, const void *data, size_t size)
{
  ssize_t room = find_room (fd, size);

  return room < 0 ? -1 : REAL (write) (fd, data, (size_t) room);
}

ssize_t
writev (int fd, const struct iovec *pieces, int n)
{
  ssize_t done = 0;

  if (!is_there (fd))
    return REAL (writev) (fd, pieces, n);
  for (int i = 0; i < n; i++) {
    ssize_t now = write (fd, pieces[i].iov_base, pieces[i].iov_len);

    if (now < 0)
      return done > 0 ? done : -1;
    done += now;
    if ((size_t) now < pieces[i].iov_len)
      break;
  }
  return done;
}

size_t
fwrite (const void *data, size_t size, size_t n, FILE *file)
{
  size_t done = 0;

  if (!is_there (fileno (file)))
    return REAL (fwrite) (data, size, n, file);
  fflush (file);
  while (done < size * n) {
    ssize_t now =
        write (fileno (file), (const char *) data + done, size * n - done);

    if (now < 0)
      break;
    done += (size_t) now;
  }
  return size > 0 ? done / size : 0;
}

int
statvfs (const char *path, struct statvfs *status)
{
  __typeof__ (&statvfs) real_statvfs =
      __extension__(__typeof__ (&statvfs)) dlsym (RTLD_NEXT, REAL_STATVFS);
  int result = real_statvfs (path, status);
  char *real = result == 0 ? realpath (path, NULL) : NULL;

  if (real != NULL && is_below (real) && get_free () != LLONG_MAX) {
    status->f_frsize = BLOCK;
    status->f_bavail = (fsblkcnt_t) (get_free () / BLOCK);
  }
  free (real);
  return result;
}

static void
wait_at (const char *gate)
{
  char name[PATH_MAX];
  int end;

  snprintf (name, sizeof name, "%s-XXXXXX", gate);
  end = mkstemp (name);
  if (end >= 0)
    close (end);
  end = open (gate, O_RDONLY | O_CLOEXEC);
  if (end >= 0)
    close (end);
}

int
fsync (int fd)
{
  const char *gate = getenv ("BADDISK_GATE");

  if (gate != NULL && is_there (fd))
    wait_at (gate);
  return REAL (fsync) (fd);
}
