/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersavedialog.h"

#include "playersave.h"

/* Longer names are cut; in characters. */
#define MAX_NAME_LENGTH 40

/* What is to be saved, until it is known where; and until it is saved. */
typedef struct
{
  GtkWindow *window;
  GBytes *gif;
  GstTagList *tags;
  char *ending;
  GCancellable *closed;
  PlayerSaveTold told;
} Save;

static Save *
save_new (GtkWindow *window, GBytes *gif, const GstTagList *tags,
    const char *ending, GCancellable *closed, PlayerSaveTold told)
{
  Save *save = g_new0 (Save, 1);

  save->window = g_object_ref (window);
  save->gif = g_bytes_ref (gif);
  save->tags = gst_tag_list_copy (tags);
  save->ending = g_strdup (ending);
  save->closed = g_object_ref (closed);
  save->told = told;
  return save;
}

static void
save_free (Save *save)
{
  g_object_unref (save->window);
  g_bytes_unref (save->gif);
  gst_tag_list_unref (save->tags);
  g_free (save->ending);
  g_object_unref (save->closed);
  g_free (save);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  Save *save = data;
  g_autoptr (GError) error = NULL;

  if (player_save_finish (result, &error)) {
    g_autofree char *text =
        g_strdup_printf ("Saved: %s", player_save_get_path (result));

    save->told (save->window, text, FALSE);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    save->told (save->window, error->message, TRUE);
  }
  save_free (save);
}

void
player_save_to (GtkWindow *window, GBytes *gif, const GstTagList *tags,
    const char *path, GCancellable *closed, PlayerSaveTold told)
{
  player_save_async (gif, tags, path, closed, on_saved,
      save_new (window, gif, tags, NULL, closed, told));
}

char *
player_save_dialog_suggest (const char *prompt, const char *ending)
{
  g_autoptr (GString) name = g_string_new (NULL);
  guint n = 0;

  for (; *prompt != '\0' && n < MAX_NAME_LENGTH;
       prompt = g_utf8_next_char (prompt)) {
    gunichar c = g_utf8_get_char (prompt);
    gboolean gap = name->len == 0 || name->str[name->len - 1] == '-';

    if (g_unichar_isalnum (c)) {
      g_string_append_unichar (name, c);
      n++;
    } else if (!gap) {
      g_string_append_c (name, '-');
      n++;
    }
  }
  if (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  if (name->len == 0)
    g_string_append (name, "visioncraft");
  g_string_append (name, ending);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

/* Whoever leaves the ending out means this one. */
static char *
complete_path (const char *path, const char *ending)
{
  g_autofree char *folded = g_ascii_strdown (path, -1);

  return g_str_has_suffix (folded, ending) ? g_strdup (path)
                                           : g_strconcat (path, ending, NULL);
}

static void
on_response (GtkNativeDialog *dialog, int response, Save *save)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
      ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
      : NULL;
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;

  if (path != NULL) {
    g_autofree char *complete = complete_path (path, save->ending);

    player_save_to (save->window, save->gif, save->tags, complete, save->closed,
        save->told);
  }
  save_free (save);
  g_object_unref (dialog);
}

void
player_save_dialog_show (GtkWindow *window, GBytes *gif, const GstTagList *tags,
    const char *prompt, const char *ending, GCancellable *closed,
    PlayerSaveTold told)
{
  g_autofree char *name = player_save_dialog_suggest (prompt, ending);
  g_autofree char *title = g_strdup_printf ("Save as %s", ending + 1);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      title, window, GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response),
      save_new (window, gif, tags, ending, closed, told));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}
