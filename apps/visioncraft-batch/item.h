/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "digest.h"

G_BEGIN_DECLS

/* What is asked of the service: what makes one generation another one. */
typedef struct
{
  char *prompt, *negative_prompt, *sampler; /* the second may be NULL */
  int cfg_scale, steps;
} Parameters;

/* One generation, and the files that are made from it. */
typedef struct
{
  guint64 n; /* the entry's number in the list, from 1 */
  char *id;
  Parameters parameters;
  guint variation;  /* it is the so-many-th of equal ones, from 0 */
  Digest key;       /* of parameters and variation */
  GPtrArray *files; /* char *, today's names */
} Item;

void parameters_clear (Parameters *parameters);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parameters, parameters_clear)
Parameters parameters_copy (const Parameters *parameters);

/* What equal ones share; the variation tells them apart. */
Digest parameters_digest (const Parameters *parameters);
Digest item_key (Digest parameters, guint variation);

Item *item_new (void);
void item_free (Item *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Item, item_free)

G_END_DECLS
