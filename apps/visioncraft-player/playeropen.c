/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playeropen.h"

static void
open_file (GtkWindow *window, GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);

  g_action_group_activate_action (
      G_ACTION_GROUP (window), "open", g_variant_new_string (uri));
}

static void
on_response (GtkNativeDialog *dialog, int response, gpointer unused)
{
  g_autoptr (GFile) file = response == GTK_RESPONSE_ACCEPT
      ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog))
      : NULL;

  if (file != NULL)
    open_file (gtk_native_dialog_get_transient_for (dialog), file);
  g_object_unref (dialog);
}

void
player_open_show (GtkWindow *window)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      "Open a GIF", window, GTK_FILE_CHOOSER_ACTION_OPEN, "_Open", "_Cancel");
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, "Animated GIFs");
  gtk_file_filter_add_mime_type (filter, "image/gif");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect (dialog, "response", G_CALLBACK (on_response), NULL);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y,
    gpointer unused)
{
  GtkWidget *window =
      gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));

  open_file (GTK_WINDOW (window), g_value_get_object (value));
  return TRUE;
}

void
player_open_accept_drops (GtkWindow *window)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_FILE, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (on_drop), NULL);
  gtk_widget_add_controller (
      GTK_WIDGET (window), GTK_EVENT_CONTROLLER (target));
}
