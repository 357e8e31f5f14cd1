/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "digest.h"

#include <stdio.h>
#include <string.h>

#define SMALLEST 256 /* slots; always a power of two */

struct _DigestTable
{
  gsize slot_size, n_slots, n_used;
  guint8 *slots; /* a Digest and the value each; a zero Digest: free */
};

Digest
digest_of (const char *text, gssize size)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 bytes[32];
  gsize length = sizeof bytes;
  Digest digest;

  g_checksum_update (sum, (const guchar *) text, size);
  g_checksum_get_digest (sum, bytes, &length);
  memcpy (&digest, bytes, sizeof digest);
  digest.high = GUINT64_FROM_BE (digest.high);
  digest.low = GUINT64_FROM_BE (digest.low);
  return digest;
}

gboolean
digest_equal (Digest a, Digest b)
{
  return a.high == b.high && a.low == b.low;
}

void
digest_to_text (Digest digest, char text[DIGEST_TEXT_SIZE])
{
  snprintf (text, DIGEST_TEXT_SIZE,
      "%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", digest.high,
      digest.low);
}

gboolean
digest_from_text (const char *text, Digest *ret_digest)
{
  g_autofree char *high = NULL;

  if (strlen (text) != DIGEST_TEXT_SIZE - 1
      || strspn (text, "0123456789abcdef") != DIGEST_TEXT_SIZE - 1)
    return FALSE;
  high = g_strndup (text, 16);
  ret_digest->high = g_ascii_strtoull (high, NULL, 16);
  ret_digest->low = g_ascii_strtoull (text + 16, NULL, 16);
  return TRUE;
}

/* --- The table: open addressing, never more than three quarters full --- */

DigestTable *
digest_table_new (gsize value_size)
{
  DigestTable *table = g_new0 (DigestTable, 1);

  table->slot_size = sizeof (Digest) + value_size;
  table->n_slots = SMALLEST;
  table->slots = g_malloc0_n (table->n_slots, table->slot_size);
  return table;
}

void
digest_table_free (DigestTable *table)
{
  if (table == NULL)
    return;
  g_free (table->slots);
  g_free (table);
}

/* Where @digest is, or where it would be put. */
static guint8 *
find_slot (DigestTable *table, Digest digest)
{
  for (gsize i = digest.low;; i++) {
    guint8 *slot = table->slots + (i & (table->n_slots - 1)) * table->slot_size;
    Digest there;

    memcpy (&there, slot, sizeof there);
    if (digest_equal (there, digest) || (there.high == 0 && there.low == 0))
      return slot;
  }
}

static gboolean
is_free (const guint8 *slot)
{
  Digest there;

  memcpy (&there, slot, sizeof there);
  return there.high == 0 && there.low == 0;
}

static void
grow (DigestTable *table)
{
  DigestTable old = *table;

  table->n_slots *= 2;
  table->slots = g_malloc0_n (table->n_slots, table->slot_size);
  for (gsize i = 0; i < old.n_slots; i++) {
    const guint8 *slot = old.slots + i * old.slot_size;
    Digest there;

    if (is_free (slot))
      continue;
    memcpy (&there, slot, sizeof there);
    memcpy (find_slot (table, there), slot, table->slot_size);
  }
  g_free (old.slots);
}

gpointer
digest_table_find (DigestTable *table, Digest digest)
{
  guint8 *slot = find_slot (table, digest);

  return is_free (slot) ? NULL : slot + sizeof (Digest);
}

gpointer
digest_table_add (DigestTable *table, Digest digest, gboolean *ret_is_new)
{
  guint8 *slot = find_slot (table, digest);
  gboolean is_new = is_free (slot);

  if (is_new && (table->n_used + 1) * 4 > table->n_slots * 3) {
    grow (table);
    slot = find_slot (table, digest);
  }
  if (is_new) {
    memcpy (slot, &digest, sizeof digest);
    table->n_used++;
  }
  if (ret_is_new != NULL)
    *ret_is_new = is_new;
  return slot + sizeof (Digest);
}

void
digest_table_foreach (DigestTable *table,
    void (*func) (Digest digest, gpointer value, gpointer data), gpointer data)
{
  for (gsize i = 0; i < table->n_slots; i++) {
    guint8 *slot = table->slots + i * table->slot_size;
    Digest there;

    memcpy (&there, slot, sizeof there);
    if (!is_free (slot))
      func (there, slot + sizeof there, data);
  }
}

guint64
digest_table_size (DigestTable *table)
{
  return table->n_used;
}
