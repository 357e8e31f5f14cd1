/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "playerhistory.h"

#include <glib/gstdio.h>

/* Rows; who wants more looks into the folder. */
#define MAX_ROWS 100
#define REFRESH_MS 100

/* "2026-01-31 14:05" where the user is. */
static char *
format_date (const char *date)
{
  g_autoptr (GDateTime) utc =
      date != NULL ? g_date_time_new_from_iso8601 (date, NULL) : NULL;
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%F %H:%M") : g_strdup ("");
}

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
new_row (const CacheEntry *entry)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *date = format_date (entry->date);

  gtk_box_append (GTK_BOX (box), new_label (entry->prompt, NULL));
  gtk_box_append (GTK_BOX (box), new_label (date, "dim-label"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, entry->prompt);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, entry->prompt, -1);
  return row;
}

static void
remove_rows (PlayerHistory *history)
{
  GtkListBoxRow *row;

  while (
      (row = gtk_list_box_get_row_at_index (history->history_list, 0)) != NULL)
    gtk_list_box_remove (history->history_list, GTK_WIDGET (row));
}

static void
forget (PlayerHistory *history)
{
  g_clear_pointer (&history->entries, g_ptr_array_unref);
  g_clear_pointer (&history->all, g_ptr_array_unref);
}

static void
refresh (PlayerHistory *history)
{
  forget (history);
  remove_rows (history);
  history->all = cache_list_read (history->directory);
  history->entries = g_ptr_array_new ();
  for (guint i = 0; i < history->all->len && history->entries->len < MAX_ROWS;
       i++) {
    const CacheEntry *entry = history->all->pdata[i];

    if (entry->gif_path == NULL)
      continue;
    g_ptr_array_add (history->entries, (gpointer) entry);
    gtk_list_box_append (history->history_list, new_row (entry));
  }
  gtk_widget_set_sensitive (
      GTK_WIDGET (history->history_button), history->entries->len > 0);
  history->changed (history->data);
}

static gboolean
on_refresh (gpointer data)
{
  PlayerHistory *history = data;

  history->refresh_id = 0;
  refresh (history);
  return G_SOURCE_REMOVE;
}

/* A generation is several files. */
static void
on_changed (GFileMonitor *monitor, GFile *file, GFile *other,
    GFileMonitorEvent event, gpointer data)
{
  PlayerHistory *history = data;

  if (history->refresh_id == 0)
    history->refresh_id = g_timeout_add (REFRESH_MS, on_refresh, history);
}

void
player_history_watch (
    PlayerHistory *history, void (*changed) (gpointer data), gpointer data)
{
  g_autoptr (GFile) folder = NULL;

  history->changed = changed;
  history->data = data;
  history->directory = cache_list_dup_default_dir ();
  /* As the source would make it; what is not there cannot be watched. */
  g_mkdir_with_parents (history->directory, 0700);
  folder = g_file_new_for_path (history->directory);
  history->monitor =
      g_file_monitor_directory (folder, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (history->monitor != NULL)
    g_signal_connect (
        history->monitor, "changed", G_CALLBACK (on_changed), history);
  refresh (history);
}

const CacheEntry *
player_history_get (PlayerHistory *history, guint index)
{
  return history->entries != NULL && index < history->entries->len
      ? history->entries->pdata[index]
      : NULL;
}

GVariant *
player_history_list_prompts (PlayerHistory *history)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < history->entries->len; i++)
    g_variant_builder_add (&builder, "s",
        ((const CacheEntry *) history->entries->pdata[i])->prompt);
  return g_variant_builder_end (&builder);
}

void
player_history_clear (PlayerHistory *history)
{
  if (history->monitor != NULL)
    g_signal_handlers_disconnect_by_data (history->monitor, history);
  g_clear_object (&history->monitor);
  g_clear_handle_id (&history->refresh_id, g_source_remove);
  g_clear_pointer (&history->directory, g_free);
  forget (history);
}
