/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockstore.h: the newest requests and pictures; older ones are forgotten
 *
 * Indices count from 0 at the start; -1 is the newest. Not safe to share
 * between threads: MockState's lock guards it.
 */
#pragma once

#include "mockstate.h"

typedef struct _MockStore MockStore;

MockStore *mock_store_new (void);
void mock_store_free (MockStore *store);

/* Keeps copies of @head and @body (or NULL). */
void mock_store_record (
    MockStore *store, MockStage stage, const char *head, GBytes *body);

/* NULL when there is none (any more). Owned by @store. */
const char *mock_store_get_head (MockStore *store, MockStage stage, int index);
GBytes *mock_store_get_body (MockStore *store, int index);

/* Names @gif and keeps it. Where there are too many bytes, pictures that were
 * asked for go before those that were not. */
void mock_store_keep_gif (MockStore *store, MockGif *gif);

/* NULL when there is none (any more). Owned by @store. */
MockGif *mock_store_find_gif (MockStore *store, const char *name);
MockGif *mock_store_get_gif (MockStore *store, int index);

/* A picture without a name yet, of @bytes (transfer full). @faults are those
 * of its downloads, or NULL. Transfer full. */
MockGif *mock_gif_create (GBytes *bytes, gboolean tagged, const char *faults);
