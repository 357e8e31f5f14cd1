/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access.h"

#include "apikey.h"

#define DIGEST_BYTES 32

static char *
make_warning (GInetAddress *address, const AccessOptions *options)
{
  g_autofree char *text = g_inet_address_to_string (address);

  if (!g_inet_address_get_is_loopback (address))
    return g_strdup_printf (
        "Nobody is asked for a password: whoever reaches %s spends the API "
        "key's credit.",
        text);
  if (options->has_proxy)
    return g_strdup (
        "Nobody is asked for a password: whom the proxy lets through spends "
        "the API key's credit. --password-file changes that.");
  return NULL;
}

gboolean
access_decide (GInetAddress *address, const AccessOptions *options,
    char **ret_password, char **ret_warning, GError **error)
{
  g_autofree char *text = g_inet_address_to_string (address);
  g_autoptr (GError) reason = NULL;

  *ret_password = NULL;
  *ret_warning = NULL;
  if (options->no_password && options->password_file != NULL) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--password-file and --no-password exclude each other");
    return FALSE;
  }
  if (!options->no_password) {
    *ret_password =
        api_key_find_password (options->password_file, ret_warning, &reason);
    if (reason != NULL) {
      g_propagate_error (error, g_steal_pointer (&reason));
      return FALSE;
    }
  }
  if (*ret_password != NULL)
    return TRUE;
  if (!options->no_password && !g_inet_address_get_is_loopback (address)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "Whoever reaches %s spends the API key's credit: --password-file lets "
        "in who knows the password, --no-password everybody",
        text);
    return FALSE;
  }
  *ret_warning = make_warning (address, options);
  return TRUE;
}

static void
digest (const char *text, guint8 bytes[DIGEST_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size = DIGEST_BYTES;

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, bytes, &size);
}

gboolean
access_is_password (const char *said, const char *password)
{
  guint8 a[DIGEST_BYTES], b[DIGEST_BYTES], difference = 0;

  digest (said, a);
  digest (password, b);
  for (guint i = 0; i < DIGEST_BYTES; i++)
    difference |= a[i] ^ b[i];
  return difference == 0;
}
