/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A window to drag files out of, as file managers give them
 *
 * dragsource FILE...: a line on the standard output for each step: "shown",
 * "dragging", "accepted" (what is below the pointer wants them), "done".
 */
#include <gtk/gtk.h>

static void
say (const char *step)
{
  g_print ("%s\n", step);
}

static void
on_action (GdkDrag *drag, GParamSpec *pspec, gpointer unused)
{
  if (gdk_drag_get_selected_action (drag) != 0)
    say ("accepted");
}

static void
on_begin (GtkDragSource *source, GdkDrag *drag, gpointer unused)
{
  g_signal_connect (
      drag, "notify::selected-action", G_CALLBACK (on_action), NULL);
  say ("dragging");
}

static void
on_end (GtkDragSource *source, GdkDrag *drag, gboolean remove, gpointer unused)
{
  say ("done");
}

static void
add_source (GtkWidget *window, GSList *files)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GdkFileList *list = gdk_file_list_new_from_list (files);
  GdkContentProvider *content =
      gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  gtk_drag_source_set_content (source, content);
  g_signal_connect (source, "drag-begin", G_CALLBACK (on_begin), NULL);
  g_signal_connect (source, "drag-end", G_CALLBACK (on_end), NULL);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (source));
  g_object_unref (content);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoslist (GFile) files = NULL;
  GtkWidget *window;

  setvbuf (stdout, NULL, _IOLBF, 0);
  gtk_init ();
  for (int i = argc - 1; i > 0; i--)
    files = g_slist_prepend (files, g_file_new_for_path (argv[i]));
  window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 100, 100);
  add_source (window, files);
  g_signal_connect_swapped (
      window, "map", G_CALLBACK (say), (gpointer) "shown");
  gtk_window_present (GTK_WINDOW (window));
  g_main_loop_run (loop);
  return 0;
}
