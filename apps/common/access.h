/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a server's command line says of its secrets. */
typedef struct
{
  const char *program; /* whose warnings they are, on standard error */
  const char *listen;  /* an IP address */
  const char *token_file, *password_file; /* NULL: not said */
  gboolean no_password;
  gboolean has_proxy; /* on this machine, for others */
} AccessOptions;

typedef struct
{
  GInetAddress *address; /* to listen on */
  char *token;           /* the API key */
  char *password;        /* of the clients; NULL: everybody may come in */
} Access;

/* Finds them, as api_key_find() and api_key_find_password() have it, and warns
 * of what the operator should know. Who reaches a server spends the key's
 * credit: FALSE with a sentence for people where @options->listen is not this
 * machine's alone and there is neither a password nor no_password, and where
 * something is missing or cannot be read. @access is to be cleared either way;
 * it starts as { 0 }. */
gboolean access_find (
    Access *access, const AccessOptions *options, GError **error);

void access_clear (Access *access);

/* Whether @said is @password, in a time that does not tell how much of it. */
gboolean access_is_password (const char *said, const char *password);

G_END_DECLS
