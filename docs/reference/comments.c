/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "comments.h"

#include <string.h>

typedef struct
{
  char *text, *since;
} Comment;

struct _Comments
{
  GHashTable *by_name; /* name to Comment */
};

static void
comment_free (gpointer data)
{
  Comment *comment = data;

  g_free (comment->text);
  g_free (comment->since);
  g_free (comment);
}

static char *
read_file (const char *path)
{
  char *text;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    g_error ("%s", error->message);
  return text;
}

/* The lines of a comment without what makes them one. */
static char *
strip_stars (const char *begin, const char *end)
{
  g_autofree char *raw = g_strndup (begin, end - begin);
  g_auto (GStrv) lines = g_strsplit (raw, "\n", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = g_strchug (lines[i]);

    if (g_str_has_prefix (line, "* "))
      line += 2;
    else if (*line == '*')
      line++;
    g_string_append_printf (text, "%s\n", line);
  }
  return g_string_free (text, FALSE);
}

/* #Type:property and #Type as code, launch lines as blocks of it. */
static char *
to_markdown (const char *text)
{
  g_autoptr (GRegex) property =
      g_regex_new ("#[A-Za-z]+:([a-z-]+)", 0, 0, NULL);
  g_autoptr (GRegex) type = g_regex_new ("#([A-Z][A-Za-z]+)", 0, 0, NULL);
  g_autoptr (GRegex) before = g_regex_new ("\\|\\[\\n", 0, 0, NULL);
  g_autoptr (GRegex) after = g_regex_new ("\\]\\| *", 0, 0, NULL);
  /* The element's own heading is above. */
  g_autoptr (GRegex) heading = g_regex_new ("^##", G_REGEX_MULTILINE, 0, NULL);
  g_autofree char *a =
      g_regex_replace (property, text, -1, 0, "`\\1`", 0, NULL);
  g_autofree char *b = g_regex_replace (type, a, -1, 0, "`\\1`", 0, NULL);
  g_autofree char *c = g_regex_replace (before, b, -1, 0, "```sh\n", 0, NULL);
  g_autofree char *d = g_regex_replace (after, c, -1, 0, "```\n\n", 0, NULL);

  return g_regex_replace (heading, d, -1, 0, "###", 0, NULL);
}

/* Takes one comment in: its first line is the name, "@…" lines are gtk-doc's
 * own, "Since: …" is the version. */
static void
add_comment (Comments *comments, const char *begin, const char *end)
{
  g_autofree char *plain = strip_stars (begin, end);
  g_auto (GStrv) lines = g_strsplit (plain, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  Comment *comment = g_new0 (Comment, 1);
  char *name = NULL;

  for (guint i = 0; lines[i] != NULL; i++) {
    if (name == NULL) {
      if (lines[i][0] != '\0')
        name = g_strdup (lines[i]);
    } else if (g_str_has_prefix (lines[i], "Since: ")) {
      comment->since = g_strdup (lines[i] + strlen ("Since: "));
    } else if (lines[i][0] != '@') {
      g_string_append_printf (text, "%s\n", lines[i]);
    }
  }
  if (name != NULL && g_str_has_suffix (name, ":"))
    name[strlen (name) - 1] = '\0';
  comment->text = g_strstrip (to_markdown (text->str));
  g_hash_table_insert (
      comments->by_name, name != NULL ? name : g_strdup (""), comment);
}

Comments *
comments_new (char **paths, int n_paths)
{
  Comments *comments = g_new0 (Comments, 1);

  comments->by_name =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, comment_free);
  for (int i = 0; i < n_paths; i++) {
    g_autofree char *text = read_file (paths[i]);
    const char *begin = text, *end;

    while ((begin = strstr (begin, "/**\n")) != NULL) {
      begin += strlen ("/**\n");
      end = strstr (begin, "*/");
      if (end == NULL)
        g_error ("%s: a comment does not end", paths[i]);
      add_comment (comments, begin, end);
    }
  }
  return comments;
}

void
comments_free (Comments *comments)
{
  g_hash_table_unref (comments->by_name);
  g_free (comments);
}

const char *
comments_get (Comments *comments, const char *name, const char **ret_since)
{
  Comment *comment = g_hash_table_lookup (comments->by_name, name);

  if (comment == NULL || comment->text[0] == '\0')
    g_error ("%s has no gtk-doc comment", name);
  if (comment->since == NULL)
    g_error ("%s: the comment has no \"Since:\"", name);
  *ret_since = comment->since;
  return comment->text;
}

static guint
count_members (const char *text)
{
  guint n = 0;

  for (; (text = strstr (text, "VC_")) != NULL; text++)
    n++;
  return n;
}

char **
comments_of_enum (const char *path, const char *first)
{
  g_autofree char *text = read_file (path);
  char *begin = strstr (text, first);
  char *end = begin != NULL ? strchr (begin, '}') : NULL;
  g_autoptr (GRegex) member = g_regex_new (
      "[A-Z_]+,\\s*/\\*\\s*(.*?)\\s*\\*/", G_REGEX_DOTALL, 0, NULL);
  g_autoptr (GRegex) space = g_regex_new ("\\s+", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new ();

  if (end == NULL)
    g_error ("%s: %s is not there", path, first);
  *end = '\0';
  for (g_regex_match (member, begin, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *comment = g_match_info_fetch (match, 1);

    g_ptr_array_add (
        found, g_regex_replace (space, comment, -1, 0, " ", 0, NULL));
  }
  if (found->len != count_members (begin))
    g_error ("%s: not every member from %s on has a comment", path, first);
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&found), FALSE);
}
