/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the service tells how many animations each of its plans may make. */
#define SERVICE_LIMITS_PATH "/limits"

/* Lines for people like "Free Tier: 3 per 1 minute", NULL-terminated, of what
 * @body says of GIFs: an object with an object for each plan, or one for all of
 * them. NULL where it says nothing. The caller owns them. */
char **service_limits_parse (GBytes *body);

G_END_DECLS
