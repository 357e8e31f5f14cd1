/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* How many requests each client has at the same time. A proxy's connections are
 * its own; whose requests come through them shows only here. */
typedef struct _WebShare WebShare;

/* @n_max: for each client but this machine. */
WebShare *web_share_new (guint n_max);
void web_share_free (WebShare *share);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebShare, web_share_free)

/* Counts @message until its end; FALSE, uncounted, when its client has as many
 * as it may. */
gboolean web_share_take (WebShare *share, SoupServerMessage *message);

G_END_DECLS
