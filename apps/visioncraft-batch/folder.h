/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "list.h"

G_BEGIN_DECLS

/* The folders that a run writes to. */

/* Makes @path where it is not, and checks that visioncraftgifsrc will keep GIFs
 * there: what is paid for must not be lost. FALSE with a FAILURE_OUTPUT. */
gboolean folder_check_cache (const char *path, GError **error);

/* @folder's "STEM.jsonl", or "STEM-K-of-N.jsonl" for a shard. The caller owns
 * it. */
char *folder_file (const char *folder, const char *stem, const Shard *shard);

/* Whether @file can be written, before anything is paid for it; makes its
 * folder. FALSE with a FAILURE_OUTPUT. */
gboolean folder_check_file (const char *file, GError **error);

G_END_DECLS
