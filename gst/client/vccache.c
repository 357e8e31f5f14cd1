/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "vccache.h"
#include "vcfolder.h"
#include "vcjson.h"

#include <string.h>

#define JSON_MAX (4 * 1024 * 1024)

struct _VcCache
{
  gatomicrefcount refs;
  VcFolder *folder;
  char *key;
  JsonNode *parameters;
};

static void
add_string (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

/* All that makes one request another one, in this order: the key is made of it.
 */
static JsonNode *
new_parameters (const VcRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *api_url = g_strdup (request->api_url);

  for (gsize n = strlen (api_url); n > 0 && api_url[n - 1] == '/'; n--)
    api_url[n - 1] = '\0';
  json_builder_begin_object (builder);
  add_string (builder, "api-url", api_url);
  add_string (builder, "endpoint",
      request->endpoint != NULL ? request->endpoint : "generate-gif");
  add_string (builder, "prompt", request->prompt);
  if (request->negative_prompt != NULL)
    add_string (builder, "negative-prompt", request->negative_prompt);
  add_string (builder, "sampler", request->sampler);
  add_int (builder, "cfg-scale", request->cfg_scale);
  add_int (builder, "steps", request->steps);
  add_int (builder, "variation", request->variation);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

VcCache *
vc_cache_open (const VcRequest *request, GError **error)
{
  VcFolder *folder = vc_folder_open (request->cache_dir, error);
  g_autofree char *canonical = NULL;
  VcCache *cache;

  if (folder == NULL)
    return NULL;
  cache = g_new0 (VcCache, 1);
  g_atomic_ref_count_init (&cache->refs);
  cache->folder = folder;
  cache->parameters = new_parameters (request);
  canonical = json_to_string (cache->parameters, FALSE);
  cache->key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, canonical, -1);
  return cache;
}

VcCache *
vc_cache_ref (VcCache *cache)
{
  g_atomic_ref_count_inc (&cache->refs);
  return cache;
}

static char *
file_name (VcCache *cache, const char *suffix)
{
  return g_strconcat (cache->key, suffix, NULL);
}

void
vc_cache_unref (VcCache *cache)
{
  if (!g_atomic_ref_count_dec (&cache->refs))
    return;
  vc_folder_close (cache->folder);
  json_node_unref (cache->parameters);
  g_free (cache->key);
  g_free (cache);
}

gboolean
vc_cache_try_lock (VcCache *cache)
{
  g_autofree char *name = file_name (cache, ".lock");

  return vc_folder_try_lock (cache->folder, name);
}

/* --- Reading --- */

static GBytes *
read_file (VcCache *cache, const char *suffix, guint64 max)
{
  g_autofree char *name = file_name (cache, suffix);

  return vc_folder_read (cache->folder, name, max);
}

static gint64
int_member (JsonNode *entry, const char *name)
{
  JsonNode *node = vc_json_member (entry, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
          && json_node_get_value_type (node) == G_TYPE_INT64
      ? json_node_get_int (node)
      : -1;
}

static GPtrArray *
dup_images (JsonNode *entry)
{
  GPtrArray *images = g_ptr_array_new_with_free_func (g_free);
  JsonArray *array = vc_json_array (vc_json_member (entry, "images"));

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    const char *image = vc_json_string (json_array_get_element (array, i));

    if (image != NULL)
      g_ptr_array_add (images, g_strdup (image));
  }
  return images;
}

static void
load_gif (VcCache *cache, JsonNode *entry, VcCacheEntry *ret_entry)
{
  gint64 size = int_member (entry, "size");
  const char *wanted = vc_json_string (vc_json_member (entry, "sha256"));
  g_autoptr (GBytes) gif = NULL;
  g_autofree char *sum = NULL;

  if (size < 0 || wanted == NULL)
    return;
  gif = read_file (cache, ".gif", size);
  if (gif == NULL || g_bytes_get_size (gif) != (guint64) size)
    return;
  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, gif);
  if (!g_str_equal (sum, wanted))
    return;
  ret_entry->gif = g_steal_pointer (&gif);
  ret_entry->images = dup_images (entry);
}

