/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The API key, which the programs look for in this order: the file that the
 * user names, the environment variable VISIONCRAFT_TOKEN, the file "token" that
 * a service manager hands over ($CREDENTIALS_DIRECTORY), and the file "token" in
 * visioncraft/ of the user's configuration directory. The elements never
 * look into the last one: any player that opens a foreign visioncraft: address
 * would spend the user's money. No function prints the key or a part of it. */

/* The key of @token_file, where that is not NULL, or the first that there is.
 * It may be a pipe, which is read once. NULL with a FAILURE_KEY that says what
 * to do. @ret_warning is for the user where others can read the file, else
 * NULL. The caller owns both. */
char *api_key_find (const char *token_file, char **ret_warning, GError **error);

/* The password of a server's clients: that of @password_file, where that is not
 * NULL, or of the file "password" that a service manager hands over. NULL
 * without @error: there is none. Otherwise as api_key_find(). */
char *api_key_find_password (
    const char *password_file, char **ret_warning, GError **error);

/* Whether @key can be one. FALSE with a FAILURE_KEY. */
gboolean api_key_check (const char *key, GError **error);

/* Keeps @key for the next time, where only the user can read it. FALSE with a
 * FAILURE_KEY where it is none, or a FAILURE_OUTPUT. */
gboolean api_key_store (const char *key, GError **error);

/* Where api_key_store() keeps it. The caller owns it. */
char *api_key_dup_path (void);

/* Asks for it on the terminal, which does not show what is typed; where stdin
 * is none, reads it from there. NULL with a FAILURE_KEY. The caller owns it. */
char *api_key_ask (GError **error);

G_END_DECLS
