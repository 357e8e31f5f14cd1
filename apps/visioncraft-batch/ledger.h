/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "event.h"

G_BEGIN_DECLS

/* What the journals of a folder say of each item: 41 bytes and as much again
 * for each, the rest stays in the files. */
typedef struct _Ledger Ledger;

/* How far an item came: the event that decides. EVENT_LEFT: nothing is owed. */
typedef struct
{
  Event state;
  guint64 place; /* of the newest line that says all of it; 0: none */
} LedgerEntry;

/* What else a folder's journals hold. */
typedef struct
{
  guint n_journals;
  guint n_shards;       /* the newest run's; 0: none */
  guint64 n_entries;    /* of the newest run's list; 0: unknown */
  GPtrArray *run_names; /* char *: journals' names */
} LedgerFolder;

/* Told of each damaged line: "FILE:LINE". */
typedef void (*LedgerDamageFunc) (const char *where, gpointer data);

/* Reads every journal in @folder, journal.jsonl and those of shards, @own first (a path; NULL: none is
 * special). A torn last line is passed over. NULL with a FAILURE_INPUT. */
Ledger *ledger_load (const char *folder, const char *own,
    LedgerDamageFunc damage, gpointer data, GError **error);
void ledger_free (Ledger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)

const LedgerFolder *ledger_get_folder (Ledger *ledger);

LedgerEntry ledger_find (Ledger *ledger, Digest key);

/* Who wrote @file last, as the journals name it; all zero: nobody. */
Digest ledger_get_writer (Ledger *ledger, const char *file);

/* What has just been written to the own journal at @place. */
void ledger_note (Ledger *ledger, Digest key, Event event, guint64 place);
void ledger_note_file (Ledger *ledger, Digest key, const char *file);

/* The line at a place, parsed: an array of JsonLineMember, transfer full; NULL
 * where it cannot be read. */
GPtrArray *ledger_read (Ledger *ledger, guint64 place);

/* Calls @func for each item. */
void ledger_foreach (Ledger *ledger,
    void (*func) (Digest key, LedgerEntry entry, gpointer data), gpointer data);

G_END_DECLS
