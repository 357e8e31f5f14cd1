/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The API key in the desktop's keyring, where the player was built with
 * libsecret and there is a keyring; the file of all programs (apikey.h) is the
 * other place. */

/* @key: the one that there is, or that is kept now; NULL: none, and @error where
 * it cannot be kept. Called once, in the default main context, never from within
 * and never after the cancellable was cancelled. */
typedef void (*PlayerKeyFunc) (
    const char *key, const GError *error, gpointer data);

/* Looks into the keyring. A locked one may ask the user to unlock it. */
void player_key_load (
    GCancellable *cancellable, PlayerKeyFunc func, gpointer data);

/* Keeps @key in the keyring, or else in the file. */
void player_key_store (const char *key, GCancellable *cancellable,
    PlayerKeyFunc func, gpointer data);

G_END_DECLS
