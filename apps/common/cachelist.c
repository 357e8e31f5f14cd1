/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cachelist.h"

#include <string.h>
#include <vcjson.h>

char *
cache_list_dup_default_dir (void)
{
  return g_build_filename (g_get_user_cache_dir (), "visioncraft", NULL);
}

static void
entry_free (gpointer data)
{
  CacheEntry *entry = data;

  g_free (entry->prompt);
  g_free (entry->negative_prompt);
  g_free (entry->sampler);
  g_free (entry->date);
  g_free (entry->gif_path);
  g_free (entry);
}

static int
get_int (JsonNode *parameters, const char *name)
{
  JsonNode *node = vc_json_member (parameters, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
          && json_node_get_value_type (node) == G_TYPE_INT64
      ? (int) json_node_get_int (node)
      : -1;
}

static char *
dup_gif_path (const char *directory, const char *name, JsonNode *root)
{
  g_autofree char *gif = NULL;
  g_autofree char *path = NULL;

  /* Without a sum the GIF is not whole. */
  if (vc_json_string (vc_json_member (root, "sha256")) == NULL)
    return NULL;
  gif = g_strdup_printf (
      "%.*s.gif", (int) (strlen (name) - strlen (".json")), name);
  path = g_build_filename (directory, gif, NULL);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path)
                                                    : NULL;
}

/* NULL where it is none. */
static CacheEntry *
read_entry (const char *directory, const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) root = NULL;
  JsonNode *parameters;
  CacheEntry *entry;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  root = vc_json_parse (text, length);
  parameters = root != NULL ? vc_json_member (root, "parameters") : NULL;
  if (vc_json_string (vc_json_member (parameters, "prompt")) == NULL)
    return NULL;

  entry = g_new0 (CacheEntry, 1);
  entry->prompt =
      g_strdup (vc_json_string (vc_json_member (parameters, "prompt")));
  entry->negative_prompt = g_strdup (
      vc_json_string (vc_json_member (parameters, "negative-prompt")));
  entry->sampler =
      g_strdup (vc_json_string (vc_json_member (parameters, "sampler")));
  entry->cfg_scale = get_int (parameters, "cfg-scale");
  entry->steps = get_int (parameters, "steps");
  entry->variation = (guint) get_int (parameters, "variation");
  entry->date = g_strdup (vc_json_string (vc_json_member (root, "date")));
  entry->gif_path = dup_gif_path (directory, name, root);
  return entry;
}

/* Dates of one form: text sorts them. */
static int
compare_dates (gconstpointer a, gconstpointer b)
{
  const CacheEntry *const *one = a;
  const CacheEntry *const *other = b;

  return g_strcmp0 ((*other)->date, (*one)->date);
}

GPtrArray *
cache_list_read (const char *directory)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    CacheEntry *entry =
        g_str_has_suffix (name, ".json") ? read_entry (directory, name) : NULL;

    if (entry != NULL)
      g_ptr_array_add (entries, entry);
  }
  g_ptr_array_sort (entries, compare_dates);
  return entries;
}

/* --- Variations --- */

/* What tells pictures of one request apart is its variation alone. The same
 * request to another address counts too: a number more is no harm. */
static gboolean
is_same (const CacheEntry *entry, const CacheEntry *request)
{
  return entry->cfg_scale == request->cfg_scale
      && entry->steps == request->steps
      && g_strcmp0 (entry->prompt, request->prompt) == 0
      && g_strcmp0 (entry->sampler, request->sampler) == 0
      && g_strcmp0 (entry->negative_prompt, request->negative_prompt) == 0;
}

guint
cache_list_take_variation (GstElement *source, guint minimum)
{
  g_autofree char *directory = NULL;
  CacheEntry request = { 0 };
  g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);
  guint variation = minimum;

  g_object_get (source, "cache-dir", &directory, "prompt", &request.prompt,
      "negative-prompt", &request.negative_prompt, "sampler", &request.sampler,
      "cfg-scale", &request.cfg_scale, "steps", &request.steps, NULL);
  if (directory != NULL && directory[0] != '\0') {
    g_autoptr (GPtrArray) entries = cache_list_read (directory);

    for (guint i = 0; i < entries->len; i++) {
      const CacheEntry *entry = entries->pdata[i];

      if (is_same (entry, &request))
        g_hash_table_add (taken, GUINT_TO_POINTER (entry->variation));
    }
  }
  while (g_hash_table_contains (taken, GUINT_TO_POINTER (variation)))
    variation++;
  g_object_set (source, "variation", variation, NULL);
  g_free (request.prompt);
  g_free (request.negative_prompt);
  g_free (request.sampler);
  return variation;
}
