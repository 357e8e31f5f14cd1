/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "access.h"

#include "apikey.h"

#define DIGEST_BYTES 32

static void
warn (const AccessOptions *options, const char *sentence)
{
  if (sentence != NULL)
    g_printerr ("%s: %s\n", options->program, sentence);
}

/* What it means that there is no password. */
static gboolean
check_openness (
    GInetAddress *address, const AccessOptions *options, GError **error)
{
  gboolean is_here = g_inet_address_get_is_loopback (address);

  if (!is_here && !options->no_password) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
        "Whoever reaches %s spends the API key's credit: --password-file lets "
        "in who knows the password, --no-password everybody",
        options->listen);
    return FALSE;
  }
  if (!is_here || options->has_proxy)
    warn (options,
        is_here
            ? "Nobody is asked for a password (--password-file): whom the "
              "proxy lets through spends the API key's credit."
            : "Nobody is asked for a password (--no-password): whoever reaches "
              "this address spends the API key's credit.");
  return TRUE;
}

static gboolean
find_password (Access *access, const AccessOptions *options, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *warning = NULL;

  if (options->no_password && options->password_file != NULL) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--password-file and --no-password exclude each other");
    return FALSE;
  }
  if (!options->no_password)
    access->password =
        api_key_find_password (options->password_file, &warning, &reason);
  if (reason != NULL) {
    g_propagate_error (error, g_steal_pointer (&reason));
    return FALSE;
  }
  warn (options, warning);
  return access->password != NULL
      || check_openness (access->address, options, error);
}

gboolean
access_find (Access *access, const AccessOptions *options, GError **error)
{
  g_autofree char *warning = NULL;

  access->address = g_inet_address_new_from_string (options->listen);
  if (access->address == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "Not an IP address: %s", options->listen);
    return FALSE;
  }
  access->token = api_key_find (options->token_file, &warning, error);
  warn (options, warning);
  return access->token != NULL && find_password (access, options, error);
}

void
access_clear (Access *access)
{
  g_clear_object (&access->address);
  g_clear_pointer (&access->token, g_free);
  g_clear_pointer (&access->password, g_free);
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
