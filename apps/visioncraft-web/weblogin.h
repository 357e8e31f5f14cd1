/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "website.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Who has said the password: one page asks for it, a cookie remembers. Sessions
 * end after thirty days, with the server, or when the client ends them. */
typedef struct _WebLogin WebLogin;

/* With @password NULL nobody is asked, and everybody known. @site outlives
 * it. */
WebLogin *web_login_new (const char *password, const WebSite *site);
void web_login_free (WebLogin *login);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WebLogin, web_login_free)

/* Whether the client of @message has said it. */
gboolean web_login_knows (WebLogin *login, SoupServerMessage *message);

/* Answers a POST of {"password": …}: 204 with a cookie, 401, or, where a client
 * tries too often, 429. */
void web_login_begin (WebLogin *login, SoupServerMessage *message);

/* Answers a DELETE: the session ends, the cookie goes. */
void web_login_end (WebLogin *login, SoupServerMessage *message);

G_END_DECLS
