/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vctokenfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/magic.h>
#include <sys/vfs.h>
#endif

/* Systems without these have no FIFOs, terminals and exec() to mind. */
#ifdef G_OS_UNIX
#define OPEN_FLAGS (O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#else
#define OPEN_FLAGS 0
#endif

#define SIZE_MAX_BYTES 4096

static gboolean
fail_errno (const char *path, GError **error)
{
  int saved_errno = errno;

  g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
      "The token-file %s cannot be read: %s.", path, g_strerror (saved_errno));
  return FALSE;
}

static gboolean
is_below (const char *path, const char *folder)
{
  g_autofree char *file = g_canonicalize_filename (path, NULL);
  g_autofree char *top = g_canonicalize_filename (folder, NULL);
  gsize size = strlen (top);

  return strncmp (file, top, size) == 0 && file[size] == '/';
}

/* What is there are other processes' environments, command lines and open
 * files, by whatever name @fd was opened. */
static gboolean
is_in_proc (int fd, const char *path)
{
#ifdef __linux__
  struct statfs file_system;

  if (fstatfs (fd, &file_system) == 0 && file_system.f_type == PROC_SUPER_MAGIC)
    return TRUE;
#endif
  return is_below (path, "/proc");
}

/* A warning where others can read or change the file; NULL: none, or not known
 * on this system. */
static char *
warn_of_others (const struct stat *info, const char *path)
{
#ifdef G_OS_UNIX
  const char *credentials = g_getenv ("CREDENTIALS_DIRECTORY");
  mode_t readers = S_IRGRP | S_IROTH;

  if (info->st_uid == 0
      || (credentials != NULL && is_below (path, credentials)))
    readers = S_IROTH;
  if ((info->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return g_strdup_printf (
        "Others can change the token-file %s: chmod 600 it.", path);
  if ((info->st_mode & readers) != 0)
    return g_strdup_printf (
        "Others can read the token-file %s: chmod 600 it.", path);
#endif
  return NULL;
}

/* Whether @fd is a file that may hold a token. */
static gboolean
check_file (int fd, const char *path, char **ret_warning, GError **error)
{
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail_errno (path, error);
  if (is_in_proc (fd, path)) {
    g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
        "The token-file %s is in /proc and is not read: a program that wants "
        "that reads it itself, and sets token.",
        path);
    return FALSE;
  }
  if (!S_ISREG (info.st_mode) || info.st_size > SIZE_MAX_BYTES) {
    g_set_error (error, VC_ERROR, VC_ERROR_SETTING,
        "The token-file %s is not a file of at most %d bytes.", path,
        SIZE_MAX_BYTES);
    return FALSE;
  }
  *ret_warning = warn_of_others (&info, path);
  return TRUE;
}

/* Fills @buffer, which ends up NUL-terminated. */
static gboolean
read_all (int fd, const char *path, char *buffer, GError **error)
{
  gsize length = 0;
  char *nul;

  while (length < SIZE_MAX_BYTES) {
    gssize n = read (fd, buffer + length, SIZE_MAX_BYTES - length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail_errno (path, error);
    if (n == 0)
      break;
    length += n;
  }
  /* What stands before a NUL is no key; no key has a space. */
  while ((nul = memchr (buffer, '\0', length)) != NULL)
    *nul = ' ';
  buffer[length] = '\0';
  return TRUE;
}

char *
vc_token_file_read (const char *path, char **ret_warning, GError **error)
{
  char buffer[SIZE_MAX_BYTES + 1];
  char *token = NULL;
  /* Not blocking: opening a FIFO would wait for its writer. */
  int fd = open (path, O_RDONLY | OPEN_FLAGS);

  *ret_warning = NULL;
  if (fd < 0) {
    fail_errno (path, error);
    return NULL;
  }
  if (check_file (fd, path, ret_warning, error)
      && read_all (fd, path, buffer, error)) {
    buffer[strcspn (buffer, "\r\n")] = '\0';
    token = g_strdup (buffer);
  }
  close (fd);
  vc_secret_clear (buffer, sizeof (buffer));
  return token;
}
