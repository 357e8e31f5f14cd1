/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ledger.h"

G_BEGIN_DECLS

/* What is to be done for an item, by what the journals and the disk say. */
typedef enum
{
  PLAN_NOTHING, /* it is @state already */
  PLAN_CACHE,   /* look into the cache; it is @state where nothing is there */
  PLAN_REQUEST, /* ask the service */
} PlanKind;

typedef struct
{
  PlanKind kind;
  Event state;
  gboolean exists; /* PLAN_CACHE's reason: a file that is not ours */
} Plan;

typedef struct
{
  gboolean repeat_unknown, retry_failed, force;
  const char *folder; /* of the journals */
} PlanSettings;

/* @ret_missing (of char *, owned by @item) gets the files that are not there or
 * are another item's. */
Plan plan_make (const PlanSettings *settings, Ledger *ledger, const Item *item,
    GPtrArray *ret_missing);

G_END_DECLS
