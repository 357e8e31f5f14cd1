/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <string.h>

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

/* How often a predicate is asked that no event tells of. */
#define TICK_MS 10

MockServer *
fixture_serve (const MockOptions *options)
{
  g_autoptr (GError) error = NULL;
  MockServer *server = mock_server_new (options, &error);

  g_assert_no_error (error);
  return server;
}

static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
}

GSubprocessLauncher *
fixture_make_launcher (GSubprocessFlags flags, MockServer *server)
{
  GSubprocessLauncher *launcher = g_subprocess_launcher_new (flags);

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "VISIONCRAFT_TOKEN", TEST_KEY, TRUE);
  if (server != NULL)
    g_subprocess_launcher_setenv (
        launcher, "VISIONCRAFT_API_URL", mock_server_get_url (server), TRUE);
  return launcher;
}

static gboolean
on_deadline (gpointer over)
{
  *(gboolean *) over = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_tick (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

void
fixture_wait_until (FixturePredicate predicate, gpointer data, const char *what)
{
  gboolean over = FALSE;
  guint deadline = g_timeout_add (FIXTURE_DEADLINE_MS, on_deadline, &over);
  guint tick = g_timeout_add (TICK_MS, on_tick, NULL);

  while (!predicate (data)) {
    if (over)
      g_error ("%s has not come within %d ms", what, FIXTURE_DEADLINE_MS);
    g_main_context_iteration (NULL, TRUE);
  }
  g_source_remove (tick);
  g_source_remove (deadline);
}

char *
fixture_make_directory (void)
{
  g_autoptr (GError) error = NULL;
  char *directory = g_dir_make_tmp ("visioncraft-XXXXXX", &error);

  g_assert_no_error (error);
  return directory;
}

void
fixture_remove (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_DIR)
        && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      fixture_remove (path);
    else
      g_unlink (path);
  }
  g_rmdir (directory);
}

void
fixture_link_plugins (const char *directory, const char *const *names)
{
  g_autofree char *folder = g_build_filename (directory, "plugins", NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  for (; *names != NULL; names++) {
    g_autofree char *file = g_strdup_printf ("libgst%s.so", *names);
    g_autofree char *from = g_build_filename (PLUGINS_DIR, file, NULL);
    g_autofree char *to = g_build_filename (folder, file, NULL);

    g_assert_cmpint (symlink (from, to), ==, 0);
  }
}

void
fixture_use_plugins (GSubprocessLauncher *launcher, const char *directory,
    const char *module_directory)
{
  g_autofree char *plugins = g_build_filename (directory, "plugins", NULL);
  g_autofree char *registry = g_build_filename (directory, "registry", NULL);

  g_subprocess_launcher_unsetenv (launcher, "GST_REGISTRY_DISABLE");
  g_subprocess_launcher_setenv (
      launcher, "GST_PLUGIN_SYSTEM_PATH", plugins, TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY", registry, TRUE);
  g_subprocess_launcher_setenv (launcher, "GST_REGISTRY_FORK", "no", TRUE);
  if (module_directory != NULL)
    g_subprocess_launcher_setenv (
        launcher, "GST_PLUGIN_PATH", module_directory, TRUE);
}

char *
fixture_cut_comment (char *gif, gsize *size)
{
  guint8 packed = (guint8) gif[10];
  gsize start = 13 + ((packed & 0x80) != 0 ? 3u << ((packed & 7) + 1) : 0);
  gsize end = start + 2;
  GString *text = g_string_new (NULL);

  g_assert_cmpuint (start + 2, <, *size);
  g_assert_cmpmem (gif + start, 2, "!\xfe", 2);
  for (; gif[end] != 0; end += 1 + (guint8) gif[end])
    g_string_append_len (text, gif + end + 1, (guint8) gif[end]);
  end++;
  memmove (gif + start, gif + end, *size - end);
  *size -= end - start;
  return g_string_free (text, FALSE);
}
