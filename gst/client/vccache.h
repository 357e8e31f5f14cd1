/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

G_BEGIN_DECLS

/* The place of one generation in the flat folder VcRequest.cache_dir: KEY.gif,
 * the GIF, and KEY.json, what it was made from. KEY is the SHA-256 of api-url,
 * endpoint, the five parameters and variation. A KEY.json without a GIF's
 * SHA-256 has the address where one that was paid waits to be fetched.
 *
 * Files are made 0600, written beside and renamed; no symlink is followed. All
 * of it may wait for the disk, and works in any thread, one at a time. */
typedef struct _VcCache VcCache;

/* NULL where the folder cannot be used; @error is a sentence for a warning.
 * Makes the folder, 0700; one of somebody else, or that others can write, is
 * refused. */
VcCache *vc_cache_open (const VcRequest *request, GError **error);
VcCache *vc_cache_ref (VcCache *cache);
void vc_cache_unref (VcCache *cache); /* the last one lets the next one in */

/* Whether nobody else is at this entry, in any process; never waits. What
 * cannot be locked is used all the same. */
gboolean vc_cache_try_lock (VcCache *cache);

typedef struct
{
  GBytes *gif;       /* NULL: none */
  GPtrArray *images; /* of char *: its addresses, redacted; with @gif */
  char *address;     /* secret; where it waits; NULL: nowhere */
} VcCacheEntry;

/* What is there; an empty entry where it is damaged. FALSE with
 * VC_ERROR_TOO_LARGE for a GIF of more than @max_size bytes (0: any). */
gboolean vc_cache_load (
    VcCache *cache, guint64 max_size, VcCacheEntry *ret_entry, GError **error);
void vc_cache_entry_clear (VcCacheEntry *entry);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VcCacheEntry, vc_cache_entry_clear)

/* Remembers where the GIF waits. */
gboolean vc_cache_store_address (
    VcCache *cache, const char *address, GError **error);

/* Stores the GIF in @slices (of GBytes), with @images (may be NULL), and forgets
 * the address. On disk when it returns. */
gboolean vc_cache_store (VcCache *cache, const GPtrArray *slices,
    const GPtrArray *images, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VcCache, vc_cache_unref)

G_END_DECLS
