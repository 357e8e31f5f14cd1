/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "item.h"

G_BEGIN_DECLS

/* The keys of items whose GIFs the cache has, a set; some of them may be of
 * other services. Transfer full. */
DigestTable *cache_keys_load (const char *cache_dir);

G_END_DECLS
