/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "userconfig.h"

#include "failure.h"

#define SHARED_GROUP "visioncraft"

static Value *
find (const char *name, const ValueOption *options, Value *values, guint n)
{
  for (guint i = 0; i < n; i++)
    if (options[i].in_config && g_str_equal (options[i].name, name))
      return &values[i];
  return NULL;
}

static gboolean
read_group (GKeyFile *file, const char *path, const char *group,
    const ValueOption *options, Value *values, guint n, GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);

  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    Value *value = find (names[i], options, values, n);
    g_autoptr (GError) reason = NULL;

    if (value == NULL) {
      g_set_error (error, FAILURE, FAILURE_USAGE,
          "\"%s\" in the group [%s] of \"%s\" is no option that may be there: "
          "see the manual page.",
          names[i], group, path);
      return FALSE;
    }
    if (value->text != NULL)
      continue;
    value->text = g_key_file_get_string (file, group, names[i], &reason);
    value->from_config = TRUE;
    if (value->text == NULL) {
      g_set_error (
          error, FAILURE, FAILURE_USAGE, "\"%s\": %s.", path, reason->message);
      return FALSE;
    }
  }
  return TRUE;
}

/* One that is spelt wrong would leave its defaults without effect. */
static gboolean
check_groups (GKeyFile *file, const char *path, GError **error)
{
  static const char *const known[] = { SHARED_GROUP, "visioncraft-to-video",
    "visioncraft-batch", NULL };
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++) {
    if (!g_strv_contains (known, groups[i])) {
      g_set_error (error, FAILURE, FAILURE_USAGE,
          "The group [%s] of \"%s\" is no program's: choose [visioncraft], "
          "[visioncraft-to-video] or [visioncraft-batch].",
          groups[i], path);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
user_config_read (const char *program, const ValueOption *options,
    Value *values, guint n, guint n_shared, GError **error)
{
  g_autofree char *path = g_build_filename (
      g_get_user_config_dir (), "visioncraft", "config", NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) reason = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &reason)) {
    if (g_error_matches (reason, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
    g_set_error (error, FAILURE, FAILURE_USAGE,
        "The configuration file \"%s\" cannot be read: %s.", path,
        reason->message);
    return FALSE;
  }
  return check_groups (file, path, error)
      && read_group (file, path, program, options, values, n, error)
      && read_group (
          file, path, SHARED_GROUP, options, values, n_shared, error);
}

/* FILENAME is text as it is in argv, whatever the locale. */
void
value_options_add (
    GOptionContext *context, const ValueOption *options, Value *values, guint n)
{
  for (guint i = 0; i < n; i++) {
    const GOptionEntry entries[] = { { options[i].name, 0, 0,
                                         G_OPTION_ARG_FILENAME, &values[i].text,
                                         options[i].help, options[i].argument },
      { NULL } };

    g_option_context_add_main_entries (context, entries, NULL);
  }
}

void
values_clear (Value *values, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&values[i].text, g_free);
}
