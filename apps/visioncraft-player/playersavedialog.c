/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playersavedialog.h"

/* Longer names are cut; in characters. */
#define MAX_NAME_LENGTH 40

typedef struct
{
  GtkFileChooserNative *dialog;
  char *ending;
  PlayerPlaceChosen chosen;
  gpointer data;
} Question;

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
on_response (GtkNativeDialog *dialog, int response, Question *question)
{
  if (response == GTK_RESPONSE_ACCEPT) {
    g_autoptr (GFile) file =
        gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
    const char *path = file != NULL ? g_file_peek_path (file) : NULL;

    if (path != NULL) {
      g_autofree char *complete = complete_path (path, question->ending);

      question->chosen (gtk_native_dialog_get_transient_for (dialog), complete,
          question->data);
    }
  }
  g_object_unref (question->dialog);
  g_free (question->ending);
  g_free (question);
}

void
player_save_dialog_show (GtkWindow *parent, const char *prompt,
    const char *ending, PlayerPlaceChosen chosen, gpointer data)
{
  g_autofree char *name = player_save_dialog_suggest (prompt, ending);
  g_autofree char *title = g_strdup_printf ("Save as %s", ending + 1);
  Question *question = g_new0 (Question, 1);

  question->dialog = gtk_file_chooser_native_new (
      title, parent, GTK_FILE_CHOOSER_ACTION_SAVE, "_Save", "_Cancel");
  question->ending = g_strdup (ending);
  question->chosen = chosen;
  question->data = data;
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (question->dialog), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (question->dialog), name);
  g_signal_connect (
      question->dialog, "response", G_CALLBACK (on_response), question);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (question->dialog));
}
