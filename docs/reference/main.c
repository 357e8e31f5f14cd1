/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes docs/elements.md from the elements as they register themselves.
 *
 *   elements-reference --write|--check PAGE ERROR_HEADER SOURCE.c...
 *
 * --check fails where the page says something else.
 */
#include "elements.h"
#include "gstanimgifdec.h"
#include "gstvisioncraftgifsrc.h"

#include <string.h>

static char *
make_page (char **paths, int n_paths)
{
  GString *page = g_string_new (
      "<!-- Written by `ninja -C build reference` from what the elements "
      "register; do not edit. -->\n"
      "# Elements\n\n"
      "- [visioncraftgifsrc](#visioncraftgifsrc)\n"
      "- [animgifdec](#animgifdec)\n"
      "- [Debug categories](#debug-categories)\n\n");
  Comments *comments = comments_new (paths + 1, n_paths - 1);

  append_element (page, comments, "visioncraftgifsrc");
  append_source_extras (page, paths[0]);
  append_element (page, comments, "animgifdec");
  append_debug_categories (page);
  comments_free (comments);
  return g_string_free (page, FALSE);
}

/* Shows the first line that differs. */
static void
show_difference (const char *committed, const char *made)
{
  g_auto (GStrv) old_lines = g_strsplit (committed, "\n", -1);
  g_auto (GStrv) new_lines = g_strsplit (made, "\n", -1);
  guint i = 0;

  while (old_lines[i] != NULL && g_strcmp0 (old_lines[i], new_lines[i]) == 0)
    i++;
  g_printerr ("line %u\n  is         %s\n  should be  %s\n", i + 1,
      old_lines[i] != NULL ? old_lines[i] : "(the end)",
      new_lines[i] != NULL ? new_lines[i] : "(the end)");
}

int
main (int argc, char **argv)
{
  g_autofree char *page = NULL;
  g_autofree char *committed = NULL;
  g_autoptr (GError) error = NULL;

  gst_init (NULL, NULL);
  if (argc < 5) {
    g_printerr (
        "usage: %s --write|--check PAGE ERROR_HEADER SOURCE.c...\n", argv[0]);
    return 64;
  }
  GST_ELEMENT_REGISTER (visioncraftgifsrc, NULL);
  GST_ELEMENT_REGISTER (animgifdec, NULL);
  page = make_page (argv + 3, argc - 3);

  if (g_str_equal (argv[1], "--write")) {
    if (!g_file_set_contents (argv[2], page, -1, &error))
      g_error ("%s", error->message);
    return 0;
  }
  if (!g_file_get_contents (argv[2], &committed, NULL, &error))
    g_error ("%s", error->message);
  if (g_str_equal (committed, page))
    return 0;
  g_printerr ("%s is stale: run `ninja -C build reference`.\n", argv[2]);
  show_difference (committed, page);
  return 1;
}
