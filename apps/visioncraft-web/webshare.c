/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "webshare.h"

#include "webremote.h"

#define KEY "web-share"

struct _WebShare
{
  guint n_max;
  GHashTable *counts; /* client to its number of requests */
};

/* What a message holds. */
typedef struct
{
  GHashTable *counts; /* a reference: messages may outlive the share */
  char *client;
} Taken;

WebShare *
web_share_new (guint n_max)
{
  WebShare *share = g_new0 (WebShare, 1);

  share->n_max = n_max;
  share->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return share;
}

void
web_share_free (WebShare *share)
{
  g_hash_table_unref (share->counts);
  g_free (share);
}

static guint
count (GHashTable *counts, const char *client)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (counts, client));
}

static void
give_back (gpointer data)
{
  Taken *taken = data;
  guint n = count (taken->counts, taken->client) - 1;

  if (n == 0)
    g_hash_table_remove (taken->counts, taken->client);
  else
    g_hash_table_insert (
        taken->counts, g_strdup (taken->client), GUINT_TO_POINTER (n));
  g_hash_table_unref (taken->counts);
  g_free (taken->client);
  g_free (taken);
}

gboolean
web_share_take (WebShare *share, SoupServerMessage *message)
{
  const char *client = web_remote_get_key (message);
  guint n = count (share->counts, client);
  Taken *taken;

  if (web_remote_is_here (message))
    return TRUE;
  if (n >= share->n_max)
    return FALSE;
  g_hash_table_insert (
      share->counts, g_strdup (client), GUINT_TO_POINTER (n + 1));
  taken = g_new (Taken, 1);
  taken->counts = g_hash_table_ref (share->counts);
  taken->client = g_strdup (client);
  g_object_set_data_full (G_OBJECT (message), KEY, taken, give_back);
  return TRUE;
}
