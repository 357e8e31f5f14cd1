/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "webstore.h"

#include "cachelist.h"
#include "webjson.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define ID_CHARS 32

struct _WebStore
{
  char *directory;
  GHashTable *stems; /* id to path without its ending, of those on disk */
};

WebStore *
web_store_new (const char *directory, GError **error)
{
  WebStore *store;

  if (g_mkdir_with_parents (directory, 0700) != 0
      || g_access (directory, W_OK | X_OK) != 0) {
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
        "The folder of the gallery, %s, cannot be used: %s", directory,
        g_strerror (errno));
    return NULL;
  }
  store = g_new0 (WebStore, 1);
  store->directory = g_strdup (directory);
  store->stems =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return store;
}

void
web_store_free (WebStore *store)
{
  g_hash_table_unref (store->stems);
  g_free (store->directory);
  g_free (store);
}

/* --- Files --- */

static char *
make_path (const char *stem, const char *ending)
{
  return g_strconcat (stem, ending, NULL);
}

/* NULL: it is not there. Mapped, not read. */
static GBytes *
map_file (const char *stem, const char *ending)
{
  g_autofree char *path = make_path (stem, ending);
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, NULL);

  return file != NULL && g_mapped_file_get_length (file) > 0
      ? g_mapped_file_get_bytes (file)
      : NULL;
}

static gboolean
write_file (
    const char *stem, const char *ending, const char *text, gsize length)
{
  g_autofree char *path = make_path (stem, ending);
  g_autoptr (GError) error = NULL;

  if (g_file_set_contents_full (path, text, (gssize) length,
          G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    return TRUE;
  g_message ("%s", error->message);
  return FALSE;
}

/* --- What the page knows besides --- */

static JsonObject *
make_page (const WebStored *stored)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "id", stored->id);
  json_object_set_int_member (object, "created", stored->created_s);
  json_object_set_double_member (object, "seconds", stored->seconds);
  json_object_set_int_member (object, "width", stored->width);
  json_object_set_int_member (object, "height", stored->height);
  json_object_set_int_member (object, "duration_ms", stored->duration_ms);
  json_object_set_boolean_member (object, "damaged", stored->damaged);
  return object;
}

static gboolean
write_page (const char *stem, const WebStored *stored)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_take_object (root, make_page (stored));
  text = json_to_string (root, FALSE);
  return write_file (stem, ".page", text, strlen (text));
}

static gboolean
is_id (const char *text)
{
  return text != NULL && strlen (text) == ID_CHARS
      && strspn (text, "0123456789abcdef") == ID_CHARS;
}

/* What is not there or makes no sense stays as it is in @stored. The caller
 * owns the name, which may be NULL. */
static char *
read_page (const char *stem, WebStored *stored)
{
  g_autoptr (GBytes) bytes = map_file (stem, ".page");
  g_autoptr (JsonNode) root =
      bytes != NULL ? web_json_read_object (bytes) : NULL;
  g_autofree char *id = NULL;
  JsonObject *object;

  if (root == NULL)
    return NULL;
  object = json_node_get_object (root);
  stored->created_s = json_object_get_int_member_with_default (
      object, "created", stored->created_s);
  stored->seconds =
      json_object_get_double_member_with_default (object, "seconds", 0);
  stored->width =
      (int) json_object_get_int_member_with_default (object, "width", 0);
  stored->height =
      (int) json_object_get_int_member_with_default (object, "height", 0);
  stored->duration_ms =
      json_object_get_int_member_with_default (object, "duration_ms", -1);
  stored->damaged =
      json_object_get_boolean_member_with_default (object, "damaged", FALSE);
  id = web_json_dup_text (object, "id");
  return is_id (id) ? g_steal_pointer (&id) : NULL;
}

/* --- Entries --- */

static WebPrompt *
make_prompt (const CacheEntry *entry)
{
  WebPrompt *prompt = g_new0 (WebPrompt, 1);

  prompt->prompt = g_strdup (entry->prompt);
  prompt->negative_prompt = g_strdup (entry->negative_prompt);
  prompt->sampler = g_strdup (entry->sampler != NULL ? entry->sampler : "");
  prompt->cfg_scale = entry->cfg_scale;
  prompt->steps = entry->steps;
  return prompt;
}

