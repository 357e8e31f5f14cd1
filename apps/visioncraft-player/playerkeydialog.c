/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerkeydialog.h"

#include "apikey.h"

#define RESOURCE "/gst/visioncraft/Player/keydialog.ui"

typedef struct
{
  GtkWindow *window; /* owns this */
  GtkEditable *key_entry;
  GtkLabel *problem_label;
  PlayerKeySaved saved;
} KeyDialog;

static void
on_save (GtkWidget *widget, KeyDialog *dialog)
{
  g_autofree char *key = g_strdup (gtk_editable_get_text (dialog->key_entry));
  g_autoptr (GError) error = NULL;

  if (api_key_store (g_strstrip (key), &error)) {
    GtkWindow *parent = gtk_window_get_transient_for (dialog->window);
    PlayerKeySaved saved = dialog->saved;

    gtk_window_destroy (dialog->window);
    saved (parent);
    return;
  }
  gtk_label_set_text (dialog->problem_label, error->message);
  gtk_widget_set_visible (GTK_WIDGET (dialog->problem_label), TRUE);
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
  GObject *save = gtk_builder_get_object (builder, "save_button");
  GObject *cancel = gtk_builder_get_object (builder, "cancel_button");

  dialog->window = GTK_WINDOW (gtk_builder_get_object (builder, "key_dialog"));
  dialog->key_entry =
      GTK_EDITABLE (gtk_builder_get_object (builder, "key_entry"));
  dialog->problem_label =
      GTK_LABEL (gtk_builder_get_object (builder, "problem_label"));
  dialog->saved = saved;
  g_object_set_data_full (
      G_OBJECT (dialog->window), "key-dialog", dialog, g_free);
  g_signal_connect (save, "clicked", G_CALLBACK (on_save), dialog);
  g_signal_connect (
      dialog->key_entry, "activate", G_CALLBACK (on_save), dialog);
  g_signal_connect (cancel, "clicked", G_CALLBACK (on_cancel), dialog);
  gtk_window_set_transient_for (dialog->window, parent);
  gtk_widget_grab_focus (GTK_WIDGET (dialog->key_entry));
  gtk_window_present (dialog->window);
  return dialog->window;
}
