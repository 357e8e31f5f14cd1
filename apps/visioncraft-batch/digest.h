/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The first 128 bits of a SHA-256: what a text is known by where there may be
 * a million of them. All zero is none. */
typedef struct
{
  guint64 high, low;
} Digest;

#define DIGEST_TEXT_SIZE 33 /* with the NUL */

Digest digest_of (const char *text, gssize size);
gboolean digest_equal (Digest a, Digest b);

/* 32 hexadecimal digits; FALSE where @text is not that. */
void digest_to_text (Digest digest, char text[DIGEST_TEXT_SIZE]);
gboolean digest_from_text (const char *text, Digest *ret_digest);

/* Digests, each with a value of a fixed size (0: a set): 16 bytes and the value
 * for each, and as much again at most. */
typedef struct _DigestTable DigestTable;

DigestTable *digest_table_new (gsize value_size);
void digest_table_free (DigestTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DigestTable, digest_table_free)

/* The value of @digest, owned by the table and valid until the next
 * digest_table_add(); NULL: it is not there. Not for sets. */
gpointer digest_table_find (DigestTable *table, Digest digest);

/* The same, made of zeros where it was not there. @ret_is_new may be NULL. */
gpointer digest_table_add (
    DigestTable *table, Digest digest, gboolean *ret_is_new);

void digest_table_foreach (DigestTable *table,
    void (*func) (Digest digest, gpointer value, gpointer data), gpointer data);

guint64 digest_table_size (DigestTable *table);

G_END_DECLS
