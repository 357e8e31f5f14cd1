/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "batchfixture.h"

#include <string.h>

void
batch_write_list (ProgramFixture *fixture, guint n)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 1; i <= n; i++)
    g_string_append_printf (list, "prompt %u\n", i);
  program_write (fixture, "list.txt", list->str);
}

GSubprocess *
batch_start (ProgramFixture *fixture, const char *words)
{
  g_auto (GStrv) argv = NULL;
  g_autoptr (GError) error = NULL;

  g_shell_parse_argv (words, NULL, &argv, &error);
  g_assert_no_error (error);
  return program_start (fixture, (const char *const *) argv);
}

void
batch_run (
    ProgramFixture *fixture, int status, guint n_posts, const char *words)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = batch_start (fixture, words);

  program_finish (process, &result);
  if (result.status != status)
    g_test_message ("%s: %s", words, result.err);
  g_assert_cmpint (result.status, ==, status);
  g_assert_null (strstr (result.err, TEST_KEY));
  g_assert_cmpuint (
      mock_server_count (fixture->server, MOCK_EVENT_POST_RECEIVED), ==,
      n_posts);
}

void
batch_assert_check (
    ProgramFixture *fixture, const char *words, const char *expected)
{
  g_auto (Result) result = { 0 };
  g_autoptr (GSubprocess) process = batch_start (fixture, words);

  program_finish (process, &result);
  g_assert_cmpint (result.status, ==, 0);
  g_test_message ("%s", result.out);
  g_assert_true (g_str_has_prefix (result.out, expected));
}

void
batch_assert_gifs (ProgramFixture *fixture, const char *name, guint n)
{
  g_autofree char *folder = program_path (fixture, name);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n_seen = 0;
  const char *file;

  g_assert_nonnull (dir);
  while ((file = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (name, file, NULL);
    g_autofree char *data = NULL;
    gsize size;

    g_assert_cmpint (file[0], !=, '.');
    if (!g_str_has_suffix (file, ".gif"))
      continue;
    data = program_read (fixture, path, &size);
    g_assert_cmpuint (size, >, 100);
    g_assert_cmpmem (data, 6, "GIF89a", 6);
    g_assert_cmpint (data[size - 1], ==, ';');
    n_seen++;
  }
  g_assert_cmpuint (n_seen, ==, n);
}
