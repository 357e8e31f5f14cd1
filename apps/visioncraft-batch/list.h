/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "item.h"

G_BEGIN_DECLS

/* Every so-many-th entry of the list: those whose number (from 0) leaves @index
 * when it is divided by @count. */
typedef struct
{
  guint index, count;
} Shard;

typedef struct
{
  Parameters defaults;    /* of what a line does not say */
  GPtrArray *templates;   /* of Template: --output */
  const char *folder;     /* of a line's own "output" */
  gboolean without_files; /* a list is checked for which no file is named */
  Shard shard;
} ListSettings;

typedef enum
{
  LIST_ITEM,
  LIST_BAD,  /* the error says which line and why; there may be more */
  LIST_WAIT, /* nothing yet: wait for list_get_fd() */
  LIST_END,
  LIST_FAILED, /* it cannot be read */
} ListResult;

/* The items of a list, one at a time. What is kept is 16 bytes for each file
 * that will be written and each id, and 20 for each different prompt. */
typedef struct _List List;

/* Opens @path ("-": standard input). @settings and what it points to outlive
 * the list. NULL with a FAILURE_INPUT. */
List *list_open (
    const char *path, const ListSettings *settings, GError **error);
void list_free (List *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (List, list_free)

/* The next item of the shard. What is wrong, in lines of other shards as well,
 * is told as a FAILURE_REFUSED. */
ListResult list_next (List *list, Item **ret_item, GError **error);

/* Whether it can only be read once. */
gboolean list_is_stream (List *list);
int list_get_fd (List *list);

/* From the start, without telling again what is wrong in it; not for streams.
 * FALSE with a FAILURE_INPUT. */
gboolean list_rewind (List *list, GError **error);

/* Read so far, in all shards. */
guint64 list_get_n_entries (List *list);

G_END_DECLS
