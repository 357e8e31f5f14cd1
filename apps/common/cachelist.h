/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Where the programs keep generated GIFs unless they are told otherwise. The
 * caller owns it. */
char *cache_list_dup_default_dir (void);

/* Where @directory leads: visioncraftgifsrc follows no symbolic link, but the
 * service manager's directories are some, and users put theirs on other disks.
 * As it is where nothing is there. The caller owns it. */
char *cache_list_resolve_dir (const char *directory);

/* A generation in the folder that visioncraftgifsrc's cache-dir names, as its
 * KEY.json tells. */
typedef struct
{
  char *prompt;
  char *negative_prompt; /* NULL: none */
  char *sampler;
  int cfg_scale, steps;
  guint variation;
  char *date;     /* ISO 8601, UTC */
  char *gif_path; /* NULL: paid for, not fetched yet */
} CacheEntry;

/* All that can be read, the newest first; of CacheEntry. Transfer full. */
GPtrArray *cache_list_read (const char *directory);

/* What the source's tags say of it, as far as it is kept: for muxers. The caller
 * owns them. */
GstTagList *cache_entry_new_tags (const CacheEntry *entry);

/* Sets "variation" of @source, a visioncraftgifsrc that has its other settings,
 * to the lowest number from @minimum on that nothing in its cache-dir has, and
 * nobody else is at, in any process: the service is asked for a new picture.
 * Returns it. @source has the number to itself as long as it lives. */
guint cache_list_take_variation (GstElement *source, guint minimum);

G_END_DECLS