static gint64
read_date (const char *text)
{
  g_autoptr (GDateTime) date =
      text != NULL ? g_date_time_new_from_iso8601 (text, NULL) : NULL;

  return date != NULL ? g_date_time_to_unix (date) : 0;
}

/* Path of the entry's files without their ending. The caller owns it. */
static char *
make_stem (const CacheEntry *entry)
{
  return g_strndup (
      entry->gif_path, strlen (entry->gif_path) - strlen (".gif"));
}

/* NULL: its GIF is gone. Transfer full. */
static WebJob *
load_entry (WebStore *store, const CacheEntry *entry)
{
  g_autofree char *stem = make_stem (entry);
  g_autofree char *name = g_path_get_basename (stem);
  g_autoptr (GBytes) gif = map_file (stem, ".gif");
  g_autoptr (GBytes) video = map_file (stem, ".mp4");
  WebStored stored = { .duration_ms = -1,
    .created_s = read_date (entry->date),
    .gif = gif,
    .video = video };
  g_autofree char *id = NULL;
  WebJob *job;

  if (gif == NULL)
    return NULL;
  id = read_page (stem, &stored);
  /* One that another program has made. */
  if (id == NULL)
    id = g_strndup (name, ID_CHARS);
  if (!is_id (id) || g_hash_table_contains (store->stems, id))
    return NULL;
  stored.id = id;
  job = web_job_new_stored (&stored, make_prompt (entry));
  g_hash_table_insert (store->stems, g_strdup (id), g_steal_pointer (&stem));
  return job;
}

GPtrArray *
web_store_load (WebStore *store)
{
  g_autoptr (GPtrArray) entries = cache_list_read (store->directory);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = entries->len; i > 0; i--) {
    const CacheEntry *entry = entries->pdata[i - 1];
    WebJob *job = entry->gif_path != NULL ? load_entry (store, entry) : NULL;

    if (job != NULL)
      g_ptr_array_add (jobs, job);
  }
  return jobs;
}

/* Where the source has put it. NULL: nowhere. The caller owns it. */
static char *
find_stem (WebStore *store, WebJob *job)
{
  g_autoptr (GPtrArray) entries = cache_list_read (store->directory);
  const WebPrompt *prompt = web_job_get_prompt (job);
  guint variation = web_job_get_variation (job);

  for (guint i = 0; i < entries->len; i++) {
    const CacheEntry *entry = entries->pdata[i];

    if (entry->gif_path != NULL && entry->variation == variation
        && entry->steps == prompt->steps
        && entry->cfg_scale == prompt->cfg_scale
        && g_strcmp0 (entry->prompt, prompt->prompt) == 0
        && g_strcmp0 (entry->negative_prompt, prompt->negative_prompt) == 0
        && g_strcmp0 (entry->sampler, prompt->sampler) == 0)
      return make_stem (entry);
  }
  return NULL;
}

void
web_store_add (WebStore *store, WebJob *job)
{
  g_autofree char *stem = find_stem (store, job);
  g_autoptr (GBytes) made = web_job_ref_whole_video (job);
  g_autoptr (GBytes) gif = NULL, video = NULL;
  WebStored stored;

  /* The source has said why. */
  if (stem == NULL)
    return;
  web_job_describe (job, &stored);
  if (!write_page (stem, &stored)
      || !write_file (
          stem, ".mp4", g_bytes_get_data (made, NULL), g_bytes_get_size (made)))
    return;
  gif = map_file (stem, ".gif");
  video = map_file (stem, ".mp4");
  if (gif == NULL || video == NULL)
    return;
  web_job_use_stored (job, gif, video);
  g_hash_table_insert (
      store->stems, g_strdup (web_job_get_id (job)), g_steal_pointer (&stem));
}

void
web_store_remove (WebStore *store, WebJob *job)
{
  static const char *const endings[] = { ".gif", ".json", ".mp4", ".page" };
  const char *stem = g_hash_table_lookup (store->stems, web_job_get_id (job));

  for (guint i = 0; stem != NULL && i < G_N_ELEMENTS (endings); i++) {
    g_autofree char *path = make_path (stem, endings[i]);

    if (g_unlink (path) != 0 && errno != ENOENT)
      g_message ("%s cannot be deleted: %s", path, g_strerror (errno));
  }
  g_hash_table_remove (store->stems, web_job_get_id (job));
}
