/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cachekeys.h"

#include "cachelist.h"

DigestTable *
cache_keys_load (const char *cache_dir)
{
  DigestTable *table = digest_table_new (0);
  g_autoptr (GPtrArray) entries = cache_list_read (cache_dir);

  for (guint i = 0; i < entries->len; i++) {
    const CacheEntry *entry = entries->pdata[i];
    const Parameters parameters = { entry->prompt, entry->negative_prompt,
      entry->sampler, entry->cfg_scale, entry->steps };

    digest_table_add (table,
        item_key (parameters_digest (&parameters), entry->variation), NULL);
  }
  return table;
}