/* Of a GIF that is not whole nothing is known: it is none. */
static gboolean
is_too_large (VcCache *cache, JsonNode *entry, guint64 max_size)
{
  g_autofree char *name = file_name (cache, ".gif");
  guint64 size = vc_folder_get_size (cache->folder, name);

  return max_size > 0 && size > max_size
      && size == (guint64) int_member (entry, "size");
}

gboolean
vc_cache_load (
    VcCache *cache, guint64 max_size, VcCacheEntry *ret_entry, GError **error)
{
  g_autoptr (GBytes) text = read_file (cache, ".json", JSON_MAX);
  g_autoptr (JsonNode) entry = NULL;
  JsonNode *parameters;
  gsize length = 0;
  const char *data = text != NULL ? g_bytes_get_data (text, &length) : NULL;

  memset (ret_entry, 0, sizeof (*ret_entry));
  entry = vc_json_parse (data, length);
  parameters = vc_json_member (entry, "parameters");
  /* Files get other names, too. */
  if (parameters == NULL || !json_node_equal (parameters, cache->parameters))
    return TRUE;

  if (is_too_large (cache, entry, max_size)) {
    g_set_error (error, VC_ERROR, VC_ERROR_TOO_LARGE,
        "The GIF in cache-dir has %" G_GINT64_FORMAT
        " bytes, more than max-size allows.",
        int_member (entry, "size"));
    return FALSE;
  }
  load_gif (cache, entry, ret_entry);
  if (ret_entry->gif == NULL)
    ret_entry->address =
        g_strdup (vc_json_string (vc_json_member (entry, "address")));
  return TRUE;
}

void
vc_cache_entry_clear (VcCacheEntry *entry)
{
  g_clear_pointer (&entry->gif, g_bytes_unref);
  g_clear_pointer (&entry->images, g_ptr_array_unref);
  g_clear_pointer (&entry->address, vc_secret_free);
}

/* --- Writing --- */

static gboolean
write_file (VcCache *cache, const char *suffix, const GPtrArray *slices,
    gboolean durable, GError **error)
{
  g_autofree char *name = file_name (cache, suffix);

  return vc_folder_write (cache->folder, name, slices, durable, error);
}

/* KEY.json with what it always has; the caller adds to it. */
static JsonBuilder *
begin_json (VcCache *cache)
{
  JsonBuilder *builder = json_builder_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *date = g_date_time_format_iso8601 (now);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "parameters");
  json_builder_add_value (builder, json_node_copy (cache->parameters));
  add_string (builder, "date", date);
  return builder;
}

static gboolean
end_json (
    VcCache *cache, JsonBuilder *builder, gboolean durable, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GPtrArray) slices =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  char *text;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  g_ptr_array_add (slices, g_bytes_new_take (text, strlen (text)));
  return write_file (cache, ".json", slices, durable, error);
}

gboolean
vc_cache_store_address (VcCache *cache, const char *address, GError **error)
{
  g_autoptr (JsonBuilder) builder = begin_json (cache);

  add_string (builder, "address", address);
  return end_json (cache, builder, FALSE, error);
}

gboolean
vc_cache_store (VcCache *cache, const GPtrArray *slices,
    const GPtrArray *images, GError **error)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (JsonBuilder) builder = begin_json (cache);
  gint64 size = 0;

  for (guint i = 0; i < slices->len; i++) {
    GBytes *slice = g_ptr_array_index (slices, i);

    g_checksum_update (
        sum, g_bytes_get_data (slice, NULL), g_bytes_get_size (slice));
    size += g_bytes_get_size (slice);
  }
  json_builder_set_member_name (builder, "images");
  json_builder_begin_array (builder);
  for (guint i = 0; images != NULL && i < images->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (images, i));
  json_builder_end_array (builder);
  add_int (builder, "size", size);
  add_string (builder, "sha256", g_checksum_get_string (sum));

  /* The GIF first: a KEY.json that names it finds it. */
  if (!write_file (cache, ".gif", slices, TRUE, error)
      || !end_json (cache, builder, TRUE, error))
    return FALSE;
  vc_folder_sync (cache->folder);
  return TRUE;
}
