/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "vcrequest.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* A message that follows no redirect by itself, knows no password but the
 * proxy's, and has @request's headers. @uri's user name and password are left
 * out. */
SoupMessage *vc_transport_message_new (
    const VcRequest *request, const char *method, GUri *uri);

G_END_DECLS
