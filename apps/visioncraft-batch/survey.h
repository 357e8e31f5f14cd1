/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "list.h"

G_BEGIN_DECLS

/* What is in a list, before anything is asked of the service. */
typedef struct
{
  guint64 n_items; /* of the shard */
  guint64 n_bad;   /* lines, of all shards */
} Survey;

typedef struct
{
  void (*bad) (const GError *error, gpointer data); /* the first hundred */
  void (*item) (Item *item, gpointer data);         /* NULL: nobody asks */
} SurveyCallbacks;

/* Reads @list to its end, and waits where it is a stream. FALSE with a
 * FAILURE_INPUT. */
gboolean survey_take (List *list, Survey *ret_survey,
    const SurveyCallbacks *callbacks, gpointer data, GError **error);

G_END_DECLS
