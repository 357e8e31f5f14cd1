/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "item.h"
#include "sharedoptions.h"

G_BEGIN_DECLS

/* What a line of the list need not say: the options' values, else the
 * element's, so that an item that says them is equal to one that does not.
 * FALSE with a FAILURE_UNAVAILABLE without the element. Clear it with
 * parameters_clear(). */
gboolean defaults_find (const Value *values, const SharedSettings *settings,
    Parameters *ret_defaults, GError **error);

G_END_DECLS
