/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include "failure.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Of the hidden directory's name, so that it fits where the target's does. */
#define MAX_NAME 200

struct _Output
{
  const Options *options;
  char *directory; /* of the target */
  char *name;      /* of the target, without the directory */
  char *hidden;    /* the directory for now */
};

static gboolean
fail (GError **error, const char *path, int number)
{
  g_set_error (error, FAILURE, FAILURE_OUTPUT,
      "\"%s\" cannot be written: %s; choose another place.", path,
      g_strerror (number));
  return FALSE;
}

static gboolean
fail_exists (GError **error, const char *path)
{
  g_set_error (error, FAILURE, FAILURE_OUTPUT,
      "\"%s\" exists: choose another name, or --force to replace it.", path);
  return FALSE;
}

/* Whether @name is one of the target's numbered files: @prefix, digits,
 * @suffix. */
static gboolean
is_numbered (const char *name, const char *prefix, const char *suffix)
{
  gsize length = strlen (name), n_prefix = strlen (prefix),
        n_suffix = strlen (suffix);

  if (length <= n_prefix + n_suffix || !g_str_has_prefix (name, prefix)
      || !g_str_has_suffix (name, suffix))
    return FALSE;
  for (gsize i = n_prefix; i < length - n_suffix; i++)
    if (!g_ascii_isdigit (name[i]))
      return FALSE;
  return TRUE;
}

/* What stands before and after the numbers of the target's many files; FALSE
 * where it is a single one. */
static gboolean
get_numbered (Output *output, char **ret_prefix, char **ret_suffix)
{
  const char *percent = strrchr (output->name, '%');
  const char *dot = strrchr (output->name, '.');

  switch (output->options->format->id) {
    case FORMAT_PNGS:
      *ret_prefix = g_strndup (output->name, (gsize) (percent - output->name));
      *ret_suffix = g_strdup (strchr (percent, 'd') + 1);
      return TRUE;
    case FORMAT_M3U8:
      *ret_prefix = g_strndup (output->name, (gsize) (dot - output->name));
      *ret_suffix = g_strdup (".ts");
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
check_numbered (Output *output, GError **error)
{
  g_autofree char *prefix = NULL;
  g_autofree char *suffix = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!get_numbered (output, &prefix, &suffix))
    return TRUE;
  dir = g_dir_open (output->directory, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_numbered (name, prefix, suffix)) {
      g_autofree char *path = g_build_filename (output->directory, name, NULL);

      return fail_exists (error, path);
    }
  return TRUE;
}

/* Before anything is generated, and paid for. */
static gboolean
check_target (Output *output, GError **error)
{
  const char *file = output->options->file;
  struct stat status;

  if (g_lstat (file, &status) == 0) {
    if (S_ISDIR (status.st_mode))
      return fail (error, file, EISDIR);
    if (!output->options->force)
      return fail_exists (error, file);
  }
  return output->options->force || check_numbered (output, error);
}

Output *
output_new (const Options *options, GError **error)
{
  g_autoptr (Output) output = g_new0 (Output, 1);
  g_autofree char *template = NULL;

  output->options = options;
  output->directory = g_path_get_dirname (options->file);
  output->name = g_path_get_basename (options->file);
  if (!check_target (output, error))
    return NULL;

  template = g_strdup_printf (
      "%s/.%.*s.part-XXXXXX", output->directory, MAX_NAME, output->name);
  if (g_mkdtemp (template) == NULL) {
    fail (error, options->file, errno);
    return NULL;
  }
  output->hidden = g_steal_pointer (&template);
  return g_steal_pointer (&output);
}

static GPtrArray *
list_hidden (Output *output)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (output->hidden, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  return names;
}

void
output_free (Output *output)
{
  if (output == NULL)
    return;
  if (output->hidden != NULL) {
    g_autoptr (GPtrArray) names = list_hidden (output);

    for (guint i = 0; i < names->len; i++) {
      g_autofree char *path =
          g_build_filename (output->hidden, names->pdata[i], NULL);

      g_unlink (path);
    }
    g_rmdir (output->hidden);
  }
  g_free (output->directory);
  g_free (output->name);
  g_free (output->hidden);
  g_free (output);
}

char *
output_dup_path (Output *output, const char *name, gboolean printf_safe)
{
  g_autofree char *directory = NULL;

  if (printf_safe) {
    g_auto (GStrv) parts = g_strsplit (output->hidden, "%", -1);

    directory = g_strjoinv ("%%", parts);
  }
  return g_build_filename (
      directory != NULL ? directory : output->hidden, name, NULL);
}

const char *
output_get_name (Output *output)
{
  return output->name;
}

/* Puts @path's bytes, or a directory's names, on the disk. */
static gboolean
sync_path (const char *path, int flags, guint64 *ret_size)
{
  int fd = g_open (path, flags | O_CLOEXEC, 0);
  struct stat status;
  gboolean good;

  if (fd < 0)
    return FALSE;
  good = fstat (fd, &status) == 0 && fsync (fd) == 0;
  if (good && ret_size != NULL)
    *ret_size += (guint64) status.st_size;
  close (fd);
  return good;
}

/* rename(), but an existing @to is an error. */
static int
rename_new (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS)
    return -1;
  /* The file system does not know it. */
  return link (from, to) == 0 ? g_unlink (from) : -1;
}

static gboolean
publish_one (Output *output, const char *name, GError **error)
{
  g_autofree char *from = g_build_filename (output->hidden, name, NULL);
  g_autofree char *to = g_build_filename (output->directory, name, NULL);
  int result =
      output->options->force ? g_rename (from, to) : rename_new (from, to);

  if (result == 0)
    return TRUE;
  return errno == EEXIST ? fail_exists (error, to) : fail (error, to, errno);
}

/* The playlist comes last: it names the others. */
static int
compare_names (gconstpointer a, gconstpointer b, gpointer target)
{
  const char *one = *(char *const *) a, *other = *(char *const *) b;
  int order = g_str_equal (one, target) - g_str_equal (other, target);

  return order != 0 ? order : strcmp (one, other);
}

static gboolean
sync_all (Output *output, const GPtrArray *names, guint64 *ret_n_bytes,
    GError **error)
{
  for (guint i = 0; i < names->len; i++) {
    g_autofree char *path =
        g_build_filename (output->hidden, names->pdata[i], NULL);

    if (!sync_path (path, O_RDONLY, ret_n_bytes))
      return fail (error, output->options->file, errno);
  }
  return TRUE;
}

static void
take_back (Output *output, const GPtrArray *names, guint n_published)
{
  for (guint i = 0; i < n_published; i++) {
    g_autofree char *path =
        g_build_filename (output->directory, names->pdata[i], NULL);

    g_unlink (path);
  }
}

gboolean
output_publish (
    Output *output, guint *ret_n_files, guint64 *ret_n_bytes, GError **error)
{
  g_autoptr (GPtrArray) names = list_hidden (output);

  *ret_n_files = names->len;
  *ret_n_bytes = 0;
  g_ptr_array_sort_with_data (names, compare_names, output->name);
  if (!sync_all (output, names, ret_n_bytes, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++) {
    if (!publish_one (output, names->pdata[i], error)) {
      if (!output->options->force)
        take_back (output, names, i);
      return FALSE;
    }
  }
  /* Not every file system can sync a directory; the files are whole anyhow. */
  sync_path (output->directory, O_RDONLY | O_DIRECTORY, NULL);
  return TRUE;
}
