/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Whom a server lets in. Who reaches it spends the API key's credit: beyond
 * this machine it asks for a password, or is told that it need not. */
typedef struct
{
  const char *password_file; /* NULL: as api_key_find_password() has it */
  gboolean no_password;      /* said so */
  gboolean has_proxy;        /* on this machine, for others */
} AccessOptions;

/* @ret_password is what a client has to know, NULL where everybody may come in;
 * @ret_warning is for the operator, else NULL. The caller owns both. FALSE with
 * a sentence for people where @address needs a password and there is none, or
 * where its file cannot be read. */
gboolean access_decide (GInetAddress *address, const AccessOptions *options,
    char **ret_password, char **ret_warning, GError **error);

/* Whether @said is @password, in a time that does not tell how much of it. */
gboolean access_is_password (const char *said, const char *password);

G_END_DECLS
