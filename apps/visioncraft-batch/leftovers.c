/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "leftovers.h"

#include "digest.h"

#include <glib/gstdio.h>
#include <string.h>

#define SUFFIX \
  ".part-XXXXXX"     /* of the folder that apps/common/output.c makes */
#define MAX_NAME 200 /* bytes of the file's name in it */

struct _Leftovers
{
  DigestTable *seen;  /* set of folders */
  GHashTable *hidden; /* paths, as "FOLDER/.NAME" without the suffix, to
                         GPtrArray of paths */
};

Leftovers *
leftovers_new (void)
{
  Leftovers *leftovers = g_new0 (Leftovers, 1);

  leftovers->seen = digest_table_new (0);
  leftovers->hidden = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  return leftovers;
}

void
leftovers_free (Leftovers *leftovers)
{
  digest_table_free (leftovers->seen);
  g_hash_table_unref (leftovers->hidden);
  g_free (leftovers);
}

static gboolean
is_hidden_part (const char *name)
{
  gsize length = strlen (name);

  return name[0] == '.' && length > strlen (SUFFIX)
      && memcmp (name + length - strlen (SUFFIX), SUFFIX, strlen (".part-"))
      == 0;
}

static void
add (Leftovers *leftovers, const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *key = g_strndup (path, strlen (path) - strlen (SUFFIX));
  GPtrArray *paths = g_hash_table_lookup (leftovers->hidden, key);

  if (paths == NULL) {
    paths = g_ptr_array_new_with_free_func (g_free);
    g_hash_table_insert (leftovers->hidden, g_steal_pointer (&key), paths);
  }
  g_ptr_array_add (paths, g_steal_pointer (&path));
}

static void
see (Leftovers *leftovers, const char *folder)
{
  g_autoptr (GDir) dir = NULL;
  gboolean is_new;
  const char *name;

  digest_table_add (leftovers->seen, digest_of (folder, -1), &is_new);
  if (is_new)
    dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_hidden_part (name))
      add (leftovers, folder, name);
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);

    g_unlink (file);
  }
  g_rmdir (path);
}

void
leftovers_remove (Leftovers *leftovers, const char *file)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *name = g_path_get_basename (file);
  g_autofree char *hidden = g_strdup_printf (".%.*s", MAX_NAME, name);
  g_autofree char *key = g_build_filename (folder, hidden, NULL);
  GPtrArray *paths;

  see (leftovers, folder);
  paths = g_hash_table_lookup (leftovers->hidden, key);
  for (guint i = 0; paths != NULL && i < paths->len; i++)
    remove_folder (paths->pdata[i]);
  g_hash_table_remove (leftovers->hidden, key);
}
