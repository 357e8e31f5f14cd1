/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mockfault.h: which faults there are, and which request meets which
 */
#pragma once

#include "mockserver.h"

/* Before any request of a connection is read. */
#define MOCK_STAGE_CONNECTION MOCK_N_STAGES
#define MOCK_N_FAULT_STAGES (MOCK_N_STAGES + 1)

typedef struct _MockFaultKind MockFaultKind;

/* One fault with its settings. Immutable. */
typedef struct
{
  const MockFaultKind *kind;
  guint stage;          /* MockStage or MOCK_STAGE_CONNECTION */
  guint times;          /* how many requests it meets; 0: all */
  guint status;         /* of the reply; 0: as the kind has it */
  GHashTable *settings; /* name to text */
} MockFault;

/* The value of a setting; NULL or @fallback when it is not given. */
const char *mock_fault_get_text (const MockFault *fault, const char *name);
gint64 mock_fault_get_number (
    const MockFault *fault, const char *name, gint64 fallback);

/* Reads "NAME setting=value … fault:NAME …", see mockserver.h. An array of
 * MockFault, transfer full; NULL and @error when something is not known. With
 * @in_prompt other words are skipped. */
GPtrArray *mock_fault_parse (
    const char *text, gboolean in_prompt, GError **error);

/* Where the faults in @prompt begin; NULL: it has none. */
const char *mock_fault_find_in_prompt (const char *prompt);

/* Appends to @ret_faults those of @faults that meet request number @n (from 0)
 * of @stage. */
void mock_fault_select (
    GPtrArray *faults, guint stage, guint n, GPtrArray *ret_faults);

/* The faults that are to come. Safe to use from any thread. */
typedef struct _MockFaultBook MockFaultBook;

/* @standing: faults of all requests; or NULL. It is well formed. */
MockFaultBook *mock_fault_book_new (const char *standing);
void mock_fault_book_free (MockFaultBook *book);

/* Takes @faults (transfer full) as those of the next requests. */
void mock_fault_book_push (MockFaultBook *book, GPtrArray *faults);

/* The faults of the next request of @stage. Transfer full. */
GPtrArray *mock_fault_book_take (MockFaultBook *book, guint stage);

/* How many times it was asked for @prompt before. */
guint mock_fault_book_count_prompt (MockFaultBook *book, const char *prompt);
