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
  char *file; /* as it was given */
  const Format *format;
  gboolean force, to_stdout;
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

/* The name of the target's file @number where it has many; NULL where it is a
 * single one. The caller owns it. */
static char *
numbered_name (Output *output, guint number)
{
  const char *dot = strrchr (output->name, '.');

  switch (output->format->id) {
    case FORMAT_PNGS:
      return format_numbered_name (output->name, number);
    case FORMAT_M3U8:
      return g_strdup_printf (
          "%.*s%05u.ts", (int) (dot - output->name), output->name, number);
    default:
      return NULL;
  }
}

/* Whether @name is one that numbered_name() makes. */
static gboolean
is_numbered (Output *output, const char *name)
{
  g_autofree char *first = numbered_name (output, 0);
  gsize n_same = 0;
  guint64 number;
  g_autofree char *again = NULL;

  if (first == NULL)
    return FALSE;
  while (first[n_same] != '\0' && first[n_same] == name[n_same])
    n_same++;
  /* Back to where the number begins, blanks included. */
  while (n_same > 0
      && (g_ascii_isdigit (first[n_same - 1]) || first[n_same - 1] == ' '))
    n_same--;
  for (;; n_same++) {
    number = g_ascii_strtoull (name + n_same, NULL, 10);
    if (number < G_MAXUINT) {
      g_free (again);
      again = numbered_name (output, (guint) number);
      if (g_str_equal (again, name))
        return TRUE;
    }
    if (!g_ascii_isdigit (name[n_same]) && name[n_same] != ' ')
      return FALSE;
  }
}

static gboolean
check_numbered (Output *output, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (output->directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_numbered (output, name)) {
      g_autofree char *path = g_build_filename (output->directory, name, NULL);

      return fail_exists (error, path);
    }
  return TRUE;
}

/* Before anything is generated, and paid for. */
static gboolean
check_target (Output *output, GError **error)
{
  struct stat status;

  if (g_lstat (output->file, &status) == 0) {
    if (S_ISDIR (status.st_mode))
      return fail (error, output->file, EISDIR);
    if (!output->force)
      return fail_exists (error, output->file);
  }
  return output->force || check_numbered (output, error);
}

static gboolean
make_hidden (Output *output, GError **error)
{
  g_autofree char *template = g_strdup_printf (
      "%s/.%.*s.part-XXXXXX", output->directory, MAX_NAME, output->name);

  if (g_mkdtemp (template) == NULL)
    return fail (error, output->file, errno);
  output->hidden = g_steal_pointer (&template);
  return TRUE;
}

Output *
output_new (
    const char *file, const Format *format, gboolean force, GError **error)
{
  g_autoptr (Output) output = g_new0 (Output, 1);

  output->file = g_strdup (file);
  output->format = format;
  output->force = force;
  output->directory = g_path_get_dirname (file);
  output->name = g_path_get_basename (file);
  if (!check_target (output, error) || !make_hidden (output, error))
    return NULL;
  return g_steal_pointer (&output);
}

Output *
output_new_for_stdout (const Format *format, GError **error)
{
  g_autoptr (Output) output = g_new0 (Output, 1);

  output->file = g_strdup ("-");
  output->format = format;
  output->to_stdout = TRUE;
  output->directory = g_strdup (g_get_tmp_dir ());
  output->name = g_strconcat ("visioncraft", format->suffix, NULL);
  return make_hidden (output, error) ? g_steal_pointer (&output) : NULL;
}

GPtrArray *
output_list (Output *output)
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
    g_autoptr (GPtrArray) names = output_list (output);

    for (guint i = 0; i < names->len; i++) {
      g_autofree char *path =
          g_build_filename (output->hidden, names->pdata[i], NULL);

      g_unlink (path);
    }
    g_rmdir (output->hidden);
  }
  g_free (output->file);
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

static gboolean
fail_room (GError **error, int number)
{
  g_set_error (error, FAILURE, FAILURE_OUTPUT,
      "The file cannot be written (%s): make room, or choose another place.",
      g_strerror (number));
  return FALSE;
}

GBytes *
output_read (Output *output, const char *name, GError **error)
{
  g_autofree char *path = output_dup_path (output, name, FALSE);
  char *data;
  gsize size;

  if (g_file_get_contents (path, &data, &size, NULL))
    return g_bytes_new_take (data, size);
  fail_room (error, errno);
  return NULL;
}

gboolean
output_write (Output *output, const char *name, GBytes *bytes, GError **error)
{
  g_autofree char *path = output_dup_path (output, name, FALSE);
  FILE *file = g_fopen (path, "wbe");
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);
  gboolean good;
  int number;

  if (file == NULL)
    return fail_room (error, errno);
  good = fwrite (data, 1, size, file) == size;
  number = errno;
  if (fclose (file) != 0 && good) {
    good = FALSE;
    number = errno;
  }
  return good || fail_room (error, number);
}

char *
output_hide (Output *output, const char *text)
{
  GString *shown = g_string_new (text);
  g_autofree char *hidden = g_strconcat (output->hidden, "/", NULL);
  g_autofree char *directory = g_str_equal (output->directory, ".")
      ? g_strdup ("") /* as it was given */
      : g_strconcat (output->directory, "/", NULL);

  g_string_replace (shown, hidden, directory, 0);
  return g_string_free (shown, FALSE);
}

const char *
output_get_file (Output *output)
{
  return output->file;
}

const char *
output_get_name (Output *output)
{
  return output->name;
}

const Format *
output_get_format (Output *output)
{
  return output->format;
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
  int result = output->force ? g_rename (from, to) : rename_new (from, to);

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
      return fail (error, output->file, errno);
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

/* The segments or frames of an older, longer sequence follow the new ones. */
static void
remove_rest (Output *output, guint n_numbered)
{
  for (guint i = n_numbered;; i++) {
    g_autofree char *name = numbered_name (output, i);
    g_autofree char *path = NULL;

    if (name == NULL)
      return;
    path = g_build_filename (output->directory, name, NULL);
    if (g_unlink (path) != 0)
      return;
  }
}

static gboolean
publish_all (Output *output, const GPtrArray *names, GError **error)
{
  guint n_others = output->format->id == FORMAT_M3U8 ? 1 : 0;

  for (guint i = 0; i < names->len; i++) {
    if (!publish_one (output, names->pdata[i], error)) {
      if (!output->force)
        take_back (output, names, i);
      return FALSE;
    }
  }
  if (output->force)
    remove_rest (output, names->len - n_others);
  /* Not every file system can sync a directory; the files are whole anyhow. */
  sync_path (output->directory, O_RDONLY | O_DIRECTORY, NULL);
  return TRUE;
}

static gboolean
copy_to_stdout (Output *output, guint64 *ret_n_bytes, GError **error)
{
  g_autofree char *path = output_dup_path (output, output->name, FALSE);
  g_autofree char *data = NULL;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, NULL)
      || fwrite (data, 1, size, stdout) != size || fflush (stdout) != 0)
    return fail (error, "standard output", errno);
  *ret_n_bytes = size;
  return TRUE;
}

gboolean
output_publish (
    Output *output, guint *ret_n_files, guint64 *ret_n_bytes, GError **error)
{
  g_autoptr (GPtrArray) names = output_list (output);

  *ret_n_files = names->len;
  *ret_n_bytes = 0;
  if (output->to_stdout)
    return copy_to_stdout (output, ret_n_bytes, error);
  g_ptr_array_sort_with_data (names, compare_names, output->name);
  return sync_all (output, names, ret_n_bytes, error)
      && publish_all (output, names, error);
}
