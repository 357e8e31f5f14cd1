/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerkeydialog.h"

#include "playerkey.h"

#define RESOURCE "/gst/visioncraft/Player/keydialog.ui"

typedef struct
{
  GtkWindow *window; /* owns this */
  GtkEditable *key_entry;
  GtkWidget *save_button;
  GtkLabel *problem_label;
  GCancellable *cancellable; /* while it is being kept; else NULL */
  PlayerKeySaved saved;
} KeyDialog;

static void
key_dialog_free (gpointer data)
{
  KeyDialog *dialog = data;

  if (dialog->cancellable != NULL)
    g_cancellable_cancel (dialog->cancellable);
  g_clear_object (&dialog->cancellable);
  g_free (dialog);
}

static void
on_stored (const char *key, const GError *error, gpointer data)
{
  KeyDialog *dialog = data;

  g_clear_object (&dialog->cancellable);
  if (error == NULL) {
    GtkWindow *parent = gtk_window_get_transient_for (dialog->window);
    PlayerKeySaved saved = dialog->saved;

    gtk_window_destroy (dialog->window);
    saved (parent, key);
    return;
  }
  gtk_widget_set_sensitive (dialog->save_button, TRUE);
  gtk_label_set_text (dialog->problem_label, error->message);
  gtk_widget_set_visible (GTK_WIDGET (dialog->problem_label), TRUE);
}

static void
on_save (GtkWidget *widget, KeyDialog *dialog)
{
  g_autofree char *key = g_strdup (gtk_editable_get_text (dialog->key_entry));

  if (dialog->cancellable != NULL)
    return;
  dialog->cancellable = g_cancellable_new ();
  gtk_widget_set_sensitive (dialog->save_button, FALSE);
  player_key_store (g_strstrip (key), dialog->cancellable, on_stored, dialog);
}

static void
on_cancel (GtkWidget *widget, KeyDialog *dialog)
{
  gtk_window_destroy (dialog->window);
}

GtkWindow *
player_key_dialog_show (GtkWindow *parent, PlayerKeySaved saved)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (RESOURCE);
  KeyDialog *dialog = g_new0 (KeyDialog, 1);
  GObject *cancel = gtk_builder_get_object (builder, "cancel_button");

  dialog->window = GTK_WINDOW (gtk_builder_get_object (builder, "key_dialog"));
  dialog->key_entry =
      GTK_EDITABLE (gtk_builder_get_object (builder, "key_entry"));
  dialog->problem_label =
      GTK_LABEL (gtk_builder_get_object (builder, "problem_label"));
  dialog->saved = saved;
  g_object_set_data_full (
      G_OBJECT (dialog->window), "key-dialog", dialog, key_dialog_free);
  dialog->save_button =
      GTK_WIDGET (gtk_builder_get_object (builder, "save_button"));
  g_signal_connect (
      dialog->save_button, "clicked", G_CALLBACK (on_save), dialog);
  g_signal_connect (
      dialog->key_entry, "activate", G_CALLBACK (on_save), dialog);
  g_signal_connect (cancel, "clicked", G_CALLBACK (on_cancel), dialog);
  gtk_window_set_transient_for (dialog->window, parent);
  gtk_widget_grab_focus (GTK_WIDGET (dialog->key_entry));
  gtk_window_present (dialog->window);
  return dialog->window;
}
