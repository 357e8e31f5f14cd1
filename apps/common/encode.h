/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "encodepipeline.h"

G_BEGIN_DECLS

/* One GIF on its way into one output. Main thread, default main context. */
typedef struct _Encode Encode;

/* Its end: @error is NULL, or a FAILURE_…; called once, never from within
 * encode_start(). It may free the encode. */
typedef void (*EncodeFunc) (Encode *encode, const GError *error, gpointer data);

/* @output outlives it. NULL with a FAILURE_UNAVAILABLE where GStreamer lacks
 * what the format needs. */
Encode *encode_new (
    Output *output, const EncodeSettings *settings, GError **error);

/* Writes @gif, with @tags (NULL: none) where the format has room for them, to
 * the output's hidden directory. */
void encode_start (Encode *encode, GBytes *gif, const GstTagList *tags,
    EncodeFunc func, gpointer data);

/* How much of it is done, 0 to 1; -1 while that is not known. */
double encode_get_fraction (Encode *encode);

/* Stops it, where it runs. NULL is allowed. */
void encode_free (Encode *encode);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Encode, encode_free)

G_END_DECLS
