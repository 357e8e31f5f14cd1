/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "website.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Replies with the file of the page that is at @path; FALSE: there is none. */
gboolean web_page_get (
    const WebSite *site, SoupServerMessage *message, const char *path);

G_END_DECLS
